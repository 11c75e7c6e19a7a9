"""Copies of delivered videos in a folder of the person's choice, where each video has file names of its own."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from pytoon_pipeline.delivery.outbox import MANIFEST, SPEC
from pytoon_pipeline.runtime.atomic import copy_file


def copy_files(delivered: Path, stem: str, target: Path) -> dict[Path, Path]:
    """Copies all files of the folder ``delivered``, whose video is called ``stem``, into the folder ``target``.

    The same video of an earlier copy is replaced; another video keeps its files, and this one gets a number. Returns
    the copy of each file.
    """
    video = _identity(delivered / MANIFEST)
    free = next(one for one in _stems(stem) if _is_free(target, one, video))
    copies = {}
    for file in sorted(delivered.iterdir()):
        name = file.name.removeprefix(stem) if file.name not in (SPEC, MANIFEST) else f".{file.name}"
        copies[file] = (target / f"{free}{name}").resolve()
        copy_file(file, copies[file])
    return copies


def _stems(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in count(2))


def _is_free(target: Path, stem: str, video: object) -> bool:
    manifest = target / f"{stem}.{MANIFEST}"
    if manifest.exists():
        return _identity(manifest) == video
    return not (target / f"{stem}.mp4").exists()


def _identity(manifest: Path) -> object:
    """What a video was made from, none where the manifest cannot be read."""
    try:
        document = json.loads(manifest.read_bytes())
        return document["key"], document["request"], [item["sha256"] for item in document["media"]]
    except (OSError, ValueError, LookupError, TypeError):
        return None
