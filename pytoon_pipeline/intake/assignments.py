"""``--set NAME=VALUE``: where the name stands in the request, and what the value is."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pytoon_pipeline.config.documents import Unreadable, parse
from pytoon_pipeline.config.expectations import expectation
from pytoon_pipeline.config.setting_names import (
    REQUEST_FIELDS,
    SECTIONS,
    preset_settings,
    set_option,
    setting_hint,
    settings_called,
)
from pytoon_pipeline.config.spelling import british_name
from pytoon_pipeline.contracts.archetypes import ARCHETYPES
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.suggestions import listed, nearest
from pytoon_pipeline.runtime.files import printable_name

# Fields of the request that are groups: what follows them belongs to them.
GROUPS = ("adjust", "media", "text", "edit_plan", "logo")
# The field of a group that its plain value stands for: “text: Hello”, “media: [a.png]”, “logo: a.png”.
PLAIN = {"text": "hook", "media": "file", "logo": "file"}
# Settings that an error names first.
COMMON = ("text", "brand", "max_seconds", "music", "fit", "transition")
# The # of a colour inside brackets, where YAML would begin a comment.
CODE_IN_LIST = re.compile(r"""(?<=[\[,{:])\s*(#[^\s,\]}"']+)""")
MAX_SHOWN, MAX_INDEX = 60, 39


def assign(document: dict[str, Any], assignment: str) -> None:
    """Applies one assignment to the document of a request. Raises ``InvalidInput`` for a name that does not exist."""
    name, equals, text = assignment.partition("=")
    if not equals or not name.strip():
        raise InvalidInput(
            "invalid_request",
            f"“{_shown(assignment)}” does not have the form NAME=VALUE.",
            "For example: --set max_seconds=30 or --set headline.colour=gold",
        )
    path = _path(british_name(name.strip()), text)
    place: Any = document
    for number in range(len(path) - 1):
        place = _group_at(place, path, number)
    value = _value(path, text)
    if isinstance(place, list):
        _set_entry(place, _index(place, path, len(path) - 1), value)
    else:
        place[path[-1]] = value


def _path(name: str, text: str) -> list[str]:
    """The place of a setting in the request, by its name or a part of it that has only one meaning."""
    parts = name.split(".")
    first = parts[0]
    if first in REQUEST_FIELDS and (len(parts) == 1 or first in GROUPS):
        return parts
    if name in preset_settings() or (first in SECTIONS and len(parts) > 1):
        return _checked(parts)
    if name in SECTIONS:
        if text.strip().startswith("{"):
            return ["adjust", name]
        settings = [path for path in preset_settings() if path.startswith(f"{name}.")]
        raise InvalidInput(
            "invalid_request", f"“{name}” is a group of settings.", f"Set one of them: {', '.join(settings)}."
        )
    if len(found := settings_called(name)) == 1:
        return ["adjust", *found[0].split(".")]
    raise InvalidInput("invalid_request", f"There is no setting “{_shown(name)}”.", _hint(name, text, found))


def _checked(parts: list[str]) -> list[str]:
    """A path below ``adjust``. Raises ``InvalidInput`` when its group has no such setting."""
    name = ".".join(parts)
    if name in preset_settings() or any(path.startswith(f"{name}.") for path in preset_settings()):
        return ["adjust", *parts]
    names = expectation(Preset, (parts[0],), {}).names
    near = nearest(parts[-1], names)
    hint = f"Did you mean “{parts[0]}.{near}”? " if near else ""
    raise InvalidInput(
        "invalid_request", f"There is no setting “{_shown(name)}”.", f"{hint}Use one of: {', '.join(names)}."
    )


def _hint(name: str, text: str, found: list[str]) -> str:
    if found:
        return f"{setting_hint(name)}For example: {set_option(found[0], text)}"
    first, _, rest = name.partition(".")
    if rest and (near := nearest(first, (*SECTIONS, *GROUPS))):
        return f"Did you mean “{near}.{_shown(rest)}”?"
    near = nearest(name, (*REQUEST_FIELDS, *SECTIONS)) or nearest(name.rpartition(".")[2], preset_settings())
    near = near or _nearest_leaf(name)
    if near:
        return f"Did you mean “{near}”?"
    return (
        f"Common settings are {listed(COMMON, 'and')}. A preset has others, which are written GROUP.NAME, such as "
        f"headline.size=90. To list them, write: pytoon presets {ARCHETYPES['hero'].default_preset} --all"
    )


def _nearest_leaf(name: str) -> str | None:
    """The only setting of a preset whose last part is like ``name``."""
    near = nearest(name, {path.rpartition(".")[2] for path in preset_settings()})
    found = settings_called(near) if near else []
    return found[0] if len(found) == 1 else None


def _group_at(place: Any, path: list[str], number: int) -> Any:
    """The group or list inside ``place`` that part ``number`` of ``path`` names; it is created where it is absent."""
    position: Any = _index(place, path, number) if isinstance(place, list) else path[number]
    inner = _entry(place, position)
    if inner is None:
        inner = [] if path[number + 1].isdecimal() else {}
    elif isinstance(inner, str) and path[0] in PLAIN and number == (path[0] == "media"):
        inner = {PLAIN[path[0]]: inner}
    if not isinstance(inner, dict | list):
        raise _single_value(path, number + 1)
    if isinstance(place, list):
        _set_entry(place, position, inner)
    else:
        place[position] = inner
    return inner


def _single_value(path: Sequence[str], depth: int) -> InvalidInput:
    """The error for a setting of a value that has no settings: the first ``depth`` parts of ``path`` name it."""
    name, setting = ".".join(path[:depth]), path[-1]
    hint = f"Set it as a whole: --set {_shown(name)}=…"
    if found := settings_called(setting):
        group, example = found[0].rpartition(".")[0], expectation(Preset, tuple(found[0].split(".")), {}).example()
        hint = f"Remove it. To change the {setting} of the {group}, write: {set_option(found[0], example or '…')}"
    message = f"“{_shown(name)}” is a single value: it has no “{_shown('.'.join(path[depth:]))}”."
    return InvalidInput("invalid_request", message, hint)


def _entry(place: Any, position: Any) -> Any:
    if isinstance(place, list):
        return place[position] if position < len(place) else None
    return place.get(position)


def _index(entries: list[Any], path: list[str], number: int) -> int:
    """The position of an entry of a list; the one after the last is new. Raises ``InvalidInput``."""
    part, name = path[number], ".".join(path[:number])
    if not part.isdecimal() or int(part) > min(len(entries), MAX_INDEX):
        raise no_entry(len(entries), name, part, path[number + 1 :])
    return int(part)


def no_entry(count: int, name: str, part: str, rest: Sequence[str]) -> InvalidInput:
    """The error for entry ``part`` of the list ``name``, which has ``count`` entries; ``rest`` follows in the name."""
    noun = ("file", "files") if name == "media" else ("entry", "entries")
    there = f"there {'is' if count == 1 else 'are'} {count or 'no'} {noun[count != 1]}"
    message = f"“{_shown(f'{name}.{part}')}” does not exist: {there}."
    return InvalidInput("invalid_request", message, _numbering(name, rest))


def _numbering(name: str, rest: Sequence[str]) -> str:
    """How the entries of a list are numbered; of the files, ``name`` “media”, what most people want is simpler."""
    first = f"--set {_shown('.'.join((name, '0', *rest)))}=…"
    if name != "media":
        return f"Entries are numbered from 0. For the first, write: {first}"
    whole = " For one text over the whole video, write: --set text=…" if [*rest] == ["text"] else ""
    return f"Your files are numbered from 0. For the first file, write: {first}{whole}"


def _set_entry(entries: list[Any], index: int, value: Any) -> None:
    entries[index : index + 1] = [value]


def _value(path: list[str], text: str) -> Any:
    """The value of an assignment: as the field takes it. Only brackets and braces are read as YAML lists and groups."""
    stripped = text.strip()
    if stripped[:1] in ("[", "{"):
        return _parsed(CODE_IN_LIST.sub(r' "\1"', stripped), text)
    if stripped[:1] in ("'", '"'):
        return _parsed(stripped, text)
    value = None if "#" in text else _parsed(stripped, text)
    if value is None:
        return text if stripped else None
    record, place = (Preset, path[1:]) if path[0] == "adjust" else (Request, path)
    accepts = expectation(record, tuple(int(one) if one.isdecimal() else one for one in place), {})
    return text if isinstance(value, Mapping | list) or (accepts.is_text and not accepts.is_list) else value


def _parsed(text: str, otherwise: str) -> Any:
    try:
        return parse(text)
    except Unreadable:
        return otherwise


def _shown(text: str) -> str:
    return printable_name(text)[:MAX_SHOWN]
