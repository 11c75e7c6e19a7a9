"""From what a person gave on the command line or dropped into the inbox to media files and a request."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pytoon_pipeline.contracts.errors import BadInput
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.planning.documents import read_document, validate

REQUEST_NAMES = ("request.yaml", "request.yml", "request.json")


@dataclass(frozen=True)
class Upload:
    """What a person dropped: media files in order, a title and a checked request."""

    title: str
    media: tuple[Path, ...]
    request: Request


def read_upload(
    path: Path, request_file: Path | None = None, preset: str | None = None, sets: Iterable[str] = ()
) -> Upload:
    """Reads a video file, or a folder with ``request.yaml``. Raises ``BadInput``."""
    folder = path if path.is_dir() else None
    if request_file is None and folder is not None:
        request_file = next((folder / name for name in REQUEST_NAMES if (folder / name).is_file()), None)
        if request_file is None:
            raise BadInput(
                "no_request", f"The folder {path.name} has no request.yaml.", "Add one, or give a video file."
            )
    document = read_document(request_file) if request_file else {}
    if preset:
        document["preset"] = preset
    for assignment in sets:
        _assign(document, assignment)
    request = validate(Request, document, "The request", "invalid_request")
    if folder is None:
        return Upload(path.stem or "video", (path,), request)
    if not request.media:
        raise BadInput("no_media", "The request names no media.", "List the file under “media:”.")
    return Upload(path.resolve().name, tuple(inside(folder, item.file) for item in request.media), request)


def inside(folder: Path, name: str) -> Path:
    """A file of an upload. Raises ``BadInput`` for a name that leads out of its folder, also by a symbolic link."""
    root = folder.resolve()
    path = (folder / name).resolve()
    if not path.is_relative_to(root) or path == root:
        raise BadInput(
            "outside_folder", f"“{name[:80]}” lies outside the upload's folder.", "Copy the file into the folder."
        )
    return path


def _assign(document: dict[str, Any], assignment: str) -> None:
    """Applies one ``a.b=value``; the value is read as YAML."""
    name, equals, text = assignment.partition("=")
    if not equals or not name:
        raise BadInput(
            "invalid_request", f"“{assignment[:80]}” is not name=value.", "Write --set adjust.silence.minimum=0.6."
        )
    *parents, last = name.split(".")
    place = document
    for parent in parents:
        deeper = place.setdefault(parent, {})
        if not isinstance(deeper, dict):
            raise BadInput("invalid_request", f"{name}: {parent} is not a group.", "Check the name.")
        place = deeper
    try:
        place[last] = yaml.safe_load(text)
    except yaml.YAMLError:
        place[last] = text
