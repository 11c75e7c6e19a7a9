"""The stage ``rendered_segments``: all segments of a video, by the first engine that renders them."""

import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytoon_pipeline.analysis.results import register_fonts
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.progress import FramesReady, Noted
from pytoon_pipeline.contracts.rendering import EngineAttempt, RenderedSegments
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec
from pytoon_pipeline.engines.render_job import RenderJob
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.stored_segments import SEGMENT_ROLES, picture_digest, segment_role
from pytoon_pipeline.runtime.progress import publish
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.in_flight import InFlight
from pytoon_pipeline.store.stages import Stage, StageKey, StageOutput, StageResult, get_or_compute

if TYPE_CHECKING:
    from pytoon_pipeline.engines.policy import RenderOutcome

SEGMENTS = Stage("rendered_segments", 8, "by_rule")

# What a second of 1080×1920 takes on the disk: 0.27 MB is usual, once in segments and once in the finished file. Other
# sizes are taken to need as much per pixel.
BYTES_PER_SECOND, USUAL_PIXELS = 540_000, WIDTH * HEIGHT

log = logging.getLogger("pytoon.render")


@dataclass(frozen=True)
class SegmentsResult:
    """The stored segments, and how many of them this run has rendered."""

    stage: StageResult
    value: RenderedSegments
    rendered: int

    @property
    def cached(self) -> int:
        return self.value.segments - self.rendered


in_flight: InFlight[SegmentsResult] = InFlight("segments")


def render_segments(job: RenderJob, spec: RenderSpec) -> SegmentsResult:
    """Finds or renders all segments of ``spec``.

    Raises ``PytoonError`` when no engine can render them, and ``OSError`` (ENOSPC) when the disk has no space for them.
    """
    register_fonts(job.store, job.source)
    encoder = stages.encoders(spec.codec, spec.max_bit_rate)["video"]
    key = StageKey(
        SEGMENTS,
        inputs={"metadata": job.metadata.fingerprint, "spec": picture_digest(spec)},
        parameters={"encoder": encoder, "segment": stages.SEGMENT.version},
        tools=stages.tools(spec),
    )
    return in_flight.run((job.store.root, key.fingerprint), lambda: _find_or_render(job, spec, key))


def _find_or_render(job: RenderJob, spec: RenderSpec, key: StageKey) -> SegmentsResult:
    began = time.perf_counter()
    if found := job.store.reuse(key.fingerprint):
        return SegmentsResult(StageResult(found, "cached", 0.0), found.read(RenderedSegments), 0)
    # A long video is not begun on a disk that it would fill.
    job.store.ensure_free_space(bytes_needed(spec))
    from pytoon_pipeline.engines import policy

    rendered = policy.render(job.chain(), job.request(spec), report_progress, report_failure, job.slot)
    value = RenderedSegments(
        segments=len(rendered.segments),
        fingerprints=tuple(one.artifact.fingerprint for one in rendered.segments),
        engine=rendered.engine,
        engine_attempts=rendered.attempts,
        fallback_spec=rendered.fallback_spec,
    )
    files = {
        segment_role(role, n): segment.artifact.files[role]
        for role in SEGMENT_ROLES
        for n, segment in enumerate(rendered.segments)
    }
    stored = get_or_compute(job.store, key_as_rendered(key, rendered), lambda scratch: StageOutput(value, stored=files))
    count = sum(segment.status == "computed" for segment in rendered.segments)
    result = StageResult(stored.artifact, "computed" if count else stored.status, time.perf_counter() - began)
    return SegmentsResult(result, stored.artifact.read(RenderedSegments), count)


def bytes_needed(spec: RenderSpec) -> int:
    """Free bytes that rendering ``spec`` asks for."""
    width, height = spec.frame_size
    return round(spec.rate.seconds(spec.frames) * BYTES_PER_SECOND * width * height / USUAL_PIXELS)


def key_as_rendered(key: StageKey, rendered: "RenderOutcome") -> StageKey:
    """The key of what was rendered: another machine may have other tools, and the fallback shows another plan.

    The fallback has a key of its own, so that a later run renders the requested plan when an engine works again.
    """
    used = stages.merge_tools([segment.artifact.tools for segment in rendered.segments], key.tools)
    if rendered.fallback_spec is None:
        return replace(key, tools=used)
    plan = hash_value(rendered.fallback_spec.model_dump(mode="json"))
    failed = [[attempt.engine, attempt.code] for attempt in rendered.attempts]
    return replace(key, tools=used, parameters={**key.parameters, "fallback_spec": plan, "engine_attempts": failed})


def report_progress(ready: int, total: int) -> None:
    """Tells listeners how many frames are ready."""
    publish(FramesReady(ready, total))


def report_failure(attempt: EngineAttempt) -> None:
    """Tells listeners that an engine could not render, and logs it."""
    log.warning(
        "engine failed",
        extra={"event": "engine", "engine": attempt.engine, "code": attempt.code, "seconds": attempt.seconds},
    )
    message = f"The engine “{attempt.engine}” could not render the video: {attempt.message}"
    publish(Noted(Note(code=attempt.code, message=message)))
