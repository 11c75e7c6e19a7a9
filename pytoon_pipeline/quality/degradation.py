"""When a finished video is degraded, and when it is held until a person releases it. Pure."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.degradation import Degradation, Reason, Release
from pytoon_pipeline.contracts.errors import QualityFailure
from pytoon_pipeline.contracts.quality import HAZARDS, QcReport
from pytoon_pipeline.contracts.rendering import RenderedSegments
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.status import DeliveryRecord


def degradation(
    plan: RenderSpec, ready: RenderedSegments, report: QcReport, attempts: Sequence[Attempt]
) -> Degradation | None:
    """Why the video is not what was asked for; none when it is. ``plan`` is the one that was to be rendered."""
    if not ready.rendered_spec(plan).fallback:
        return None
    fallback = [
        Reason(
            kind="engine_fallback", code=one.code, message=f"The {one.engine} engine could not render: {one.message}"
        )
        for one in ready.engine_attempts
        if ready.fallback_spec is not None
    ]
    failed = sum(not one.fallback for one in attempts)
    simplified = [
        Reason(
            kind="simplified", code="simplified",
            message=f"{failed} attempts failed their checks, so it has plain cuts, still pictures and quiet texts.",
        )
    ]  # fmt: skip
    gates = {finding.code: finding.message for finding in reversed(report.findings) if finding.severity == "gate"}
    return Degradation(
        reasons=(
            *fallback,
            *(simplified if plan.fallback else ()),
            *(Reason(kind="quality_gate", code=code, message=gates[code]) for code in sorted(gates)),
        )
    )


def hazards(codes: Sequence[str]) -> tuple[str, ...]:
    """Those of a video's gates that can harm a viewer."""
    return tuple(code for code in HAZARDS if code in codes)


def release_of(earlier: DeliveryRecord | None, video: str) -> Release | None:
    """The release of exactly this ``video`` (SHA-256), if a person gave one."""
    release = earlier.released if earlier is not None else None
    return release if release is not None and release.video == video else None


def held_error(key: str, record: DeliveryRecord) -> QualityFailure:
    """The error of a held video, for whoever waits for it."""
    found = hazards(record.codes)
    reasons = record.degraded.reasons if record.degraded is not None else ()
    said = " ".join(reason.message for reason in reasons if reason.code in found)
    return QualityFailure(
        f"held_{found[0]}" if found else "held",
        f"The finished video can harm viewers and was not delivered: {said}",
        f"Look at it and run “pytoon release {key} --reason …” to deliver it, or change the upload.",
    )
