"""Copies of delivered videos in a folder of the person's choice, where each video has file names of its own."""

import json
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

from pydantic import ValidationError

from pytoon_pipeline.contracts.post import Post
from pytoon_pipeline.delivery.outbox import MANIFEST, POST, SPEC
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
        name = file.name.removeprefix(stem) if file.name not in (SPEC, MANIFEST, POST) else f".{file.name}"
        copies[file] = (target / f"{free}{name}").resolve()
        copy_file(file, copies[file])
    if (post := delivered / POST) in copies:
        _rename(copies[post], {file.name: copy.name for file, copy in copies.items()})
    return copies


def _rename(post: Path, names: Mapping[str, str]) -> None:
    """Writes the names of the copies into a copied publishing kit. One that a person made unreadable stays as it is."""
    try:
        kit = Post.model_validate_json(post.read_bytes())
    except ValidationError:
        return
    lists = {name: tuple(names.get(one, one) for one in getattr(kit, name)) for name in ("captions", "extras")}
    changes = {"video": names.get(kit.video, kit.video), "cover": names.get(kit.cover, kit.cover), **lists}
    post.write_text(kit.model_copy(update=changes).model_dump_json(indent=2), "utf-8")


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
