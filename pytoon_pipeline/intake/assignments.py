"""``--set NAME=VALUE``: where the name stands in the request, and what the value is."""

from collections.abc import Sequence
from typing import Any

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
from pytoon_pipeline.contracts.request import TextRequest
from pytoon_pipeline.contracts.suggestions import did_you_mean, listed, nearest
from pytoon_pipeline.intake.file_settings import SETTINGS as FILE_SETTINGS
from pytoon_pipeline.intake.file_settings import choice, files_hint, is_numbered, matching
from pytoon_pipeline.intake.setting_values import name_and_value, setting_value
from pytoon_pipeline.runtime.files import printable_name

# Fields of the request that are groups: what follows them belongs to them.
GROUPS = ("adjust", "text", "edit_plan", "logo", "voice", "highlights", "speech", "teaser", "colours", "music")
# The field of a group that its plain value stands for: “text: Hello”, “logo: a.png”.
PLAIN = {
    "text": "hook",
    "logo": "file",
    "voice": "file",
    "highlights": "count",
    "teaser": "seconds",
    "colours": "balance",
}
# Settings that an error names first.
COMMON = ("text", "brand", "max_seconds", "music", "fit", "transition")
MAX_SHOWN, MAX_INDEX = 60, 39


def assign(document: dict[str, Any], assignment: str, files: Sequence[str] = ()) -> None:
    """Applies one assignment to the document of a request. Raises ``InvalidInput`` for a name that does not exist.

    ``files`` are the names of the photos and clips, one of which may be meant. ``file_settings`` has their settings.
    """
    name, text = name_and_value(assignment)
    path = _path(name, text, files)
    place: Any = document
    for number in range(len(path) - 1):
        place = _group_at(place, path, number)
    value = setting_value(path, text)
    if isinstance(place, list):
        _set_entry(place, _index(place, path, len(path) - 1), value)
    else:
        place[path[-1]] = value


def _path(written: str, text: str, files: Sequence[str]) -> list[str]:
    """The place of a setting in the request, by its name or a part of it that has only one meaning."""
    name = british_name(written)
    parts = name.split(".")
    first = parts[0]
    if first == "text" and len(parts) > 1 and parts[1] not in TextRequest.model_fields:
        raise _no_text(written, text, files)
    if first in REQUEST_FIELDS and (len(parts) == 1 or first in GROUPS):
        return parts
    if name in preset_settings() or (first in SECTIONS and len(parts) > 1):
        return _checked(parts)
    if name in SECTIONS:
        if text.strip().startswith("{"):
            return ["adjust", name]
        raise _group_alone(name, text)
    if len(found := settings_called(name)) == 1:
        return ["adjust", *found[0].split(".")]
    hint = _file_hint(written, text, files) or _hint(name, text, found)
    message = f"There is no setting “{_shown(written)}”."
    if found:
        message = f"“{_shown(written)}” alone is not enough: several settings have this name."
    raise InvalidInput("invalid_request", message, hint)


def _group_alone(name: str, text: str) -> InvalidInput:
    """The error for a group of settings that is set as if it were one."""
    settings = [path for path in preset_settings() if path.startswith(f"{name}.")]
    hint = f"Set one of them: {', '.join(settings)}."
    if name == "headline":
        look = set_option(f"{name}.size", "90")
        hint = choice({"To show this text": set_option("text", text), "To change its look, for example its size": look})
    return InvalidInput("invalid_request", f"“{name}” is a group of settings.", hint)


def _no_text(name: str, text: str, files: Sequence[str]) -> InvalidInput:
    """The error for a part of the text that does not exist, such as “text.2”, which may be meant for a file."""
    part, fields = name.removeprefix("text.").removesuffix(".text"), tuple(TextRequest.model_fields)
    hint = f"{did_you_mean(part, fields)}The parts of a text are {listed(fields, 'and')}."
    lines = set_option("text.beats", "[First line, Second line]")
    if files and (is_numbered(part) or matching(part, files)):
        hint = files_hint(part, "text", text, files, {"For several lines one after the other": lines})
    elif is_numbered(part):
        hint = f"For several lines one after the other, write: {lines}"
    return InvalidInput("invalid_request", f"There is no setting “{_shown(name)}”.", hint)


