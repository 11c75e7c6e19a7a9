"""The registry of checks. A new check joins here: its tier, its function, the codes it reports and the limits it reads.

Each check compares measurements of the file with the plan and with limits of ``presets/limits.yaml``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pytoon_pipeline.contracts.quality import Finding, Tier
from pytoon_pipeline.quality import (
    audio_tier,
    covered_subjects,
    file_tier,
    frame_tier,
    legibility,
    plan_tier,
    source_tier,
    time_tier,
)
from pytoon_pipeline.quality.context import CheckContext
from pytoon_pipeline.quality.deviation import Deviation


@dataclass(frozen=True)
class Check:
    """One check. ``codes`` are those that it may report, ``limits`` the names of the limits that it reads."""

    tier: Tier
    function: Callable[[CheckContext], Iterator[Deviation]]
    codes: tuple[str, ...]
    limits: tuple[str, ...] = ()


CHECKS = (
    Check("file", file_tier.undecodable, ("undecodable",)),
    Check("file", file_tier.file_format, ("format",)),
    Check("file", file_tier.duration, ("duration",), ("video_seconds_max",)),
    Check("file", file_tier.desync, ("desync",), ("desync",)),
    Check("time", time_tier.black, ("black",), ("black_luma", "black_seconds")),
    Check("time", time_tier.frozen, ("frozen",), ("frozen_luma", "frozen_seconds")),
    Check("time", time_tier.glitch_frame, ("glitch_frame",), ("glitch_luma", "glitch_area")),
    Check(
        "time", time_tier.flashes, ("flash", "red_flash"),
        ("flashes_per_second", "flashes_sustained", "flashes_sustained_seconds"),
    ),
    Check(
        "time", time_tier.striped_patterns, ("pattern",), ("pattern_seconds", "pattern_area", "pattern_area_unsteady")
    ),
    Check("time", time_tier.unplanned_cut, ("unplanned_cut",), ("cut_luma",)),
    Check(
        "frame", frame_tier.matches_rendered, ("frozen", "missing_item", "exposure", "blur", "artefacts"),
        ("frozen_luma", "held_seconds", "altered_luma", "detail_min", "detail_max"),
    ),
    Check("frame", frame_tier.glyphs, ("missing_glyph",)),
    Check("frame", frame_tier.unsafe_text, ("text_unsafe",)),
    Check("frame", frame_tier.camera_jitter, ("camera_jitter",), ("camera_jitter",)),
    Check("frame", legibility.text_contrast, ("text_contrast",), ("text_contrast", "text_contrast_min")),
    Check("frame", legibility.face_cut, ("face_cut",)),
    Check(
        "frame", covered_subjects.text_over_subject, ("text_over_subject",), ("subject_covered", "subject_hidden_max")
    ),
    Check("frame", plan_tier.unverified, ("unverified",)),
    Check(
        "frame", plan_tier.plan_likeness, ("missing_layer", "missing_item", "missing_text", "wrong_crop"),
        ("presence_min", "letter_likeness_min", "source_likeness_min"),
    ),
    Check("audio", audio_tier.level, ("silent", "loudness", "true_peak"),
          ("silent_lufs", "loudness_tolerance", "true_peak_max")),
    Check("audio", audio_tier.matches_mix, ("desync", "silent", "click"), ("desync", "click_level")),
    Check("file", source_tier.truncated, ("truncated_source",), ("lost_seconds",)),
)  # fmt: skip


def check(context: CheckContext) -> Iterator[Finding]:
    """Runs all checks and yields their findings."""
    for one in CHECKS:
        for deviation in one.function(context):
            yield _finding(context, one.tier, deviation)


def _finding(context: CheckContext, tier: Tier, deviation: Deviation) -> Finding:
    start = deviation.start
    return Finding(
        tier=tier,
        code=deviation.code,
        severity=deviation.severity,
        start_frame=start,
        end_frame=deviation.end,
        segment=None if start is None else context.segment_of(start),
        value=deviation.value,
        limit=deviation.limit.value,
        source=deviation.limit.source,
        message=deviation.message,
    )
