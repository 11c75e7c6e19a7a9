"""Media that no request lists: the files of a folder, or several files on the command line."""

import os
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from pytoon_pipeline.config.documents import inside
from pytoon_pipeline.config.setting_names import set_option
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import Role
from pytoon_pipeline.contracts.request import MAX_MEDIA, Request
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.suggestions import listed
from pytoon_pipeline.intake.companions import clip_stem
from pytoon_pipeline.intake.listing import temporary
from pytoon_pipeline.media.signatures import is_live_part
from pytoon_pipeline.runtime.files import FileKind, check_files, printable_name

REQUEST_NAMES = ("request.yaml", "request.yml", "request.json")
EDIT_PLAN_NAME = "edit_plan.json"
# Files in which a folder states its request.
REQUEST_FILES = (*REQUEST_NAMES, EDIT_PLAN_NAME)
PICTURES = (".jpg", ".jpeg", ".jfif", ".png", ".webp", ".heic", ".heif", ".avif")
# Pictures that people have and Pytoon cannot read. They count as media, so that an error names them.
OTHER_PICTURES = (".tif", ".tiff", ".bmp")
CLIPS = (
    ".mp4", ".m4v", ".mov", ".webm", ".mkv", ".gif", ".avi", ".mpg", ".mpeg", ".mts", ".m2ts", ".3gp", ".wmv", ".flv",
)  # fmt: skip
AUDIO = (".wav", ".mp3", ".m4a", ".aac", ".flac", ".ogg", ".opus", ".aif", ".aiff")
MEDIA = (*PICTURES, *OTHER_PICTURES, *CLIPS)
# What the files that a request names are, by their roles.
AUDIO_FILES = FileKind("audio files", AUDIO, "~/Music/song.mp3")
KINDS: dict[Role, FileKind] = {
    "music": replace(AUDIO_FILES, example="--music ~/Music/song.mp3"),
    "voice": replace(AUDIO_FILES, example="--voice ~/Music/voice.wav"),
    "logo": FileKind("pictures", PICTURES, "--logo ~/Pictures/logo.png"),
    "background": FileKind("photos and clips", MEDIA, "--set background=~/Pictures/beach.jpg"),
}
# Fields of a request that name other files than its media: by their names, and in records with “file”.
FILE_FIELDS = ("background", "music")
FILE_RECORDS = ("logo", "voice")
# Names shown in a message.
MAX_NAMES = 5


@dataclass(frozen=True)
class SortedFiles:
    """File names by what they can be used for. ``others`` are neither media, audio, nor files that belong to them."""

    media: tuple[str, ...] = ()
    audio: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Given:
    """Files that no request names, in order, and what a person should know about the choice."""

    media: tuple[Path, ...] = ()
    music: Path | None = None
    notes: tuple[Note, ...] = ()


