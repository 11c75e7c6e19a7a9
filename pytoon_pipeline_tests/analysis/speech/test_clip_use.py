"""Which parts of a clip a video can use."""

import pytest

from pytoon_pipeline.analysis.speech.clip_use import ClipUse
from pytoon_pipeline.contracts.highlights import Highlight
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.transcript_edits import TranscriptEdit
from pytoon_pipeline_tests.harness.plans import footage, plan_inputs

ITEM = "a" * 64
SOURCE = SourceMedia(
    key="b" * 32,
    title="talk",
    request={},
    items=(SourceItem(name="talk.mp4", sha256=ITEM, bytes=5, origin="uploaded", role="media", path="/talk.mp4"),),
)


def limit(*edits: TranscriptEdit, **request: object) -> float | None:
    resolved, _ = plan_inputs([footage(600)], **request)
    found = ClipUse.of(SOURCE, resolved, {ITEM: edits}).parameters(ITEM, 600)
    return found.get("max_seconds")


@pytest.mark.parametrize(("seconds", "more"), [(0.5, 10), (9, 10), (25, 30)])
def test_speech_follows_that_fills_what_people_cut_out(seconds: float, more: float) -> None:
    usual = limit()
    assert usual is not None
    assert limit(TranscriptEdit(kind="cut", start=3, end=3 + seconds, old=("a",))) == usual + more
    assert limit(TranscriptEdit(kind="hide", start=3, end=3 + seconds, old=("a",))) == usual


def test_highlights_share_the_transcript_of_the_whole_talk() -> None:
    one = Highlight(rank=1, start=100, end=130, score=81, title="")
    assert limit(highlights={"count": 2}) is None
    assert limit(highlight=one.model_dump(), media_wishes=[{"file": "item-0", "start": 100, "end": 130}]) is None


def test_a_voice_over_is_used_from_its_beginning() -> None:
    voice = SourceItem(name="voice.wav", sha256="c" * 64, bytes=5, role="voice")
    resolved, _ = plan_inputs([footage(600)])
    use = ClipUse.of(SOURCE.model_copy(update={"items": (*SOURCE.items, voice)}), resolved, {})
    assert use.parameters("c" * 64, 600)["parts"] == ((0.0, None),)
