"""Reads an upload, from the command line or the inbox: media files and a request."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pytoon_pipeline.config.documents import Unreadable, inside, parse, read_document, validate
from pytoon_pipeline.contracts.edit_plan import EditGroup, EditLayer, EditPicture, EditPlan
from pytoon_pipeline.contracts.errors import InvalidInput, field_error
from pytoon_pipeline.contracts.media import Role
from pytoon_pipeline.contracts.request import MediaRequest, Request
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.intake.folder import EDIT_PLAN_NAME, REQUEST_FILES, Given, given_by_folder, given_by_paths
from pytoon_pipeline.media import subtitles
from pytoon_pipeline.planning.glyphs import check_request
from pytoon_pipeline.runtime.files import printable_name

# Values of “background:” that do not name files.
BACKGROUNDS = ("brand", "gradient", "blur")
# Pixels of an edit plan's layers: of one layer at its largest, and of all layers of a scene. The video has two million;
# drawing takes some 30 bytes per pixel.
LAYER_PIXELS, SCENE_PIXELS = 20_000_000, 100_000_000


@dataclass(frozen=True)
class Upload:
    """Files in order, each with its role, a title and a validated request.

    ``listed``: a document lists the media; otherwise they are what was there. ``notes`` say how they were chosen.
    """

    title: str
    files: tuple[tuple[Path, Role], ...]
    request: Request
    listed: bool = True
    notes: tuple[Note, ...] = ()


def read_upload(
    path: Path,
    request_file: Path | None = None,
    preset: str | None = None,
    sets: Iterable[str] = (),
    more: Sequence[Path] = (),
) -> Upload:
    """Reads a media file with ``more`` files of the same video, or a folder. Raises ``InvalidInput``.

    A folder may have ``request.yaml`` or ``edit_plan.json``. Without a list of media there, it is all of its files.
    """
    # Unlike Path.is_dir, this returns False for names that no file system can hold.
    folder = path if os.path.isdir(path) else None
    document: dict[str, Any] = {}
    if request_file is None and folder is not None:
        name = next((name for name in REQUEST_FILES if os.path.lexists(folder / name)), None)
        if name == EDIT_PLAN_NAME:
            document = {"edit_plan": name}
        elif name is not None:
            request_file = inside(folder, name)
    if request_file:
        document = read_document(request_file)
    if preset:
        document["preset"] = preset
    for assignment in sets:
        _assign(document, assignment)
    if folder is None and path.suffix.lower() in subtitles.SUFFIXES:
        raise InvalidInput(
            "subtitles_alone",
            f"{printable_name(path.name)} has subtitles, but the clip that they belong to is missing.",
            "Put both in the same folder, with the same name except for the extension.",
        )
    home = folder or path.parent
    if isinstance(document.get("edit_plan"), str):
        document["edit_plan"] = read_document(inside(home, document["edit_plan"]))
    request = validate(Request, document, "The request", "invalid_request")
    listed = not request.model_fields_set.isdisjoint(("media", "edit_plan"))
    given = Given(media=(path,))
    if folder is not None or more:
        given = given_by_folder(request, folder) if folder is not None else given_by_paths(request, (path, *more))
    request = _with_given(request, given)
    if isinstance(request.edit_plan, EditPlan):
        _check_size(request.edit_plan)
        request = _with_files(request, request.edit_plan)
    check_request(request)
    files = tuple(_files(request, home, given))
    title = path.resolve().name if folder else path.stem + (f" and {len(given.media) - 1} more" if more else "")
    return Upload(title or "video", files, request, listed, given.notes)


def _with_given(request: Request, given: Given) -> Request:
    """The request with the given files. A file has the settings that the request lists for its name.

    A single file has those of the first in the list.
    """
    names = [printable_name(path.name) for path in given.media]
    listed = {medium.file: medium for medium in request.media}
    if len(names) == 1 and request.media:
        listed[names[0]] = request.media[0].model_copy(update={"file": names[0]})
    media = tuple(listed.get(name, MediaRequest(file=name)) for name in names)
    music = {"music": printable_name(given.music.name)} if given.music is not None else {}
    return _changed(request, media=media, **music) if names else request


def _check_size(plan: EditPlan) -> None:
    """Refuses layers that would need gigabytes of memory."""
    parts = {f"edit_plan.scenes.{n}": scene.layers for n, scene in enumerate(plan.scenes)}
    for path, layers in (parts | {"edit_plan": plan.overlays}).items():
        drawn = dict(_drawn(layers, f"{path}.{'layers' if path in parts else 'overlays'}"))
        for layer, pixels in drawn.items():
            if pixels > LAYER_PIXELS:
                raise field_error(
                    layer, "too_large", f"at its largest, this layer has {pixels / 1e6:.0f} million pixels.",
                    f"A layer may have {LAYER_PIXELS / 1e6:.0f} million: lower its width, height or scale.",
                )  # fmt: skip
        if sum(drawn.values()) > SCENE_PIXELS:
            raise field_error(
                path, "too_large", f"the layers have {sum(drawn.values()) / 1e6:.0f} million pixels in total.",
                f"A scene may have {SCENE_PIXELS / 1e6:.0f} million: use smaller or fewer layers.",
            )  # fmt: skip


def _drawn(layers: Iterable[EditLayer], path: str) -> Iterator[tuple[str, float]]:
    """The path of each layer that is drawn, and its pixels. Pictures and clips are never drawn larger than they are."""
    for place, layer in enumerate(layers):
        if isinstance(layer, EditPicture):
            continue
        scales = [layer.scale, *(key.value for key in layer.keyframes.get("scale", ()))]
        # A group is drawn at its own size, whatever its scale.
        scale = 1.0 if isinstance(layer, EditGroup) else max(1.0, *scales)
        yield f"{path}.{place}", getattr(layer, "width", 0) * getattr(layer, "height", 0) * scale**2
        if isinstance(layer, EditGroup):
            yield from _drawn(layer.layers, f"{path}.{place}.layers")


def _with_files(request: Request, plan: EditPlan) -> Request:
    """The request with the files that its edit plan names."""
    known = {medium.file for medium in request.media}
    added = tuple(MediaRequest(file=name) for name in plan.files() if name not in known)
    return _changed(request, media=(*request.media, *added))


def _changed(request: Request, **fields: Any) -> Request:
    # Unlike model_copy, this sets only the fields that were set: the upload's record shows no others.
    values = {name: getattr(request, name) for name in request.model_fields_set}
    return Request(**(values | fields))


def _files(request: Request, home: Path, given: Given) -> Iterator[tuple[Path, Role]]:
    for medium, path in zip_longest(request.media, given.media[: len(request.media)]):
        # A file on the command line may be a link to anywhere; only files that a document names must be beside it.
        path = path or inside(home, medium.file)
        yield path, "media"
        if (beside := subtitles_of(path)) is not None:
            yield beside, "subtitles"
    background = request.background
    if background is not None and background not in BACKGROUNDS and not background.startswith("#"):
        yield inside(home, background), "background"
    if request.music is not None:
        yield given.music or inside(home, request.music), "music"
    if request.voice is not None:
        yield inside(home, request.voice), "voice"


def subtitles_of(path: Path) -> Path | None:
    """The subtitles beside a clip: a file of the same name. Raises ``InvalidInput`` when they cannot be read."""
    try:
        there = os.listdir(path.parent)
    except OSError:
        return None
    named = [path.parent / name for name in sorted(there) if _names(name, path)]
    for beside in sorted(named, key=lambda one: subtitles.SUFFIXES.index(one.suffix.lower())):
        if os.path.isfile(beside) and not os.path.islink(beside):
            subtitles.read(beside)
            return beside
    return None


def _names(name: str, clip: Path) -> bool:
    """Whether a file in the folder of ``clip`` has its name and an extension of subtitles, in upper or lower case."""
    other = clip.with_name(name)
    return other != clip and other.stem == clip.stem and other.suffix.lower() in subtitles.SUFFIXES


def _assign(document: dict[str, Any], assignment: str) -> None:
    """Applies one ``a.b=value``; the value is read as YAML."""
    name, equals, text = assignment.partition("=")
    if not equals or not name:
        raise InvalidInput(
            "invalid_request",
            f"“{assignment[:80]}” does not have the form NAME=VALUE.",
            "Example: --set adjust.silence.min_seconds=0.6.",
        )
    *parents, last = name.split(".")
    place = document
    for parent in parents:
        deeper = place.setdefault(parent, {})
        if not isinstance(deeper, dict):
            raise InvalidInput(
                "invalid_request", f"{name}: {parent} is a single value, not a group of settings.", "Check the name."
            )
        place = deeper
    try:
        place[last] = parse(text)
    except Unreadable:
        place[last] = text
