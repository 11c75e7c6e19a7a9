"""Reading the transcript of an upload, and storing what people change in it."""

from pathlib import Path

import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.analysis import CorrectedTranscript
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import Metadata, SourceItem, SourceMedia
from pytoon_pipeline.contracts.time import TimeRange
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.transcript import apply_bytes, apply_file, transcript
from pytoon_pipeline.store.items import ItemWork, compute_items
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.plans import footage
from pytoon_pipeline_tests.harness.transcripts import corrected, spoken

WORDS = spoken("Good morning. This is a talk.")
SECONDS = WORDS[-1].end + 1


def store_results(store: Store, source: SourceMedia, found: CorrectedTranscript) -> None:
    """Leaves what the analyses of an upload would."""
    clips = [item for item in source.items if item.role in ("media", "voice")]
    values = {
        "metadata": Metadata(info=footage().info, audio_seconds=SECONDS), "corrected_transcript": found
    }  # fmt: skip
    for name, value in values.items():
        output = StageOutput(value)

        def work(item: SourceItem, output: StageOutput = output) -> ItemWork:
            return ItemWork(lambda scratch: output, {"media": item.sha256, "upload": source.key})

        result, _ = compute_items(store, Stage(name, 1), clips, work)
        store.set_latest(name, source.key, result.artifact.fingerprint)


@pytest.fixture
def clip(home: Home, store: Store, tmp_path: Path) -> Path:
    """A clip whose transcript is known, as “talk”."""
    path = tmp_path / "talk.mp4"
    path.write_bytes(b"moving pictures")
    source, _ = ingest(home, store, read_upload(path), pending=False)
    store_results(store, source, corrected(WORDS))
    return path


def edited(home: Home) -> SourceItem | None:
    return Uploads(home).get(transcript(home, "talk").key).edits


def test_the_transcript_is_shown_with_its_sentences_and_times(home: Home, clip: Path) -> None:
    result = transcript(home, "talk")
    assert (result.title, result.path, result.changed) == ("talk", str(clip), False)
    (source,) = result.sources
    assert [one.text for one in source.sentences] == ["Good morning.", "This is a talk."]
    assert f"[0:00.50] Good morning.\n[0:0{WORDS[2].start:.2f}] This is a talk.\n" in result.text


def test_applied_edits_are_stored_shown_and_kept_when_the_clip_is_given_again(
    home: Home, store: Store, clip: Path
) -> None:
    text = transcript(home, "talk").text.replace("Good morning.", "Good [[evening.]]")
    result = apply_bytes(home, "talk", text.encode(), "talk.txt")
    assert result.changed
    assert [one.kind for one in result.sources[0].edits] == ["hide"]
    assert "Good [[evening.]]" in result.text
    assert apply_bytes(home, "talk", result.text.encode(), "talk.txt").changed is False
    stored = edited(home)
    assert stored is not None
    again, outcome = ingest(home, store, read_upload(clip), pending=False)
    assert (again.edits, outcome) == (stored, "known")
    variant, _ = ingest(home, store, read_upload(clip, sets=["variant=short"]), pending=False)
    assert variant.edits == stored, "variants share the media, and so the edits"
    restored = apply_bytes(home, "talk", text.replace("[[evening.]]", "morning.").encode(), "talk.txt")
    assert restored.sources[0].edits == ()
    assert edited(home) is None
    assert Uploads(home).get(variant.key).edits is None


def test_a_cut_sentence_comes_back_when_its_line_does(home: Home, clip: Path) -> None:
    text = transcript(home, "talk").text
    cut = apply_bytes(home, "talk", text.replace("[0:00.50] Good morning.\n", "").encode(), "talk.txt")
    assert "# cut [0:00.50] Good morning." in cut.text
    assert [one.text for one in cut.sources[0].cuts] == ["Good morning."]
    back = apply_bytes(home, "talk", cut.text.replace("# cut ", "").encode(), "talk.txt")
    assert back.text == text


def test_what_leaves_nothing_and_what_cannot_be_read_is_refused_and_changes_nothing(
    home: Home, clip: Path, tmp_path: Path
) -> None:
    empty = "\n".join(line for line in transcript(home, "talk").text.splitlines() if line.startswith("#"))
    with pytest.raises(InvalidInput, match="nothing would be left"):
        apply_bytes(home, "talk", empty.encode(), "talk.txt")
    huge = tmp_path / "huge.txt"
    huge.write_bytes(b"[0:01.00] x\n" * 900_000)
    with pytest.raises(InvalidInput, match="larger than 2 MB"):
        apply_file(home, "talk", huge)
    with pytest.raises(InvalidInput, match=r"huge\.srt"):
        apply_file(home, "talk", tmp_path / "huge.srt")
    assert edited(home) is None


def test_an_upload_without_words_says_so(home: Home, tmp_path: Path) -> None:
    Uploads(home).register(SourceMedia(key="0" * 32, title="shoe", items=(), request={"text": "x"}), pending=False)
    with pytest.raises(InvalidInput) as refused:
        transcript(home, "shoe")
    assert refused.value.code == "no_transcript"


def test_edits_of_speech_that_a_variant_does_not_show_stay(home: Home, store: Store, clip: Path) -> None:
    text = transcript(home, "talk").text
    apply_bytes(home, "talk", text.replace("Good", "Bad").encode(), "talk.txt")
    part, _ = ingest(home, store, read_upload(clip, sets=["variant=part"]), pending=False)
    shown = (TimeRange(start=WORDS[2].start - 0.1, end=WORDS[-1].start),)
    store_results(store, part, corrected(WORDS[2:]).model_copy(update={"transcribed": shown}))
    text = transcript(home, "talk-part").text
    assert apply_bytes(home, "talk-part", text.encode(), "talk.txt").changed is False
    assert f", 0:0{WORDS[2].start - 0.1:.2f} to" in text, "the document covers what was transcribed"
    result = apply_bytes(home, "talk-part", text.replace("a talk", "the talk").encode(), "talk.txt")
    assert [edit.new for edit in result.sources[0].edits] == [("Bad",), ("the",)]


def test_a_voice_over_has_a_transcript_of_its_own(home: Home, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "request.yaml").write_text("media: [clip.mp4]\nvoice: said.wav\n")
    (folder / "clip.mp4").write_bytes(b"moving pictures")
    (folder / "said.wav").write_bytes(b"sound")
    source, _ = ingest(home, store, read_upload(folder), pending=False)
    store_results(store, source, corrected(WORDS))
    result = transcript(home, "photos")
    assert [one.file for one in result.sources] == ["clip.mp4", "said.wav"]
    parts = result.text.split("# Transcript of ")
    changed = parts[2].replace("Good morning.", "Good evening.")
    applied = apply_bytes(home, "photos", f"# Transcript of {changed}".encode(), "photos.transcript.txt")
    clip, voice = applied.sources
    assert not clip.edits
    assert [edit.new for edit in voice.edits] == [("evening.",)]
