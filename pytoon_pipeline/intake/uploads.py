"""Reads an upload, from the command line or the inbox: media files and a request."""

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pytoon_pipeline.config.documents import inside, read_document
from pytoon_pipeline.config.setting_names import set_option
from pytoon_pipeline.config.spelling import british
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.edit_plan import EditPlan
from pytoon_pipeline.contracts.errors import InvalidInput, about
from pytoon_pipeline.contracts.media import Role
from pytoon_pipeline.contracts.music import MusicChoice
from pytoon_pipeline.contracts.request import MediaRequest, Request
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.suggestions import listed, one_hint
from pytoon_pipeline.intake.assignments import PLAIN, assign
from pytoon_pipeline.intake.attachments import BACKGROUNDS, Attachable, Attachments, attach
from pytoon_pipeline.intake.chosen_music import chosen_music
from pytoon_pipeline.intake.companions import subtitles_of, transcript_of
from pytoon_pipeline.intake.edit_plans import check_size
from pytoon_pipeline.intake.file_settings import assign_to_file, concerns_file
from pytoon_pipeline.intake.folder import (
    EDIT_PLAN_NAME,
    REQUEST_FILES,
    REQUEST_NAMES,
    Given,
    folder_files,
    given_by_folder,
    given_by_paths,
)
from pytoon_pipeline.intake.request_file import RequestFile
from pytoon_pipeline.intake.settings_check import check_settings
from pytoon_pipeline.media import subtitles
from pytoon_pipeline.runtime.files import check_file, printable_name

A_REQUEST = "a request file"
# The command that asks for a request in place of reading one.
NEW = "new"


@dataclass(frozen=True)
class Upload:
    """Files in order, each with its role, a title and a validated request.

    ``listed``: a document lists the media; otherwise they are what was there. ``notes`` say how they were chosen.
    ``attached`` are files from elsewhere, with their names in this upload. ``named`` names the request file and its
    lines in errors about files that it lists. ``chosen_music`` is the file of music that is chosen by mood or track.
    """

    title: str
    files: tuple[tuple[Path, Role], ...]
    request: Request
    listed: bool = True
    notes: tuple[Note, ...] = ()
    attached: Mapping[Path, str] = field(default_factory=dict)
    named: Callable[[], AbstractContextManager[None]] = nullcontext
    chosen_music: Path | None = None


def read_upload(
    path: Path,
    request_file: Path | None = None,
    preset: str | None = None,
    sets: Iterable[str] = (),
    more: Sequence[Path] = (),
    files: Mapping[Attachable, Path] | None = None,
    command: str = "render",
) -> Upload:
    """Reads a media file with ``more`` files of the same video, or a folder. Raises ``InvalidInput``.

    A folder may have ``request.yaml`` or ``edit_plan.json``. Without a list of media there, it is all of its files.
    ``files`` come from anywhere. Everything that the request, preset, brand and platform decide is checked here.
    ``command`` is the one that all this was given to, for hints.
    """
    # Unlike Path.is_dir, this returns False for names that no file system can hold.
    folder = path if os.path.isdir(path) and not more else None
    home = folder or path.parent
    request_file = _request_file(folder, request_file)
    document = british(_document(request_file, folder))
    source = RequestFile.read(request_file, document) if request_file is not None and command != NEW else None
    if preset:
        document["preset"] = preset
    attached, sets = attach(document, files or {}, sets, home)
    of_files = [one for one in sets if concerns_file(one)]
    names = _media_names(document, folder, (path, *more)) if sets else ()
    written = document.get("text")
    for assignment in sets:
        if assignment not in of_files:
            assign(document, assignment, names)
    replaced = tuple(_replaced_texts(written, document.get("text")))
    named = partial(source.named, document) if source else nullcontext
    if folder is None:
        _refuse_subtitles(path, command)
    if isinstance(document.get("edit_plan"), str):
        with named(), about("edit_plan"):
            check_file(plan := inside(home, document["edit_plan"]))
        document["edit_plan"] = read_document(plan)
    if folder is None and isinstance(document.get("media"), list):
        # The settings of a file that the command line names.
        document["media"] = [_with_name(one, path) for one in document["media"]]
    with named():
        request = validate(Request, document, "", "invalid_request")
    listed = not request.model_fields_set.isdisjoint(("media", "edit_plan"))
    given = Given(media=(path,))
    if folder is not None:
        given = given_by_folder(request, folder, command)
    elif more:
        given = given_by_paths(request, (path, *more))
    request = _with_given(request, given)
    if of_files:
        request = _with_settings(request, of_files)
    if isinstance(request.edit_plan, EditPlan):
        check_size(request.edit_plan)
        request = _with_files(request, request.edit_plan)
    with named():
        chosen, about_music = chosen_music(request.music) if isinstance(request.music, MusicChoice) else (None, ())
        found = tuple(_files(request, home, given, attached, chosen))
        notes = (*given.notes, *about_music, *replaced, *check_settings(request, found))
    title = path.resolve().name if folder else path.stem + (f" and {len(given.media) - 1} more" if more else "")
    named = named if folder else nullcontext
    return Upload(title or "video", found, request, listed, notes, attached.names, named, chosen)


