"""Subtitles as separate files for players and platforms: SubRip and WebVTT.

Written by hand because subtitle libraries interpret braces and angle brackets in the text as styling.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.delivery.cues import SubtitleCue, spoken_cues, subtitle_cues

FORMATS = ("srt", "vtt")


def write(spec: RenderSpec, folder: Path) -> dict[str, Path]:
    """Writes the subtitles of the finished video. Returns their paths by what follows the name of the video, such as
    *srt*, and *de.srt* for those in a further language; none for a video without any text.
    """
    tracks = {"": subtitle_cues(spec)}
    tracks |= {f"{track.language}.": spoken_cues(spec, track.cues) for track in spec.captions.tracks}
    paths = {}
    for language, cues in tracks.items():
        for name, write_cues in WRITERS.items() if cues else ():
            paths[language + name] = path = folder / f"captions.{language}{name}"
            path.write_text(write_cues(cues, spec.rate), "utf-8")
    return paths


def subrip(cues: Sequence[SubtitleCue], rate: FrameRate) -> str:
    """The cues as the content of an .srt file."""
    blocks = (f"{n}\n{_times(cue, rate, ',')}\n" + "\n".join(cue.lines) for n, cue in enumerate(cues, 1))
    return "\n\n".join(blocks) + "\n"


def webvtt(cues: Sequence[SubtitleCue], rate: FrameRate) -> str:
    """The cues as the content of a .vtt file."""
    blocks = (f"{_times(cue, rate, '.')}\n" + escape("\n".join(cue.lines), quote=False) for cue in cues)
    return "\n\n".join(("WEBVTT", *blocks)) + "\n"


def _times(cue: SubtitleCue, rate: FrameRate, separator: str) -> str:
    return f"{_time(cue.start, rate, separator)} --> {_time(cue.end, rate, separator)}"


def _time(frame: int, rate: FrameRate, separator: str) -> str:
    """When ``frame`` is shown, rounded down: a player shows the cue with this frame and not with the one before."""
    minutes, milliseconds = divmod(int(frame / rate.fraction * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}{separator}{milliseconds % 1000:03}"


WRITERS = dict(zip(FORMATS, (subrip, webvtt), strict=True))