def natural(name: str) -> tuple[object, ...]:
    """The sort key of name order: numbers count by value, so that img2 comes before img10, and case does not count."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return tuple(int(part) if n % 2 else part for n, part in enumerate(parts)), name


def sort_files(names: Iterable[str]) -> SortedFiles:
    """Sorts files into kinds by their extensions, in the given order. Hidden and temporary ones do not count."""
    visible = [name for name in names if not temporary(PurePath(name).name)]
    media = tuple(name for name in visible if _suffix(name) in MEDIA)
    audio = tuple(name for name in visible if _suffix(name) in AUDIO)
    spoken = {PurePath(name).stem for name in (*media, *audio)}
    used = {*media, *audio, *(name for name in visible if clip_stem(name) in spoken)}
    return SortedFiles(media, audio, tuple(name for name in visible if name not in used))


def folder_files(folder: Path) -> SortedFiles:
    """The files at the top of ``folder``, in name order. Raises ``InvalidInput`` when it cannot be listed."""
    try:
        return sort_files(sorted(os.listdir(folder), key=natural))
    except OSError as error:
        raise InvalidInput(
            "file_unreadable",
            f"The folder “{printable_name(folder.name)}” cannot be read: {error.strerror}.",
            "Check the path and the permissions.",
        ) from None


def given_by_folder(request: Request, folder: Path, command: str) -> Given:
    """The media of ``folder`` for a request that lists none, and its only audio file as the music.

    Raises ``InvalidInput`` when there is nothing to show.
    """
    if not request.model_fields_set.isdisjoint(("media", "edit_plan")):
        return Given()
    found = folder_files(folder)
    named = {*REQUEST_FILES, *(getattr(request, field) for field in FILE_FIELDS)}
    named |= {given.file for given in (request.logo, request.voice) if given is not None}
    media = [name for name in found.media if name not in named]
    if not media:
        if request.text is None:
            raise _no_media(folder, found, command)
        return Given()
    hint = (
        "Split them into several folders. Or choose some of them: make a file request.yaml in the folder, with a line "
    )
    hint += "such as: media: [a.jpg, b.jpg]"
    _check_count(len(media), f"The folder “{printable_name(folder.resolve().name)}” has", hint)
    audio = [inside(folder, name) for name in found.audio if name not in named]
    paths = [inside(folder, name) for name in media]
    live = _live_parts(paths)
    given = _given(
        request, [path for path in paths if path not in live], audio, [one for one in found.others if one not in named]
    )
    return replace(given, notes=(*given.notes, *_live_notes(live)))


def given_by_paths(request: Request, paths: Sequence[Path]) -> Given:
    """Several files as the media of one video, in their order, and the only audio file among them as its music.

    Raises ``InvalidInput`` for a folder, a request, or a file that does not exist.
    """
    check_files([path for path in paths if not os.path.isdir(path)])
    for path in paths:
        _check_single(path, paths)
    found = sort_files(map(str, paths))
    media, notes = _in_order([Path(name) for name in found.media])
    if not media:
        message = f"{quoted(path.name for path in paths)} are neither photos nor clips."
        hint = (
            "Give photos or clips instead. To use the pages or pictures of a document, save them as JPEG or PNG, and "
            "give those files."
        )
        raise InvalidInput("no_media", message, hint)
    _check_count(len(media), "The command has", "Give fewer files.")
    given = _given(request, media, [Path(name) for name in found.audio], found.others)
    return replace(given, notes=(*notes, *given.notes))


def _check_count(count: int, who: str, hint: str) -> None:
    """Raises ``InvalidInput`` for more media than one video takes."""
    if count > MAX_MEDIA:
        message = f"{who} {count} photos and clips; one video takes up to {MAX_MEDIA}."
        raise InvalidInput("too_many_media", message, hint)


def quoted(names: Iterable[str]) -> str:
    """The first few names for a message."""
    names = [f"“{printable_name(name)[:80]}”" for name in names]
    more = [f"{len(names) - MAX_NAMES} more"] if len(names) > MAX_NAMES else []
    return listed([*names[:MAX_NAMES], *more], "and")


def _given(request: Request, media: Sequence[Path], audio: Sequence[Path], others: Sequence[str]) -> Given:
    notes = []
    wanted = "music" not in request.model_fields_set
    if wanted and len(audio) > 1:
        message = f"There are {len(audio)} audio files, so none is used as music. To choose one, add for example: "
        message += set_option("music", audio[0].name)
        notes.append(Note(code="music_not_chosen", message=message))
    if others:
        message = f"Not used, because they are neither media nor audio: {quoted(Path(name).name for name in others)}."
        notes.append(Note(code="files_ignored", message=message))
    return Given(tuple(media), audio[0] if wanted and len(audio) == 1 else None, tuple(notes))


def _live_parts(paths: Sequence[Path]) -> list[Path]:
    """The clips of Live Photos: an iPhone stores the moment around a photo beside it, under the same name."""
    photos = {path.stem for path in paths if _suffix(path.name) in PICTURES}
    return [path for path in paths if _suffix(path.name) == ".mov" and path.stem in photos and is_live_part(path)]


def _live_notes(parts: Sequence[Path]) -> tuple[Note, ...]:
    if not parts:
        return ()
    names = quoted(path.name for path in parts)
    message = f"Of Live Photos, the photo is used and not the clip: {names}. To use a clip, list it in a request.yaml."
    return (Note(code="live_photos", message=message),)


def _check_single(path: Path, paths: Sequence[Path]) -> None:
    name = f"“{printable_name(path.name)[:80]}”"
    if os.path.isdir(path):
        raise InvalidInput(
            "folder_among_files",
            f"A folder and other files cannot be in the same command: {name} becomes a video of its own.",
            "For one video of all of them, name each photo and clip in the folder, and not the folder. For a video "
            f"of the folder alone, type: pytoon render {shlex.quote(printable_name(str(path)))}",
        )
    if path.name in REQUEST_FILES:
        own, folder = (shlex.quote(printable_name(str(one))) for one in (path, path.parent))
        others = " ".join(shlex.quote(printable_name(str(one))) for one in paths if one != path)
        command = f"pytoon render {others} --request {own}"
        raise InvalidInput(
            "request_among_files",
            f"{name} cannot be in the list of photos and clips.",
            f"Give its folder instead: pytoon render {folder}" if path.name == EDIT_PLAN_NAME else f"Write: {command}",
        )


def _in_order(paths: Sequence[Path]) -> tuple[Sequence[Path], tuple[Note, ...]]:
    """``paths`` in name order when a shell has sorted them letter by letter; as they are given otherwise."""
    texts = [str(path) for path in paths]
    if texts not in (sorted(texts), sorted(texts, key=str.casefold)):
        return paths, ()
    better = sorted(paths, key=lambda path: natural(str(path)))
    if better == list(paths):
        return paths, ()
    message = "The files are in name order, by their numbers. For another order, list them in a request.yaml."
    return better, (Note(code="name_order", message=message),)


def _no_media(folder: Path, found: SortedFiles, command: str) -> InvalidInput:
    more = ""
    below = next((one for one in found.others if (folder / one).is_dir()), None)
    if below is not None:
        inner = shlex.quote(printable_name(str(folder / below)))
        more = " of its own"
        hint = f"Its folder “{printable_name(below)}” may have some. Write: pytoon {command} {inner}"
    elif request := next((name for name in REQUEST_NAMES if name in found.others), None):
        more = f", and its {request} has no text"
        hint = f'Put a photo or a clip into the folder, or add this line to {request}: text: "…"'
    else:
        hint = (
            "Put photos (JPEG, PNG, HEIC, WebP) or clips (MP4, MOV, WebM) into it. For a text-only video, put a file "
        )
        hint += 'named request.yaml into it, with this line: text: "…"'
    return InvalidInput(
        "no_media", f"The folder “{printable_name(folder.resolve().name)}” has no photos or clips{more}.", hint
    )


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower()
