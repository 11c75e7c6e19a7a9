"""Why a video is not what was requested, and who decided to deliver it anyway."""

from typing import Literal

from pytoon_pipeline.contracts.base import Record

# engine_fallback: an engine could not render the plan. simplified: earlier attempts failed quality control.
# quality_gate: a gate failed that no remedy could fix. moderation: a person has to look at what the video says; this
# holds a video and does not degrade it.
Kind = Literal["engine_fallback", "simplified", "quality_gate", "moderation"]


class Reason(Record):
    """One thing that went wrong, with the code of the engine's error or of the finding."""

    kind: Kind
    code: str
    message: str


class Degradation(Record):
    """All reasons why a video is *degraded*: finished, but not as requested."""

    reasons: tuple[Reason, ...]

    @property
    def after_release(self) -> "Degradation | None":
        """What stays when a person has released the video: it may be as requested."""
        staying = tuple(one for one in self.reasons if one.kind != "moderation")
        return Degradation(reasons=staying) if staying else None


class Release(Record):
    """A person's decision to deliver a held video: when (seconds since the epoch), who, why, and the video's SHA-256.

    It applies to exactly this video; another video of the same key is held again.
    """

    at: float
    by: str
    reason: str
    video: str
