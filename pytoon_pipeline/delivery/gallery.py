"""The page that lists the videos in the outbox, newest first, for the people who post them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from pytoon_pipeline.catalog.names import title_with_variant
from pytoon_pipeline.delivery.outbox import MANIFEST, POST, SPEC

# The manifest of each video on a page is read, which takes a few milliseconds.
PAGE_VIDEOS = 48
STYLE = """
body { font: 16px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1a1d23 }
ul { list-style: none; padding: 0; display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)) }
img { width: 100%; aspect-ratio: 9/16; object-fit: contain; background: #eceff3; border-radius: .5rem; display: block }
a { color: #1b4fd0 } .title { font-weight: 600; overflow-wrap: anywhere; margin: .5rem 0 0 }
.more { font-size: .85rem; color: #5a6270; margin: 0 } .mark { color: #a54800; font-weight: 600 }
"""  # noqa: E501


class _Manifest(BaseModel):
    """What the page shows of a manifest of any version."""

    title: str
    key: str = ""
    degraded: Any = None


@dataclass(frozen=True)
class DeliveredVideo:
    """A video in the outbox; ``folder`` is the path of its folder there, ``files`` are the names of all files in it,
    the video first.
    """

    title: str
    folder: str
    files: tuple[str, ...]
    at: float
    degraded: bool

    @property
    def video(self) -> str:
        return self.files[0]

    @property
    def thumbnail(self) -> str | None:
        return next((name for name in self.files if Path(name).suffix == ".jpg"), None)


def page(outbox: Path, number: int) -> str:
    """One page as HTML, with the newest videos first. Pages count from 1."""
    newest_first = sorted(_manifests(outbox), reverse=True)
    start, end = PAGE_VIDEOS * (number - 1), PAGE_VIDEOS * number
    body = "".join(_item(video) for _, manifest in newest_first[start:end] if (video := _video(outbox, manifest)))
    more = len(newest_first) > end
    empty = "<p>There are no videos yet. They appear here as soon as they are finished.</p>"
    links = [f'<a href="?page={number - 1}">Newer</a>' if number > 1 else "", f'<a href="?page={number + 1}">Older</a>']
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Videos</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style><h1>Videos</h1>"
        f"{f'<ul>{body}</ul>' if body else empty}<p>{' '.join(links if more else links[:1])}</p></html>"
    )


def _manifests(outbox: Path) -> Iterator[tuple[float, Path]]:
    """The manifests in the outbox with their times. A folder without one is not complete, or not Pytoon's."""
    for media in _folders(outbox):
        for folder in (media, *_folders(media)):
            manifest = Path(folder, MANIFEST)
            with suppress(FileNotFoundError):
                yield manifest.stat().st_mtime, manifest


def _folders(parent: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                yield Path(entry.path)


def _video(outbox: Path, manifest: Path) -> DeliveredVideo | None:
    try:
        known = _Manifest.model_validate_json(manifest.read_bytes())
        names = sorted(path.name for path in manifest.parent.iterdir() if _is_served(path))
    except (FileNotFoundError, ValidationError):
        # Withdrawn while the page was made, or written by a person.
        return None
    ordered = sorted(names, key=lambda name: (not name.endswith(".mp4"), name in (MANIFEST, POST, SPEC)))
    if not ordered or not ordered[0].endswith(".mp4"):
        return None
    title = title_with_variant(known.title, known.key)
    return DeliveredVideo(
        title,
        manifest.parent.relative_to(outbox).as_posix(),
        tuple(ordered),
        manifest.stat().st_mtime,
        known.degraded is not None,
    )


def _is_served(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and not path.name.startswith(".")


def _item(video: DeliveredVideo) -> str:
    """One video: its thumbnail and title lead to the video; all other files are listed below."""
    links = [
        _link(video, name, escape(_label(name, Path(video.video).stem)))
        for name in video.files[1:]
        if name != video.thumbnail
    ]
    picture = f'<img src="{_url(video, video.thumbnail)}" alt="" loading="lazy">' if video.thumbnail else ""
    mark = ' <span class="mark">degraded</span>' if video.degraded else ""
    # Its name says which version this is.
    name = video.folder.rpartition("/")[2]
    folder = "" if name == video.title else f"{escape(name)} · "
    day = datetime.fromtimestamp(video.at, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f'<li>{_link(video, video.video, picture)}<p class="title">{_link(video, video.video, escape(video.title))}'
        f'{mark}</p><p class="more">{folder}{day}<br>{" · ".join(links)}</p></li>'
    )


def _label(name: str, video: str) -> str:
    """Files that people know by their kind are named by it. ``video`` is the name of the video without its format."""
    kinds = {"srt": "captions (SRT)", "vtt": "captions (VTT)"}
    language, _, kind = name.removeprefix(f"{video}.").rpartition(".")
    label = kinds.get(kind, name)
    if kind in kinds and language:
        label = f"{label[:-1]}, {language})"
    return {MANIFEST: "manifest", SPEC: "plan", POST: "post"}.get(name, label)


def _link(video: DeliveredVideo, name: str, label: str) -> str:
    return f'<a href="{_url(video, name)}">{label}</a>'


def _url(video: DeliveredVideo, name: str) -> str:
    return file_path(*video.folder.split("/"), name)


def file_path(*parts: str) -> str:
    """The path of a file in the outbox as part of a URL."""
    return "/".join(quote(part, safe="") for part in parts)


def page_number(values: Sequence[str]) -> int:
    """The page that the query asks for; the first one when it makes no sense."""
    value = values[-1] if values else ""
    return int(value) if value.isascii() and value.isdigit() and 0 < len(value) < 7 and int(value) else 1