def _replaced_texts(written: Any, text: Any) -> Iterator[Note]:
    """A note where an option replaces a text of several parts, and some of them have no successor."""
    if not isinstance(written, Mapping) or text is written:
        return
    kept = text if isinstance(text, Mapping) else {PLAIN["text"]: text}
    if any(name not in kept for name in written):
        message = (
            f"The option for “text” replaces all texts of the request: its {listed([*written], 'and')}. "
            f"To change one of them and keep the others, write: {set_option('text.hook', '…')}"
        )
        yield Note(code="texts_replaced", message=message)


def _request_file(folder: Path | None, named: Path | None) -> Path | None:
    """The file with the request: the one that a person names, else that of the folder."""
    if named is not None or folder is None:
        return named
    name = next((name for name in REQUEST_FILES if os.path.lexists(folder / name)), None)
    return inside(folder, name) if name is not None and name != EDIT_PLAN_NAME else None


def _document(request_file: Path | None, folder: Path | None) -> dict[str, Any]:
    """The request in a file; without one, that of the edit plan in the folder."""
    if request_file is not None:
        return read_document(request_file, wanted=(A_REQUEST, _request_advice(request_file, folder)))
    has_plan = folder is not None and os.path.lexists(folder / EDIT_PLAN_NAME)
    return {"edit_plan": EDIT_PLAN_NAME} if has_plan else {}


def _request_advice(file: Path, folder: Path | None) -> str:
    """What to give in place of a file or a folder that is not a request."""
    if folder is not None and file.parent == folder.resolve():
        return f"Save it as plain text in UTF-8. To write a new one, type: pytoon new {_shell_path(folder)}"
    if inner := next((name for name in REQUEST_NAMES if os.path.isfile(file / name)), None):
        return f"Give the file in it: --request {_shell_path(file / inner)}"
    missing = f"The folder has no {REQUEST_NAMES[0]}. " if os.path.isdir(file) else ""
    return one_hint(
        f"{missing}Give a request file, such as: --request {REQUEST_NAMES[0]}",
        "To write one for a folder of photos, type: pytoon new FOLDER",
    )


def _shell_path(path: Path) -> str:
    return shlex.quote(printable_name(str(path)))


def _refuse_subtitles(path: Path, command: str) -> None:
    if path.suffix.lower() in subtitles.SUFFIXES:
        raise InvalidInput(
            "subtitles_alone",
            f"{printable_name(path.name)} has subtitles, but the clip that they belong to is missing.",
            "Put the clip into the same folder, with the same name except for the extension. Then give the clip: "
            f"pytoon {command} {_shell_path(path.with_suffix('.mp4'))}",
        )


