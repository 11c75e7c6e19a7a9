"""Reading subtitles: text tracks inside a video file, and SubRip or WebVTT files beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice
from pathlib import Path
from typing import Any

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.media.container import opened
from pytoon_pipeline.media.decoding import decode_packets, demux

SUFFIXES = (".srt", ".vtt")
# Codecs that hold text; the others are pictures of letters.
TEXT_CODECS = ("mov_text", "subrip", "srt", "webvtt", "ass", "ssa", "text")
MAX_BYTES, MAX_CUES = 2_000_000, 20_000
SECOND = 1000
# Override blocks of ASS, tags of SubRip and WebVTT, breaks and hard spaces, and braces that are meant as such.
STYLING = (
    (re.compile(r"\{\\[^{}]*\}"), ""), (re.compile(r"</?[A-Za-z0-9][^<>]*>"), ""), (re.compile(r"\\[Nnh]"), " "),
    (re.compile(r"\\([{}])"), r"\1"),
)  # fmt: skip


@dataclass(frozen=True)
class SubtitleCue:
    """Text shown from ``start`` to ``end``, in seconds from the first picture."""

    start: float
    end: float
    text: str


@dataclass(frozen=True)
class SubtitleTrack:
    """A subtitle track. ``name`` is for people; ``forced`` tracks translate only single lines."""

    name: str
    language: str
    forced: bool
    lines: tuple[SubtitleCue, ...]


def read(path: Path, name: str = "") -> tuple[SubtitleCue, ...]:
    """The cues of a SubRip or WebVTT file. ``name`` is what people call it.

    Raises ``InvalidInput`` when it has none.
    """
    name = name or path.name
    if path.stat().st_size > MAX_BYTES:
        raise _unreadable(name, f"it is larger than {MAX_BYTES / 1e6:g} MB")
    return parse(path.read_bytes(), name)


def parse(data: bytes, name: str) -> tuple[SubtitleCue, ...]:
    """The cues in the bytes of a file. Raises as ``read``."""
    import pysubs2

    try:
        text = data.decode("utf-8-sig")
        found = pysubs2.SSAFile.from_string(text, format_="vtt" if text.lstrip().startswith("WEBVTT") else "srt")
    except UnicodeDecodeError as error:
        raise _unreadable(name, "it is not valid UTF-8") from error
    except (pysubs2.Pysubs2Error, ValueError, OverflowError) as error:
        raise _unreadable(name, "its timestamps or its format are invalid") from error
    lines = tuple(_lines((event.start, event.end, _plain(event.text)) for event in found[:MAX_CUES]))
    if not lines:
        raise _unreadable(name, "it contains no text")
    return lines


def tracks(path: Path, zero: float) -> list[SubtitleTrack]:
    """The subtitle tracks of a video file whose first picture is at ``zero`` seconds of the container's clock."""
    from av.stream import Disposition

    with opened(path) as container:
        known = [one for one in container.streams.subtitles if one.codec_context is not None]
        streams = [one for one in known if one.codec_context.name in TEXT_CODECS]
        found: dict[int, list[tuple[float, float, str]]] = {stream.index: [] for stream in streams}
        packets = islice(demux(container, *streams), MAX_CUES) if streams else ()
        for packet, parts in decode_packets(packets, lambda packet: packet.pts is not None and packet.duration):
            # A damaged cue is lost like a damaged picture.
            if parts is None or packet.pts is None or not packet.duration:
                continue
            start = float(packet.pts * packet.time_base) - zero
            end = start + float(packet.duration * packet.time_base)
            text = "\n".join(_plain(_dialogue(part)) for part in parts)
            found[packet.stream.index].append((start * SECOND, end * SECOND, text))
        return [
            SubtitleTrack(
                name=f"{stream.codec_context.name} track {stream.index}",
                language=str(stream.language or ""),
                forced=bool(stream.disposition & Disposition.forced),
                lines=tuple(_lines(found[stream.index])),
            )
            for stream in streams
        ]


def _dialogue(part: Any) -> str:
    return (getattr(part, "dialogue", b"") or b"").decode("utf-8", "replace")


def _plain(text: str) -> str:
    """Text without styling; braces that contain no style are part of it."""
    for pattern, replacement in STYLING:
        text = pattern.sub(replacement, text)
    return unescape(text)


def _lines(found: Any) -> Iterator[SubtitleCue]:
    """Cues in order of time, with text and a length; one that overlaps the next ends there."""
    cues = sorted((start, end, " ".join(text.split())) for start, end, text in found if end > start and end > 0)
    cues = [one for one in cues if one[2]]
    merged: list[tuple[float, float, str]] = []
    for start, end, text in cues:
        if merged and merged[-1][0] == start:
            before = merged[-1][2]
            merged[-1] = (start, max(merged[-1][1], end), before if before == text else f"{before} {text}")
        else:
            if merged and merged[-1][1] > start:
                merged[-1] = (merged[-1][0], start, merged[-1][2])
            merged.append((start, end, text))
    for start, end, text in merged:
        yield SubtitleCue(max(0.0, start / SECOND), end / SECOND, text)


def _unreadable(name: str, why: str) -> InvalidInput:
    return InvalidInput(
        "subtitles_unreadable", f"The subtitle file {name[:80]} cannot be used: {why}.",
        "Save it as SubRip (.srt) or WebVTT (.vtt) in UTF-8, or remove it.",
    )  # fmt: skip
