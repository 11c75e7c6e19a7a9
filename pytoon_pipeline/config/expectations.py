"""What a field of a document accepts, in words. Read from the JSON Schema of its record, where all limits stand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.suggestions import hyphenated, listed

Path = tuple[str | int, ...]
# Names of a group that a sentence lists.
MAX_NAMES = 6


@dataclass(frozen=True)
class Expectation:
    """The alternatives that a field accepts, each as a JSON Schema without references."""

    options: tuple[dict[str, Any], ...] = ()
    default: Any = None

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that a group at this place can have."""
        return tuple(dict.fromkeys(name for one in self.options for name in one.get("properties", {})))

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that are allowed; empty where any text or number may stand."""
        found = [value for one in self.options for value in _constants(one)]
        return tuple(dict.fromkeys(map(str, found)))

    @property
    def number(self) -> dict[str, Any] | None:
        return next((one for one in self.options if one.get("type") in ("number", "integer")), None)

    @property
    def is_text(self) -> bool:
        """Whether text may stand here, and neither a number nor a truth value."""
        types = {one.get("type") for one in self.options}
        return "string" in types and not types & {"number", "integer", "boolean"}

    @property
    def is_list(self) -> bool:
        return any(one.get("type") == "array" for one in self.options)

    @property
    def is_group(self) -> bool:
        return any(one.get("type") == "object" for one in self.options)

    @property
    def list_name(self) -> str:
        """The field of a group that takes a list; empty without one."""
        fields = [pair for one in self.options for pair in one.get("properties", {}).items()]
        return next((name for name, inner in fields if inner.get("type") == "array"), "")

    @property
    def needed(self) -> list[str]:
        """The fields that a group at this place must have."""
        return list(dict.fromkeys(name for one in self.options for name in one.get("required", ())))

    def limit(self, name: str) -> int:
        """A limit of the schema, such as ``maxLength``."""
        return next((int(one[name]) for one in self.options if name in one), 0)

    def describe(self) -> str:
        """What may stand here: “a number from 1 to 60”, “keep, lower or mute”."""
        phrases = dict.fromkeys(phrase for one in self.options if (phrase := _phrase(one)))
        # A group has a list of its own, so it comes last.
        return ", or ".join(sorted(phrases, key=lambda phrase: phrase.startswith("a group"))) or "something else"

    def similar(self, text: str) -> str:
        """``text`` as this field accepts it, such as “summer-sale” for “Summer Sale”; else empty."""
        pattern = next((str(one["pattern"]) for one in self.options if "pattern" in one), None)
        plain = hyphenated(text)
        return plain if pattern is not None and re.fullmatch(pattern, plain) else ""

    def limit_of(self, value: float) -> str:
        """The largest or the smallest number, in a sentence, which ``value`` exceeds; empty where it exceeds none."""
        low, high = (self.number or {}).get("minimum"), (self.number or {}).get("maximum")
        if high is not None and value > high:
            return f"The largest value is {high:g}."
        return f"The smallest value is {low:g}." if low is not None and value < low else ""

    def example(self, value: Any = None) -> str:
        """A value that is valid here, as it is written in YAML; empty where none is obvious."""
        number = self.number
        if number is not None and not self.choices and isinstance(value, int | float) and not isinstance(value, bool):
            return f"{_clamped(value, number):g}"
        if isinstance(self.default, bool):
            return str(self.default).lower()
        if isinstance(self.default, int | float | str) and self.default != "":
            shown = f"{self.default:g}" if isinstance(self.default, int | float) else self.default
            return f'"{shown}"' if shown.startswith("#") else shown
        if self.choices:
            return self.choices[0]
        if examples := next((one["examples"] for one in self.options if "examples" in one), None):
            return str(examples[0])
        return f"{_clamped(1, number):g}" if number is not None else ""


@lru_cache
def _schema(record: type[Record]) -> dict[str, Any]:
    return record.model_json_schema()


def expectation(record: type[Record], path: Path, document: Any) -> Expectation:
    """What ``record`` accepts at ``path``; ``document`` decides which of several kinds of record is meant."""
    schema = _schema(record)
    found, value, default = [schema], document, None
    for part in path:
        found = [inner for one in _options(found, schema, value) for inner in _inside(one, part)]
        default = next((one["default"] for one in found if "default" in one), None)
        value = _get(value, part)
    return Expectation(tuple(_options(found, schema, value)), default)


def expected_at(record: type[Record], path: Path, document: Any) -> Expectation:
    """What may stand at ``path``; below ``adjust`` of a request, the settings of a preset."""
    if record is Request and len(path) > 1 and path[0] == "adjust":
        setting = expectation(Preset, path[1:], _get(document, "adjust"))
        if setting.options:
            return setting
    return expectation(record, path, document)


def _options(nodes: Sequence[dict[str, Any]], schema: dict[str, Any], value: Any) -> Iterator[dict[str, Any]]:
    """Alternatives without references. Of records that differ by their kind, the one that ``value`` names."""
    for node in nodes:
        if "$ref" in node:
            target = schema["$defs"][node["$ref"].rpartition("/")[2]]
            yield from _options(
                [{**target, **{name: one for name, one in node.items() if name != "$ref"}}], schema, value
            )
        elif inner := node.get("anyOf") or node.get("oneOf") or node.get("allOf"):
            yield from _options(inner, schema, value)
        elif node.get("type") != "null" and not _other_kind(node, value):
            yield node


def _other_kind(node: dict[str, Any], value: Any) -> bool:
    kind = node.get("properties", {}).get("kind", {}).get("const")
    return kind is not None and isinstance(value, dict) and isinstance(value.get("kind"), str) and value["kind"] != kind


def _inside(node: dict[str, Any], part: str | int) -> Iterator[dict[str, Any]]:
    if isinstance(part, int):
        first = node.get("prefixItems", ())
        if part < len(first):
            yield first[part]
        elif isinstance(node.get("items"), dict):
            yield node["items"]
    elif part in node.get("properties", {}):
        yield node["properties"][part]
    elif isinstance(node.get("additionalProperties"), dict):
        yield node["additionalProperties"]


def _get(value: Any, part: str | int) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


def _constants(node: dict[str, Any]) -> list[Any]:
    return [node["const"]] if "const" in node else list(node.get("enum", ()))


def _phrase(node: dict[str, Any]) -> str:
    if constants := _constants(node):
        return listed([str(one) for one in constants])
    kind = node.get("type")
    if kind in ("number", "integer"):
        return number_range(node)
    if kind == "string":
        return _text_phrase(node)
    if kind == "array":
        return "a list"
    if kind == "object":
        names = list(node.get("properties", {}))
        return f"a group with {listed(names, 'and')}" if 0 < len(names) <= MAX_NAMES else "a group of settings"
    return "true or false" if kind == "boolean" else ""


def _text_phrase(node: dict[str, Any]) -> str:
    if node.get("format") == "color":
        return "a colour"
    if node.get("format") == "date":
        return "a date such as 2026-11-20"
    return str(node.get("description", "text"))


def number_range(node: dict[str, Any]) -> str:
    """A number and its limits: “a number from 1 to 60”, “a whole number above 0 and at most 5”."""
    noun = "a whole number" if node["type"] == "integer" else "a number"
    return f"{noun} {limits}" if (limits := _limits(node)) else noun


def _limits(node: dict[str, Any]) -> str:
    low, above = node.get("minimum"), node.get("exclusiveMinimum")
    high, below = node.get("maximum"), node.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f"from {low:g} to {high:g}"
    lower = f"above {above:g}" if above is not None else f"at least {low:g}" if low is not None else ""
    upper = f"at most {high:g}" if high is not None else f"below {below:g}" if below is not None else ""
    return " and ".join(filter(None, (lower, upper)))


def _clamped(value: float, node: dict[str, Any]) -> float:
    """The valid number nearest to ``value``."""
    low, high = node.get("minimum", node.get("exclusiveMinimum")), node.get("maximum", node.get("exclusiveMaximum"))
    if low is not None and value <= low:
        return float(low) if "minimum" in node else float(low) + 1 if high is None or low + 1 <= high else high
    if high is not None and value >= high:
        return float(high) if "maximum" in node else float(high) - 1
    return float(round(value)) if node.get("type") == "integer" else float(value)
