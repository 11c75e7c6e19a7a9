"""When a finished video is degraded, and when it is held until a person releases it. No I/O."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.degradation import Degradation, Reason, Release
from pytoon_pipeline.contracts.errors import QualityFailure
from pytoon_pipeline.contracts.quality import HAZARDS
from pytoon_pipeline.contracts.suggestions import one_hint

# ``pytoon status`` imports this module, and these take longer to import than it may take.
if TYPE_CHECKING:
    from pytoon_pipeline.contracts.attempt import Attempt
    from pytoon_pipeline.contracts.quality import QcReport
    from pytoon_pipeline.contracts.rendering import RenderedSegments
    from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
    from pytoon_pipeline.contracts.status import DeliveryRecord


def degradation(
    plan: "RenderSpec",
    ready: "RenderedSegments",
    report: "QcReport",
    attempts: Sequence["Attempt"],
    concerns: tuple[Reason, ...] = (),
) -> Degradation | None:
    """Why the video differs from the request, or none when it does not. ``plan`` is the requested plan; ``concerns``
    are those of moderation.
    """
    if not ready.rendered_spec(plan).fallback:
        return Degradation(reasons=concerns) if concerns else None
    fallback = [
        Reason(
            kind="engine_fallback",
            code=one.code,
            message=f"The {one.engine} engine could not render the video: {one.message}",
        )
        for one in ready.engine_attempts
        if ready.fallback_spec is not None
    ]
    failed = sum(not one.fallback for one in attempts)
    message = f"{failed} attempts failed quality control, so the video is simplified (plain cuts, still images)."
    simplified = [Reason(kind="simplified", code="simplified", message=message)]
    gates = {finding.code: finding.message for finding in reversed(report.findings) if finding.severity == "gate"}
    return Degradation(
        reasons=(
            *fallback,
            *(simplified if plan.fallback else ()),
            *(Reason(kind="quality_gate", code=code, message=gates[code]) for code in sorted(gates)),
            *concerns,
        )
    )


def hazards(codes: Sequence[str]) -> tuple[str, ...]:
    """The codes among a video's gates that can harm viewers."""
    return tuple(code for code in HAZARDS if code in codes)


def release_of(earlier: "DeliveryRecord | None", video: str) -> Release | None:
    """A person's release of exactly this ``video`` (SHA-256), if there is one."""
    release = earlier.released if earlier is not None else None
    return release if release is not None and release.video == video else None


def held_error(name: str, reasons: Sequence[Reason]) -> QualityFailure:
    """The error that reports the held video of the upload ``name``."""
    codes = hazards([reason.code for reason in reasons])
    moderated = not codes and any(reason.kind == "moderation" for reason in reasons)
    messages = " ".join(reason.message for reason in reasons if reason.code in codes or reason.kind == "moderation")
    why = "waits for a person’s decision" if moderated else "can harm viewers and was not delivered"
    return QualityFailure(
        f"held_{codes[0]}" if codes else "held_moderation" if moderated else "held",
        f"The finished video {why}: {messages}",
        one_hint(
            f"To look at the video, type: pytoon open {name}",
            f"To deliver it as it is, type: pytoon release {name} --reason 'I have checked it'",
            "To avoid this, change the upload.",
        ),
    )
