"""From what a person gave on the command line or dropped into the inbox to media files and a request."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pytoon_pipeline.contracts.edit_plan import EditPlan
from pytoon_pipeline.contracts.errors import BadInput
from pytoon_pipeline.contracts.media import Role
from pytoon_pipeline.contracts.request import MediaRequest, Request
from pytoon_pipeline.planning.documents import inside, read_document, validate

REQUEST_NAMES = ("request.yaml", "request.yml", "request.json")
EDIT_PLAN_NAME = "edit_plan.json"
# Values of “background:” that are not files.
BACKGROUNDS = ("brand", "gradient", "blur")


@dataclass(frozen=True)
class Upload:
    """What a person dropped: files in order, each with what it is for, a title and a checked request."""

    title: str
    files: tuple[tuple[Path, Role], ...]
    request: Request


def read_upload(
    path: Path, request_file: Path | None = None, preset: str | None = None, sets: Iterable[str] = ()
) -> Upload:
    """Reads a media file, or a folder with ``request.yaml`` or ``edit_plan.json``. Raises ``BadInput``."""
    folder = path if path.is_dir() else None
    document: dict[str, Any] = {}
    if request_file is None and folder is not None:
        request_file = next((folder / name for name in REQUEST_NAMES if (folder / name).is_file()), None)
        if request_file is None and (folder / EDIT_PLAN_NAME).is_file():
            document = {"edit_plan": EDIT_PLAN_NAME}
        elif request_file is None:
            raise BadInput(
                "no_request", f"The folder {path.name} has no request.yaml.", "Add one, or give a video file."
            )
    if request_file:
        document = read_document(request_file)
    if preset:
        document["preset"] = preset
    for assignment in sets:
        _assign(document, assignment)
    home = folder or path.parent
    if isinstance(document.get("edit_plan"), str):
        document["edit_plan"] = read_document(inside(home, document["edit_plan"]))
    request = validate(Request, document, "The request", "invalid_request")
    if folder is None:
        request = _with_media(request, path.name)
    if isinstance(request.edit_plan, EditPlan):
        request = _with_files(request, request.edit_plan)
    files = list(_files(request, home))
    if folder is None:
        # The file itself may be a link to anywhere; only what a document names must lie beside it.
        files[0] = (path, "media")
    return Upload((path.resolve().name if folder else path.stem) or "video", tuple(files), request)


def _with_media(request: Request, name: str) -> Request:
    """A file alone is the medium, with what the request says of the first."""
    first = request.media[0].model_copy(update={"file": name}) if request.media else MediaRequest(file=name)
    return _changed(request, media=(first,))


def _with_files(request: Request, plan: EditPlan) -> Request:
    """An edit plan names its own files."""
    known = {medium.file for medium in request.media}
    added = tuple(MediaRequest(file=name) for name in plan.files() if name not in known)
    return _changed(request, media=(*request.media, *added))


def _changed(request: Request, **fields: Any) -> Request:
    # Unlike model_copy, this keeps to the fields that were set: they are what the upload's record shows.
    values = {name: getattr(request, name) for name in request.model_fields_set}
    return Request(**(values | fields))


def _files(request: Request, home: Path) -> Iterator[tuple[Path, Role]]:
    for medium in request.media:
        yield inside(home, medium.file), "media"
    wanted = request.background
    if wanted is not None and wanted not in BACKGROUNDS and not wanted.startswith("#"):
        yield inside(home, wanted), "background"
    if request.music is not None:
        yield inside(home, request.music), "music"
    if request.voice is not None:
        yield inside(home, request.voice), "voice"


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
