"""All checks, tier by tier: each compares what was measured with the plan and a limit, and says where it saw what."""

from collections.abc import Iterator

from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.quality import file_tier, frame_tier, legibility, plan_tier, sound_tier, source_tier, time_tier
from pytoon_pipeline.quality.context import CheckContext

CHECKS = (
    file_tier.undecodable, file_tier.file_format, file_tier.duration, file_tier.desync,
    time_tier.black, time_tier.frozen, time_tier.glitch_frame, time_tier.flashes, time_tier.striped_patterns,
    time_tier.unplanned_cut,
    frame_tier.matches_rendered, frame_tier.glyphs, frame_tier.unsafe_text, frame_tier.camera_jitter,
    legibility.text_contrast, legibility.face_cut,
    plan_tier.unverified, plan_tier.plan_likeness,
    sound_tier.level, sound_tier.matches_mix, source_tier.truncated,
)  # fmt: skip


def check(context: CheckContext) -> Iterator[Finding]:
    """All findings."""
    for one in CHECKS:
        yield from one(context)
