"""What was decided about a video, in sentences."""

from dataclasses import replace

from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.analysis import Transcriber
from pytoon_pipeline.contracts.media import SourceItem
from pytoon_pipeline.operations.decisions import Decided, decisions
from pytoon_pipeline_tests.harness.finished_video import spec
from pytoon_pipeline_tests.harness.plans import footage, planned, still

TALK = SourceItem(name="talk.mp4", sha256="0" * 64, bytes=1, origin="")


def test_texts_of_single_files_are_told_with_their_files() -> None:
    whole = Decided(spec(), {"text": "Hi"}, load_preset("clean-product"), (), {}, ())
    assert [note.code for note in decisions(whole)] == ["preset", "length", "captions"]
    single = replace(whole, request={"media": [{"file": "a.jpg"}, {"file": "b.jpg", "text": "Hello"}]})
    assert [note.message for note in decisions(single) if note.code == "texts"] == ["Texts: “Hello” on b.jpg."]


def test_the_length_of_footage_tells_the_end_card_apart() -> None:
    clip = footage(11.0, speech=((0.0, 4.0), (6.0, 11.0)))
    plan = planned([clip], archetype="footage", brand="acme", logo=still(640, 240, item="d" * 64, transparent=True))
    decided = Decided(plan, {}, load_preset("clean-talk"), (TALK,), {TALK.sha256: clip.info}, ())
    card = plan.rate.seconds(plan.frames - plan.scenes[-1].start)
    shown = plan.rate.seconds(plan.scenes[-1].start)
    said = next(note.message for note in decisions(decided) if note.code == "length")
    assert said == f"Length: {shown:.1f} s of 11.0 s, after removing silence, and {card:.1f} s of end card."
    assert card >= 1.5
    without = replace(decided, spec=planned([clip], archetype="footage"))
    assert all("end card" not in note.message for note in decisions(without))


def test_captions_of_the_fallback_come_with_how_to_correct_them() -> None:
    fallback = Transcriber(engine="pocketsphinx", model="en-us", identity="x")
    decided = Decided(spec(), {}, load_preset("clean-talk"), (TALK,), {}, (fallback,))
    said = decisions(decided)[-1].message
    assert "pytoon transcript NAME --edit" in said
    whisper = replace(decided, transcribers=(fallback.model_copy(update={"engine": "whisper"}),))
    assert "wrong" not in decisions(whisper)[-1].message
