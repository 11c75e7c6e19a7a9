"""All checks, tier by tier: each compares what was measured with the plan and a limit, and says where it saw what."""

from collections.abc import Iterator

from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.quality import file_tier, frame_tier, legibility, plan_tier, sound_tier, source_tier, time_tier
from pytoon_pipeline.quality.context import Subject

CHECKS = (
    file_tier.undecodable, file_tier.layout, file_tier.duration, file_tier.desync,
    time_tier.black, time_tier.frozen, time_tier.odd, time_tier.flashes, time_tier.stripes,
    time_tier.unplanned_cut,
    frame_tier.likeness, frame_tier.glyphs, frame_tier.unsafe_text, frame_tier.shiver,
    legibility.text_contrast, legibility.face_cut,
    plan_tier.unverified, plan_tier.plan_likeness,
    sound_tier.level, sound_tier.likeness, source_tier.truncated,
)  # fmt: skip


def check(subject: Subject) -> Iterator[Finding]:
    """All findings."""
    for one in CHECKS:
        yield from one(subject)
