"""Files that belong to a clip of the same name: subtitles, and a corrected transcript."""

import os
from pathlib import Path, PurePath

from pytoon_pipeline.analysis.transcript import document
from pytoon_pipeline.media import subtitles

TRANSCRIPT_SUFFIX = ".transcript.txt"


def clip_stem(name: str) -> str | None:
    """The name, without extension, of the clips that a file of this name belongs to; ``None`` for other files."""
    lower = name.lower()
    if lower.endswith(TRANSCRIPT_SUFFIX):
        return PurePath(name[: -len(TRANSCRIPT_SUFFIX)] + ".x").stem
    return PurePath(name).stem if lower.endswith(subtitles.SUFFIXES) else None


def subtitles_of(clip: Path) -> Path | None:
    """The subtitles beside a clip. Raises ``InvalidInput`` when they cannot be read."""
    found = [path for path in _beside(clip) if path.suffix.lower() in subtitles.SUFFIXES]
    chosen = min(found, key=lambda one: subtitles.SUFFIXES.index(one.suffix.lower()), default=None)
    if chosen is not None:
        subtitles.read(chosen)
    return chosen


def transcript_of(clip: Path) -> Path | None:
    """The corrected transcript beside a clip. Raises ``InvalidInput`` when it cannot be read."""
    chosen = next((path for path in _beside(clip) if path.name.lower().endswith(TRANSCRIPT_SUFFIX)), None)
    if chosen is not None:
        with chosen.open("rb") as file:
            document.read_document(file.read(document.MAX_BYTES + 1), chosen.name)
    return chosen


def _beside(clip: Path) -> list[Path]:
    """The files that belong to a clip, sorted by name; extensions may be in capitals."""
    stem = clip.stem
    try:
        # Most files of an inbox with many begin with something else.
        names = sorted(name for name in os.listdir(clip.parent) if name.startswith(stem))
    except OSError:
        return []
    paths = (clip.with_name(name) for name in names if clip_stem(name) == stem and name != clip.name)
    return [path for path in paths if os.path.isfile(path) and not os.path.islink(path)]