def _with_name(entry: Any, path: Path) -> Any:
    return {"file": printable_name(path.name), **entry} if isinstance(entry, dict) else entry


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


def _media_names(document: Mapping[str, Any], folder: Path | None, paths: Sequence[Path]) -> tuple[str, ...]:
    """The names of the photos and clips: those that the request lists, else those that are there."""
    if isinstance(entries := document.get("media"), list):
        named = (one.get("file") if isinstance(one, dict) else one for one in entries)
        return tuple(name for name in named if isinstance(name, str))
    if folder is not None:
        return tuple(map(printable_name, folder_files(folder).media))
    return tuple(printable_name(path.name) for path in paths)


def _with_settings(request: Request, of_files: Iterable[str]) -> Request:
    """The request with settings of single files."""
    entries = [medium.model_dump(exclude_unset=True) for medium in request.media]
    for assignment in of_files:
        assign_to_file(entries, assignment)
    media = tuple(validate(MediaRequest, one, f"“{one['file']}”", "invalid_request") for one in entries)
    return _changed(request, media=media)


def _with_files(request: Request, plan: EditPlan) -> Request:
    """The request with the files that its edit plan names."""
    known = {medium.file for medium in request.media}
    added = tuple(MediaRequest(file=name) for name in plan.files() if name not in known)
    return _changed(request, media=(*request.media, *added))


def _changed(request: Request, **fields: Any) -> Request:
    # Unlike model_copy, this sets only the fields that were set: the upload's record shows no others.
    values = {name: getattr(request, name) for name in request.model_fields_set}
    return Request(**(values | fields))


def _files(
    request: Request, home: Path, given: Given, attached: Attachments, chosen: Path | None
) -> Iterator[tuple[Path, Role]]:
    for n, (medium, path) in enumerate(zip_longest(request.media, given.media[: len(request.media)])):
        # A file on the command line may be a link to anywhere; only files that a document names must be beside it.
        with about(f"media.{n}"):
            path = path or inside(home, medium.file)
        yield path, "media"
        yield from _words_of(path)
        if medium is not None and medium.voice is not None:
            with about(f"media.{n}.voice"):
                own = inside(home, medium.voice.file)
                words = tuple(_words_of(own))
            yield own, "voice"
            yield from words
    background = request.background
    if background is not None and background not in BACKGROUNDS and not background.startswith("#"):
        with about("background"):
            beside = attached.files.get("background") or inside(home, background)
        yield beside, "background"
    if chosen is not None:
        yield chosen, "music"
    elif isinstance(request.music, str):
        yield attached.files.get("music") or given.music or _beside(home, request.music, "music"), "music"
    if request.voice is not None:
        voice = attached.files.get("voice") or _beside(home, request.voice.file, "voice")
        yield voice, "voice"
        with about("voice"):
            words = tuple(_words_of(voice))
        yield from words
    if request.logo is not None:
        yield attached.files.get("logo") or _beside(home, request.logo.file, "logo"), "logo"


def _words_of(path: Path) -> Iterator[tuple[Path, Role]]:
    """The files beside a clip or a voice-over that say what is spoken in it."""
    if (beside := subtitles_of(path)) is not None:
        yield beside, "subtitles"
    if (document := transcript_of(path)) is not None:
        yield document, "transcript"


def _beside(home: Path, name: str, role: Attachable) -> Path:
    """A file that the request names. Raises ``InvalidInput`` for one elsewhere, which the command line may name."""
    place = Path(os.path.normpath(os.path.join(os.path.realpath(home), name)))
    here = Path.cwd()
    path = _shell_path(place.relative_to(here) if place.is_relative_to(here) else place)
    with about("logo.file" if role == "logo" else role):
        return inside(home, name, f"Or leave the request as it is, and add to the command: --{role} {path}")
