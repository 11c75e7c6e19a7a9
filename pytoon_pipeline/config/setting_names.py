"""The names of settings: fields of a request, and settings of a preset, which a request changes under ``adjust``."""

from collections.abc import Sequence
from functools import cache

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.suggestions import did_you_mean, listed, one_hint
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.shell_words import shell_pair

# Characters of a setting with its value in a message.
MAX_SHOWN = 120


@cache
def preset_settings() -> tuple[str, ...]:
    """The path of every setting of a preset, such as ``camera.zoom_pulse.amount``."""
    return tuple(path for section in SECTIONS for path in _paths(_group(Preset, section), section))


def _group(record: type[Record], name: str) -> type[Record] | None:
    kind = record.model_fields[name].annotation
    return kind if isinstance(kind, type) and issubclass(kind, Record) else None


# The groups of settings of a preset: ``headline``, ``captions`` and so on.
SECTIONS = tuple(name for name in Preset.model_fields if _group(Preset, name) is not None)
REQUEST_FIELDS = tuple(name for name in Request.model_fields if name != "version")


def _paths(record: type[Record] | None, path: str) -> list[str]:
    if record is None:
        return [path]
    return [one for name in record.model_fields for one in _paths(_group(record, name), f"{path}.{name}")]


def settings_called(name: str) -> list[str]:
    """The settings of a preset whose path ends in ``name``, those of the headline, which most people mean, first."""
    found = [path for path in preset_settings() if path.endswith(f".{name}")]
    return sorted(found, key=lambda path: not path.startswith("headline."))


def set_option(name: str, value: str) -> str:
    """The option that gives a setting a value, as a person types it into a shell."""
    return f"--set {shell_pair(printable_name(name)[:MAX_SHOWN], printable_name(value)[:MAX_SHOWN])}"


def setting_hint(name: str, value: str) -> str:
    """How to write a setting with its group; empty for an unknown name."""
    first, *others = settings_called(name) or [""]
    if not first:
        return ""
    hint = f"For the {first.partition('.')[0]}, write: {set_option(first, value)}"
    return one_hint(hint, f"Others are {listed(others, 'and')}.") if others else hint


def no_setting(name: str, known: Sequence[str], group: str) -> tuple[str, str]:
    """The sentence and the hint for a setting that a group, or without one the document, does not have."""
    near = did_you_mean(name, known)
    hint = f"{near}The settings are: " if near else f"Remove “{name}”, or use one of these: "
    return f"There is no setting “{name}”{group and f' under {group}'}.", f"{hint}{', '.join(known)}."
