"""The composite: what its file says of itself, and which frame stands for it."""

from pytoon_pipeline.contracts.rendering import EngineAttempt, RenderedSegments
from pytoon_pipeline.engines.composite import file_comment
from pytoon_pipeline_tests.harness.finished_video import spec


def test_a_video_as_requested_has_no_comment() -> None:
    assert file_comment(spec(), RenderedSegments(segments=1)) is None


def test_a_degraded_video_says_why() -> None:
    failed = EngineAttempt(engine="local", code="render_failed", message="It failed.", seconds=1)
    fallback = RenderedSegments(
        segments=1, engine="fallback", engine_attempts=(failed,), fallback_spec=spec(fallback=True)
    )
    comment = file_comment(spec(), fallback)
    assert comment == "Degraded: rendered by the fallback engine (local: render_failed)."
    simplified = file_comment(spec(fallback=True), RenderedSegments(segments=1))
    assert simplified is not None
    assert "earlier attempts failed" in simplified
