"""Captions as separate files for players and platforms: SubRip and WebVTT.

Written by hand because subtitle libraries interpret braces and angle brackets in the text as styling.
"""

from html import escape
from pathlib import Path

from pytoon_pipeline.contracts.spec.render_spec import RenderSpec

FORMATS = ("srt", "vtt")


def write(spec: RenderSpec, folder: Path) -> dict[str, Path]:
    """Writes the captions of the finished video. Returns their paths by format."""
    rate = spec.rate
    cues = [(rate.seconds(start), rate.seconds(end), text) for start, end, text in lines(spec)]
    srt = [f"{n}\n{_time(a, ',')} --> {_time(b, ',')}\n{text}\n" for n, (a, b, text) in enumerate(cues, 1)]
    vtt = [f"{_time(a, '.')} --> {_time(b, '.')}\n{escape(text, quote=False)}\n" for a, b, text in cues]
    texts = {"srt": "\n".join(srt), "vtt": "\n".join(["WEBVTT\n", *vtt])}
    paths = {name: folder / f"captions.{name}" for name in FORMATS}
    for name, path in paths.items():
        path.write_text(texts[name], "utf-8")
    return paths


def lines(spec: RenderSpec) -> list[tuple[int, int, str]]:
    """Spoken and displayed text with its output frames ``[start, end)``, in order of time."""
    spoken = [(cue.start, cue.end, " ".join(cue.text.split())) for cue in spec.captions.cues]
    shown = [(start, end, layer.text) for start, end, layer in spec.texts() if layer.role != "other"]
    # A text that continues across a cut is one line.
    joined: list[tuple[int, int, str]] = []
    for start, end, text in sorted(spoken + shown):
        if joined and joined[-1][1] == start and joined[-1][2] == text:
            joined[-1] = (joined[-1][0], end, text)
        else:
            joined.append((start, end, text))
    return joined


def _time(seconds: float, separator: str) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}{separator}{milliseconds % 1000:03}"
