"""Findings: each check compares what was measured with the plan and a limit, and says where it saw what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.layers import shows_footage
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.quality import Finding, Severity
from pytoon_pipeline.contracts.spec import RenderSpec, Segment
from pytoon_pipeline.contracts.timing import FrameRange
from pytoon_pipeline.media import fonts
from pytoon_pipeline.quality.inspection import Inspection
from pytoon_pipeline.rendering.captions import missing_glyphs

BT709 = (1, 1, 1, 1)
PRODUCT = "RenderSpec of the video"
FORMAT = "Product format: 1080×1920 H.264 yuv420p BT.709, AAC 48 kHz stereo, index first"


@dataclass(frozen=True)
class Subject:
    """A file to check. ``spec`` is none for a foreign one, whose plan is unknown; ``silent`` is a planned silence."""

    found: Inspection
    spec: RenderSpec | None
    limits: Limits
    sources: Mapping[str, str]
    silent: bool = False

    @property
    def segments(self) -> Sequence[Segment]:
        return self.spec.segments if self.spec else ()


def check(subject: Subject) -> Iterator[Finding]:
    """All findings, in the order file, pictures, sound."""
    for one in (undecodable, layout, duration, desync, black, frozen, glyphs, sound):
        yield from one(subject)


def undecodable(subject: Subject) -> Iterator[Finding]:
    found = subject.found
    if found.undecodable or not len(found.times):
        yield _finding(
            subject, "undecodable", "gate", f"{found.undecodable} pieces cannot be decoded.", found.undecodable, 0,
            "Every picture must decode",
        )  # fmt: skip


def layout(subject: Subject) -> Iterator[Finding]:
    """The format that platforms take without converting."""
    found = subject.found
    size = (subject.spec.width, subject.spec.height) if subject.spec else (1080, 1920)
    wanted = {
        "picture codec": (found.codec, "h264"),
        "pixel format": (found.pixel_format, "yuv420p"),
        "size": (f"{found.width}×{found.height}", f"{size[0]}×{size[1]}"),
        "colour": (found.colour, BT709),
        "sound codec": (found.sound_codec, "aac"),
        "sample rate": (found.sample_rate, 48000),
        "channels": (found.channels, 2),
        "index first": (found.index_first, True),
    }
    for what, (value, limit) in wanted.items():
        if value != limit:
            yield _finding(
                subject, "format", "gate", f"The {what} is {value}, not {limit}.", str(value), str(limit), FORMAT
            )
    steps = np.diff(found.times)
    if len(steps) and found.rate and np.abs(steps - 1 / found.rate).max() > 0.1 / found.rate:
        at = int(np.abs(steps - 1 / found.rate).argmax())
        yield _finding(
            subject, "format", "gate" if subject.spec else "advice", "Picture times are not evenly spaced.",
            round(float(steps[at]), 5), round(1 / found.rate, 5), "Constant frame rate", at, at + 2,
        )  # fmt: skip


def duration(subject: Subject) -> Iterator[Finding]:
    found, limits = subject.found, subject.limits
    if subject.spec and len(found.times) != subject.spec.frames:
        yield _finding(
            subject, "duration", "gate", f"The video has {len(found.times)} pictures, not {subject.spec.frames}.",
            len(found.times), subject.spec.frames, PRODUCT,
        )  # fmt: skip
    if found.picture_seconds > limits.video_seconds_max:
        yield _limited(subject, "duration", "video_seconds_max", found.picture_seconds, "The video is too long.")


def desync(subject: Subject) -> Iterator[Finding]:
    """Both tracks must begin and end together."""
    found, limit = subject.found, subject.limits.desync
    if found.sound_codec is None:
        return
    start = found.sound_start - found.picture_start
    end = start + found.sound_seconds - found.picture_seconds
    worst = max(start, end, key=abs)
    if abs(worst) > limit:
        yield _limited(
            subject, "desync", "desync", round(worst, 4), f"Sound and picture are {abs(worst) * 1000:.0f} ms apart."
        )


def black(subject: Subject) -> Iterator[Finding]:
    limits = subject.limits
    for start, end in _runs(subject.found.levels <= limits.black_luma, subject, limits.black_seconds):
        planned = subject.spec is not None and _covered(start, end, subject.spec.dark)
        level = round(float(subject.found.levels[start:end].max()), 1)
        yield _limited(
            subject, "black", "black_luma", level, "The picture is black.", "advice" if planned else "gate", start, end
        )


def frozen(subject: Subject) -> Iterator[Finding]:
    """Nothing moves although something should. Of a foreign file no one knows what should.

    A planned still is no finding at all; footage that stands still in its source is one to know of.
    """
    limits, spec = subject.limits, subject.spec
    still = subject.found.changes <= limits.frozen_luma
    for start, end in _runs(still, subject, limits.frozen_seconds):
        planned = spec is None or _covered(start, end, spec.still)
        if planned and spec is not None and not _shows_footage(spec, start, end):
            continue
        change = round(float(subject.found.changes[start:end].max()), 4)
        yield _limited(
            subject, "frozen", "frozen_luma", change, "The picture stands still.",
            "advice" if planned else "gate", start, end,
        )  # fmt: skip


def _shows_footage(spec: RenderSpec, start: int, end: int) -> bool:
    return any(shows_footage(layer) for first, last, layer in spec.layers() if first < end and last > start)


def glyphs(subject: Subject) -> Iterator[Finding]:
    """Characters that would show as boxes."""
    if subject.spec is None:
        return
    plan = subject.spec.captions
    shown = [(plan.cues[n].start, plan.cues[n].end, plan.cues[n].text, lacking, plan.style.font)
             for n, lacking in missing_glyphs(plan.cues, plan.style).items()]  # fmt: skip
    for start, end, layer in subject.spec.texts():
        if absent := fonts.lacking(layer.text, layer.style.font):
            shown.append((start, end, layer.text, "".join(sorted(absent)), layer.style.font))
    for start, end, text, lacking, font in shown:
        yield _finding(
            subject, "missing_glyph", "gate", f"No font has the characters {lacking} of “{text[:40]}”.", lacking,
            font, "Fonts that come with Pytoon", start, end,
        )  # fmt: skip


def sound(subject: Subject) -> Iterator[Finding]:
    found, limits = subject.found.sound, subject.limits
    if found is None:
        return
    if found.integrated <= limits.silent_lufs:
        if subject.spec is not None and not subject.spec.sound.tracks:
            return  # silence was chosen
        severity: Severity = "advice" if subject.silent or subject.spec is None else "gate"
        yield _limited(subject, "silent", "silent_lufs", found.integrated, "Nothing can be heard.", severity)
        return
    target = subject.spec.sound.loudness if subject.spec else -14.0
    if abs(found.integrated - target) > limits.loudness_tolerance:
        yield _finding(
            subject, "loudness", "gate", f"Loudness is {found.integrated} LUFS, not {target:g}.", found.integrated,
            target, subject.sources["loudness_tolerance"],
        )  # fmt: skip
    if found.true_peak > limits.true_peak_max:
        yield _limited(
            subject, "true_peak", "true_peak_max", found.true_peak, f"The true peak is {found.true_peak} dBTP."
        )


def _limited(
    subject: Subject, code: str, limit: str, value: float, message: str, severity: Severity = "gate",
    start: int | None = None, end: int | None = None,
) -> Finding:  # fmt: skip
    """A finding against one of the limits in ``presets/limits.yaml``."""
    number = getattr(subject.limits, limit)
    return _finding(subject, code, severity, message, value, number, subject.sources[limit], start, end)


def _finding(
    subject: Subject, code: str, severity: Severity, message: str, value: float | str, limit: float | str, source: str,
    start: int | None = None, end: int | None = None,
) -> Finding:  # fmt: skip
    segment = None
    if start is not None:
        holding = (n for n, s in enumerate(subject.segments) if s.start <= start < s.start + s.frames)
        segment = next(holding, None)
    return Finding(
        code=code,
        severity=severity,
        start_frame=start,
        end_frame=end,
        segment=segment,
        value=value,
        limit=limit,
        source=source,
        message=message,
    )


def _runs(flags: NDArray[np.bool_], subject: Subject, seconds: float) -> Iterator[tuple[int, int]]:
    """Runs of true that last at least ``seconds``, as ``[start, end)`` frames."""
    edges = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    least = max(1, round(seconds * subject.found.rate))
    for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        if end - start >= least:
            yield int(start), int(end)


def _covered(start: int, end: int, ranges: Sequence[FrameRange]) -> bool:
    """Whether planned ranges explain all but a few frames at the edges."""
    inside = sum(max(0, min(end, part.end) - max(start, part.start)) for part in ranges)
    return inside >= 0.9 * (end - start) - 2
