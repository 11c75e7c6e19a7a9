"""Captions as files of their own, for players and platforms."""

from pathlib import Path

from pytoon_pipeline.contracts.spec import RenderSpec

FORMATS = ("srt", "vtt")


def write(spec: RenderSpec, folder: Path) -> dict[str, Path]:
    """Writes the captions of the finished video as SRT and WebVTT; gives their paths by format."""
    import pysubs2

    file = pysubs2.SSAFile()
    for cue in spec.captions.cues:
        start, end = (round(spec.rate.seconds(frame) * 1000) for frame in (cue.start, cue.end))
        event = pysubs2.SSAEvent(start=start, end=end)
        event.plaintext = " ".join(cue.text.split())
        file.append(event)
    paths = {name: folder / f"captions.{name}" for name in FORMATS}
    for name, path in paths.items():
        file.save(str(path), format_=name)
    return paths