def _file_hint(name: str, text: str, files: Sequence[str]) -> str:
    """How to set something for one file, where ``name`` looks as if it means that; else empty."""
    part, _, setting = name.rpartition(".")
    is_setting = f"{nearest(part, SECTIONS)}.{setting}" in preset_settings()
    if files and part and setting in FILE_SETTINGS and not is_setting:
        return files_hint(part, setting, text, files)
    return files_hint(name, "text", text, files) if matching(name, files) else ""


def _checked(parts: list[str]) -> list[str]:
    """A path below ``adjust``. Raises ``InvalidInput`` when its group has no such setting."""
    name = ".".join(parts)
    if name in preset_settings() or any(path.startswith(f"{name}.") for path in preset_settings()):
        return ["adjust", *parts]
    names = expectation(Preset, (parts[0],), {}).names
    near = nearest(parts[-1], names)
    hint = f"Did you mean “{parts[0]}.{near}”? " if near else ""
    hint += f"After “{parts[0]}.” you can write: {', '.join(names)}."
    raise InvalidInput("invalid_request", f"There is no setting “{_shown(name)}”.", hint)


def _hint(name: str, text: str, found: list[str]) -> str:
    if found:
        return setting_hint(name, text)
    first, _, rest = name.partition(".")
    if rest and (near := nearest(first, (*SECTIONS, *GROUPS))):
        return f"Did you mean “{near}.{_shown(rest)}”?"
    near = nearest(name, (*REQUEST_FIELDS, *SECTIONS)) or nearest(name.rpartition(".")[2], preset_settings())
    near = near or _nearest_leaf(name)
    if near:
        return f"Did you mean “{near}”?"
    preset = ARCHETYPES["hero"].default_preset
    return (
        f"Common settings are {listed(COMMON, 'and')}. A preset has more, such as: --set headline.size=90 — To see all "
        f"settings of the preset {preset}, type: pytoon presets {preset} --all"
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
    elif isinstance(inner, str) and path[0] in PLAIN and number == 0:
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
        expected = expectation(Preset, tuple(found[0].split(".")), {})
        group, example = found[0].rpartition(".")[0], set_option(found[0], expected.example() or "…")
        hint = f"To change the {setting} of the {group}, write: {example} ({expected.describe()})"
    if path[0] == "text":
        return InvalidInput("invalid_request", f"A text has no “{_shown('.'.join(path[depth:]))}”.", hint)
    message = f"“{_shown(name)}” is a single value: it has no “{_shown('.'.join(path[depth:]))}”."
    return InvalidInput("invalid_request", message, hint)


def _entry(place: Any, position: Any) -> Any:
    if isinstance(place, list):
        return place[position] if position < len(place) else None
    return place.get(position)


def _index(entries: list[Any], path: list[str], number: int) -> int:
    """The position of an entry of a list; the one after the last is new. Raises ``InvalidInput``."""
    part = path[number]
    if not part.isdecimal() or int(part) > min(len(entries), MAX_INDEX):
        raise _no_entry(len(entries), path, number)
    return int(part)


def _no_entry(count: int, path: Sequence[str], number: int) -> InvalidInput:
    """The error for part ``number`` of ``path``, an entry of a list that has ``count`` entries."""
    name, entry = ".".join(path[:number]), ".".join(path[: number + 1])
    there = f"there {'is' if count == 1 else 'are'} {count or 'no'} {'entry' if count == 1 else 'entries'}"
    first = f"--set {_shown('.'.join((name, '0', *path[number + 1 :])))}=…"
    hint = f"Entries are numbered from 0. For the first, write: {first}"
    return InvalidInput("invalid_request", f"“{_shown(entry)}” does not exist: {there}.", hint)


def _set_entry(entries: list[Any], index: int, value: Any) -> None:
    entries[index : index + 1] = [value]


def _shown(text: str) -> str:
    return printable_name(text)[:MAX_SHOWN]
