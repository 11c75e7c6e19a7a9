"""Findings of quality control in the words of an operator: what, when, and by how much."""

from collections.abc import Sequence
from typing import NamedTuple

from pytoon_pipeline.contracts.quality import Finding, QcReport
from pytoon_pipeline.contracts.time import FrameRate


class Label(NamedTuple):
    """What a code of a finding means, and the unit of its value and limit."""

    text: str
    unit: str


LABELS = {
    "artefacts": Label("Noise or blocks", "times the rendered detail"),
    "black": Label("Black frames", "luma level"),
    "blur": Label("Blur", "of the rendered detail"),
    "camera_jitter": Label("Camera jitter", "pixels per frame"),
    "click": Label("A click in the audio", "RMS, full scale is 1"),
    "desync": Label("Audio and video out of sync", "seconds"),
    "duration": Label("Wrong length", "seconds or frames"),
    "exposure": Label("Wrong brightness or colour", "luma levels"),
    "face_cut": Label("A face cut by the frame", "of the face's width"),
    "flash": Label("Flashing", "flashes per second"),
    "format": Label("Wrong file format", ""),
    "frozen": Label("Frozen picture", "change of luma"),
    "glitch_frame": Label("A glitch frame", "of the picture's area"),
    "loudness": Label("Wrong loudness", "LUFS"),
    "missing_glyph": Label("Characters missing in a caption", ""),
    "missing_item": Label("A picture or clip missing", "likeness"),
    "missing_layer": Label("A shape or background missing", "of the planned area"),
    "missing_text": Label("Text missing", "of the planned text"),
    "pattern": Label("Stripes that can harm viewers", "of the picture's area"),
    "red_flash": Label("Red flashing", "flashes per second"),
    "silent": Label("Silent audio", "LUFS or RMS"),
    "text_contrast": Label("Text with too little contrast", "to 1"),
    "text_over_subject": Label("Text over a face or product", "of it"),
    "text_unsafe": Label("Text outside the safe area", "pixels"),
    "true_peak": Label("Audio peaks too high", "dBTP"),
    "truncated_source": Label("A source shorter than it declares", "seconds lost"),
    "undecodable": Label("Damaged frames", "frames"),
    "unplanned_cut": Label("An unplanned cut", "luma levels"),
    "unverified": Label("Frames that could not be compared", "frames"),
    "wrong_crop": Label("A wrong crop", "likeness"),
}


def headline(findings: Sequence[Finding], rate: FrameRate) -> str:
    """The first finding with its time, and how many more there are: “Flashing between 0:03.2 and 0:03.9”."""
    if not findings:
        return "No findings"
    first, more = findings[0], len(findings) - 1
    others = f", and {more} more finding{'s' if more > 1 else ''}" if more else ""
    return f"{LABELS[first.code].text}{_when(first, rate)}{others}"


def by_weight(report: QcReport) -> list[Finding]:
    """The findings, those that fail the video first."""
    return sorted(report.findings, key=lambda one: one.severity != "gate")


def clock(seconds: float) -> str:
    """A time in a video as minutes, seconds and tenths: “0:03.2”."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def _when(finding: Finding, rate: FrameRate) -> str:
    if finding.start_frame is None or finding.end_frame is None:
        return ""
    start, end = clock(rate.seconds(finding.start_frame)), clock(rate.seconds(finding.end_frame))
    return f" at {start}" if start == end else f" between {start} and {end}"
