"""``--set media.NAME.SETTING=VALUE``: a setting of one photo or clip, by its name with or without the extension."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from pytoon_pipeline.config.setting_names import REQUEST_FIELDS, set_option, settings_called
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.request import MediaRequest
from pytoon_pipeline.contracts.suggestions import listed, nearest, one_hint, ordinal
from pytoon_pipeline.intake.folder import quoted
from pytoon_pipeline.intake.setting_values import name_and_value, setting_value
from pytoon_pipeline.runtime.files import printable_name

PREFIX = "media."
SETTINGS = tuple(name for name in MediaRequest.model_fields if name != "file")
# The number of a file, alone or at the end of a word such as “photo2”.
NUMBER = re.compile(r"(?:.*\D)?0*(\d{1,3})")
# Characters of a name that an error shows, and files with the same name that it offers.
MAX_SHOWN, MAX_OFFERED = 60, 3


def concerns_file(assignment: str) -> bool:
    """Whether an assignment is of one file."""
    return assignment.lstrip().startswith(PREFIX)


def assign_to_file(entries: Sequence[dict[str, Any]], assignment: str) -> None:
    """Applies one assignment to the entry of the media that it names; each entry has its ``file``.

    Raises ``InvalidInput`` with the names that exist.
    """
    name, text = name_and_value(assignment)
    names = [str(entry["file"]) for entry in entries]
    file, setting = _parts(name.removeprefix(PREFIX), names)
    places = matching(file, names) if file or len(names) != 1 else [0]
    if len(places) != 1:
        raise _no_single_file(file, setting, text, [names[place] for place in places] or names, bool(places))
    if setting not in SETTINGS:
        raise _no_setting(names[places[0]], setting, text)
    entries[places[0]][setting] = setting_value(["media", "0", setting], text)


def matching(name: str, names: Sequence[str]) -> list[int]:
    """The places of the files that are called ``name``: with the extension or else without, exactly or else in
    another case.
    """
    wanted = _composed(name)
    whole = [_composed(one) for one in names]
    stems = [*map(_stem, whole)]
    for known in (whole, stems):
        if found := [place for place, one in enumerate(known) if one == wanted]:
            return found
    folded = wanted.casefold()
    return [place for place, pair in enumerate(zip(whole, stems, strict=True)) if folded in map(str.casefold, pair)]


def _composed(name: str) -> str:
    """A name in one form: macOS stores an “é” as two characters, which a keyboard types as one."""
    return unicodedata.normalize("NFC", name)


def _stem(name: str) -> str:
    return str(PurePath(name).with_suffix(""))


def _parts(target: str, names: Sequence[str]) -> tuple[str, str]:
    """A file and its setting; both may contain any characters, but the names of settings have no dots."""
    file, _, setting = target.rpartition(".")
    if setting in SETTINGS or (file and matching(file, names) and not matching(target, names)):
        return file, setting
    return target, ""


def file_option(name: str, setting: str, value: str) -> str:
    """The option that sets something for one file, as a person types it."""
    return set_option(f"{PREFIX}{name}.{setting}", value.strip() or "…")


def files_hint(
    part: str,
    setting: str,
    value: str,
    names: Sequence[str],
    more: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """What to write for a file that ``part`` may name, also by its number, which counts from 1.

    ``more`` are other options that may be meant, by what they are for.
    """
    there = f"The files are {quoted(names)}." if len(names) > 1 else f"The only file is “{names[0]}”."
    stems = {_stem(name): name for name in names}
    if found := matching(part, names) or ([0] if len(names) == 1 and not more else []):
        return f"{there} Write: {file_option(names[found[0]], setting, value)}"
    if near := nearest(part, {**stems, **dict.fromkeys(names)}):
        return f"{there} Did you mean: {file_option(stems.get(near, near), setting, value)}"
    if (place := _numbered(part)) is not None and place < len(names):
        options = {f"For the {ordinal(place + 1)}": file_option(names[place], setting, value)}
    else:
        options = {"For one of them" if len(names) > 1 else "For it": file_option(names[0], setting, value)}
        if setting in REQUEST_FIELDS:
            options["For the whole video"] = set_option(setting, value.strip() or "…")
    return f"{there} {choice({**options, **more})}"


def choice(options: Mapping[str, str]) -> str:
    """Options of a command, by what they are for, as a hint."""
    return one_hint(*(f"{purpose}, write: {option}" for purpose, option in options.items()))


def _numbered(part: str) -> int | None:
    """The place that the number at the end of ``part`` means; people count from 1."""
    found = NUMBER.fullmatch(part)
    return max(int(found[1]), 1) - 1 if found is not None else None


def is_numbered(part: str) -> bool:
    """Whether ``part`` ends in a number, as in “photo2”."""
    return _numbered(part) is not None


def _no_single_file(file: str, setting: str, value: str, names: Sequence[str], several: bool) -> InvalidInput:
    """The error for a name that several files have, ``names``, or none of them."""
    shown, example = printable_name(file)[:MAX_SHOWN], setting or "text"
    if not names:
        message = f"There is no photo or clip for “{PREFIX}{shown}”."
        hint = "Put one into the folder. In an edit plan, change the text of its layer instead."
    elif several and len(set(names)) == 1:
        message = f"“{shown}” is the name of {len(names)} files of this video."
        hint = "Rename one of them. If a request lists the same file several times, write the setting there."
    elif several:
        message = f"“{PREFIX}{shown}” can be {listed([f'“{name}”' for name in names])}."
        hint = choice({f"For {name}": file_option(name, example, value) for name in names[:MAX_OFFERED]})
    elif not file:
        message = f"“{PREFIX}{example}” does not say which photo or clip."
        hint = files_hint(file, example, value, names)
    elif file.isdecimal():
        message = f"“{PREFIX}{file}” uses a file’s number; use its name."
        hint = files_hint(file, example, value, names)
    else:
        message = f"There is no photo or clip “{shown}”."
        hint = files_hint(file, example, value, names)
    return InvalidInput("invalid_request", message, hint)


def _no_setting(name: str, setting: str, value: str) -> InvalidInput:
    """The error for a setting that a file does not have, or for a file without one."""
    if not setting:
        message = f"“{PREFIX}{name[:MAX_SHOWN]}” does not say what to set."
        hint = f"For a text, write: {file_option(name, 'text', value)}"
    else:
        message = f"There is no setting “{printable_name(setting)[:MAX_SHOWN]}” for a single photo or clip."
        near, whole = nearest(setting, SETTINGS), settings_called(setting)
        hint = f"A single photo or clip can have {listed(SETTINGS, 'and')}."
        if near is not None:
            hint += f" Did you mean: {file_option(name, near, value)}"
        elif whole:
            hint += f" For the {whole[0].partition('.')[0]} in the whole video, write: {set_option(whole[0], value)}"
    return InvalidInput("invalid_request", message, hint)
