"""Captions as files of their own, for players and platforms: SubRip and WebVTT.

Libraries for these read braces and angle brackets in what people say as styling; here they stay what they are.
"""

from html import escape
from pathlib import Path

from pytoon_pipeline.contracts.spec import RenderSpec

FORMATS = ("srt", "vtt")


def write(spec: RenderSpec, folder: Path) -> dict[str, Path]:
    """Writes the captions of the finished video; gives their paths by format."""
    cues = [
        (spec.rate.seconds(cue.start), spec.rate.seconds(cue.end), " ".join(cue.text.split()))
        for cue in spec.captions.cues
    ]
    srt = [f"{n}\n{_time(a, ',')} --> {_time(b, ',')}\n{text}\n" for n, (a, b, text) in enumerate(cues, 1)]
    vtt = [f"{_time(a, '.')} --> {_time(b, '.')}\n{escape(text, quote=False)}\n" for a, b, text in cues]
    texts = {"srt": "\n".join(srt), "vtt": "\n".join(["WEBVTT\n", *vtt])}
    paths = {name: folder / f"captions.{name}" for name in FORMATS}
    for name, path in paths.items():
        path.write_text(texts[name], "utf-8")
    return paths


def _time(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
