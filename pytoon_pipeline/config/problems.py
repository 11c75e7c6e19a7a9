"""What is wrong with one value of a document, in a sentence and a hint in the words of the product.

``EXPLANATIONS`` maps every kind of problem that pydantic reports for these records to its explanation.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from mimetypes import guess_type
from typing import Any

import yaml

from pytoon_pipeline.config.expectations import Expectation, Path, expectation, expected_at, number_range
from pytoon_pipeline.config.setting_names import SECTIONS, no_setting, settings_called
from pytoon_pipeline.contracts.archetypes import ARCHETYPES
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.colours import EXAMPLE, colour_hint
from pytoon_pipeline.contracts.edit_plan import EditPlan
from pytoon_pipeline.contracts.field_paths import entry_word, readable_path, subject
from pytoon_pipeline.contracts.request import FITS, Request
from pytoon_pipeline.contracts.suggestions import did_you_mean, listed, nearest, ordinal
from pytoon_pipeline.runtime.files import printable_name

# Characters of a name or a value that a sentence shows.
MAX_SHOWN = 40
# Entries of a list that a hint repeats.
MAX_ENTRIES = 5

# Beginnings of values that JSON has without further quotes.
JSON_VALUE = re.compile(r"""[{\["]|-?[0-9.]+$|(?:true|false)$""")

# What choices mean that do not explain themselves, by the choices.
PURPOSES: dict[str, str] = {name: traits.purpose for name, traits in ARCHETYPES.items()}
MEANINGS = {tuple(meanings): meanings for meanings in (PURPOSES, FITS)}

# A sentence and a hint.
Explanation = tuple[str, str]


@dataclass(frozen=True)
class Problem:
    """One wrong value: where it stands, what it is, and what may stand there. ``reason`` is a check's own words.

    For a value that is missing, ``value`` is the group that lacks it.
    """

    kind: str
    path: Path
    value: Any
    expected: Expectation
    around: Expectation
    record: type[Record]
    reason: str = ""
    hint: str = ""

    @property
    def field(self) -> str:
        """The place as the beginning of a sentence."""
        return subject([*map(_short, self.path)]) or "The document"

    @property
    def readable(self) -> str:
        """The place in front of a colon."""
        return readable_path([*map(_short, self.path)]) or "The document"

    @property
    def name(self) -> str:
        return _short(self.path[-1]) if self.path else ""

    @property
    def group(self) -> str:
        """The path of the group that a field stands in: nothing for the document itself."""
        return replace(self, path=self.path[:-1]).readable if self.path[:-1] else ""

    @property
    def place(self) -> str:
        """That group as the beginning of a sentence."""
        return replace(self, path=self.path[:-1]).field if self.path[:-1] else ""


def _short(part: object) -> str:
    return printable_name(str(part))[:MAX_SHOWN]


def shown(value: Any) -> str:
    """A value in a sentence."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        text = printable_name(value.replace("\n", " "))
        return f"“{text[:MAX_SHOWN]}…”" if len(text) > MAX_SHOWN else f"“{text}”"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a group of settings"
    return f"{value:.10g}" if isinstance(value, float) else str(value)[:MAX_SHOWN]


def _example(problem: Problem) -> str:
    if problem.expected.is_list and not isinstance(problem.value, dict | list):
        entry = _scalar(problem, printable_name(str(problem.value))[:MAX_SHOWN])
        return f"Write it as a list: {_pair(problem, f'[{entry}]')}"
    if isinstance(problem.value, list) and (group := problem.expected.list_name):
        entries = problem.value if all(isinstance(one, str) for one in problem.value) else ["…", "…"]
        written = ", ".join(json.dumps(shown(one)[1:-1], ensure_ascii=False) for one in entries[:MAX_ENTRIES])
        more = ", …" if len(entries) > MAX_ENTRIES else ""
        return f"Put the list under “{group}”: {problem.name}: {{{group}: [{written}{more}]}}"
    inner = problem.value[0] if isinstance(problem.value, list) and len(problem.value) == 1 else None
    if isinstance(inner, str) or (isinstance(inner, int | float) and not problem.expected.is_text):
        return f"Write it without brackets: {shown(inner).strip('“”')}"
    is_number = isinstance(problem.value, int | float) and not isinstance(problem.value, bool)
    if is_number and (limit := problem.expected.limit_of(problem.value)):
        return limit
    if len(problem.expected.choices) == 1:
        return f"Write: {_pair(problem, problem.expected.choices[0])}"
    if isinstance(problem.value, str) and (value := problem.expected.similar(problem.value)):
        return f"For example: {value}"
    if value := problem.expected.example(problem.value):
        return f"For example: {value}"
    if problem.expected.is_group:
        return f"Write it as a group, for example: {_pair(problem, _group_example(problem))}"
    return f"Change it, or remove “{problem.name}”." if problem.name else "Change it."


def _sample(problem: Problem) -> str:
    """A value that may stand here, with “…” for what is not known; a list has one entry."""
    if problem.expected.is_list:
        path = (*problem.path, 0)
        entry = replace(problem, path=path, expected=expected_at(problem.record, path, {}))
        return f"[{_scalar(entry, _sample(entry))}]"
    return _group_example(problem) if problem.expected.is_group else problem.expected.example() or "…"


def _group_example(problem: Problem) -> str:
    """A group with what it must have, else with one setting: a number, which is easily changed, where it has one."""
    inner = {name: expected_at(problem.record, (*problem.path, name), {}) for name in problem.expected.names}
    examples = {name: example for name, one in inner.items() if (example := one.example())}
    one = next((name for name in examples if inner[name].number), next(iter(examples), ""))
    names = problem.expected.needed or [one or next(iter(inner), "…")]
    pairs = [_pair(replace(problem, path=(*problem.path, name)), examples.get(name, "…")) for name in names]
    return f"{{{', '.join(pairs)}}}"


def _pair(problem: Problem, value: str) -> str:
    """A setting as a person writes it: an edit plan is mostly JSON, where names and texts stand in quotes."""
    name = f'"{problem.name}"' if _is_json(problem) else problem.name
    return f"{name}: {_scalar(problem, value)}"


def _scalar(problem: Problem, value: str) -> str:
    return f'"{value}"' if _is_json(problem) and not JSON_VALUE.match(value) else value


def _is_json(problem: Problem) -> bool:
    return problem.path[:1] == ("edit_plan",) or problem.record is EditPlan


def _no_value(problem: Problem) -> Explanation:
    example = problem.expected.example()
    hint = f"Give it a value{example and f', such as {example}'}, or remove “{problem.name}”."
    return f"{problem.field} has no value; it must be {problem.expected.describe()}.", hint


def _not_accepted(problem: Problem) -> Explanation:
    """Any value that may not stand here: wrong in its type, outside its limits, or not one of the choices."""
    if problem.value is None:
        return _no_value(problem)
    expected, value = problem.expected, problem.value
    if expected.is_text and not isinstance(value, str | dict | list) and not expected.choices:
        field = "" if isinstance(problem.path[-1], int) else f"{problem.name}: "
        sentence = f"{problem.field} is {_kind_of(value)} {shown(value)}, not a text."
        return sentence, f'Put it in quotes: {field}"{shown(value)}"'
    can_be = expected.describe()
    if isinstance(value, int | float) and not isinstance(value, bool) and expected.number and not expected.choices:
        can_be = number_range(expected.number)
    only = "this Pytoon accepts only" if len(expected.choices) == 1 else "it must be"
    sentence = f"{problem.field} is {shown(value)}; {only} {can_be}."
    near = did_you_mean(value, expected.choices) if isinstance(value, str) else ""
    if meanings := MEANINGS.get(tuple(expected.choices)):
        return sentence, f"{near}{'; '.join(f'{name}: {meaning}' for name, meaning in meanings.items())}."
    return sentence, near.strip() or _example(problem)


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "the value"
    return "the date" if isinstance(value, date) else "the number"


def _colour(problem: Problem) -> Explanation:
    hint = colour_hint(problem.value) if isinstance(problem.value, str) else EXAMPLE
    return f"{problem.field} is {shown(problem.value)}, which is not a colour.", hint


def _unknown_field(problem: Problem) -> Explanation:
    names = [name for name in problem.around.names if name not in ("version", "name")]
    if problem.record is Request and not problem.place and problem.name in SECTIONS:
        sentence = f"“{problem.name}” belongs to the preset; a request changes it under “adjust”."
        name, value = (
            next(iter(problem.value.items())) if problem.value and isinstance(problem.value, dict) else ("", None)
        )
        inner = replace(problem, path=(*problem.path, str(name)), value=value)
        if isinstance(value, dict | list) or not name:
            return sentence, f"Write “adjust:”, and below it, indented, “{problem.name}:” with its settings."
        return sentence, f"Write: {_adjusted(inner, f'{problem.name}.{inner.name}')}"
    near = nearest(problem.name, names)
    if problem.record is Request and not problem.place and not near and (found := settings_called(problem.name)):
        sentence = f"“{problem.name}” alone is not enough."
        return sentence, f"Say what it is for: {listed(found)}. For {found[0]}, write: {_adjusted(problem, found[0])}"
    return no_setting(problem.name, names, problem.group)


def _adjusted(problem: Problem, setting: str) -> str:
    """A setting of the preset in a request, with the value that stands there now or one that is valid."""
    value = problem.value if isinstance(problem.value, str | int | float) and problem.value != "" else "…"
    quoted = f'"{value}"' if str(value).startswith("#") else printable_name(str(value))[:MAX_SHOWN]
    return f"adjust: {{{setting.replace('.', ': {')}: {quoted}{'}' * (setting.count('.') + 1)}"


def _unknown_name(problem: Problem) -> Explanation:
    """A name in a group that takes only some names, such as the animated values of ``keyframes``."""
    names = [name for one in problem.around.options for name in one.get("propertyNames", {}).get("enum", ())]
    return no_setting(problem.name, names, problem.group)


def _missing(problem: Problem) -> Explanation:
    if problem.record is Request and problem.path[:1] == ("media",) and problem.name == "file":
        sentence = f"The {ordinal(int(problem.path[1]) + 1)} entry of media names no photo or clip."
        return sentence, f"Name one in it, for example: {_entry(problem, _pair(problem, _sample(problem)))}"
    sentence = f"{problem.place} has no “{problem.name}”." if problem.place else f"“{problem.name}” is missing."
    expected = problem.expected
    pair, what = _pair(problem, _sample(problem)), expected.describe()
    if len(problem.path) > 1 and isinstance(problem.path[-2], int):
        pair = _entry(problem, pair)
    if "…" not in pair:
        added = "" if expected.is_group else " it" if what == "text" else f" {what}"
        return sentence, f"Add{added}, for example: {pair}"
    inner = {expectation(problem.record, (*problem.path, name), {}).describe() for name in expected.needed}
    return sentence, f"Add: {pair} ({f'each is {inner.pop()}' if len(inner) == 1 else what})."


def _entry(problem: Problem, pair: str) -> str:
    """The entry of a list that lacks ``pair``, as a person writes it with the pair; only the pair for a long entry."""
    group = problem.value if isinstance(problem.value, dict) else {}
    given = {name: value for name, value in group.items() if value is not None}
    if len(given) > MAX_ENTRIES or any(isinstance(value, dict | list) for value in given.values()):
        return pair
    others = (
        _pair(replace(problem, path=(*problem.path[:-1], name)), _written(problem, value))
        for name, value in given.items()
    )
    return f"{{{', '.join([pair, *others])}}}"


def _written(problem: Problem, value: Any) -> str:
    """A simple value in a document; in YAML, text has quotes only where it needs them."""
    if not isinstance(value, str):
        return shown(value)
    text = printable_name(value)[:MAX_SHOWN]
    if _is_json(problem):
        return json.dumps(text, ensure_ascii=False)
    return yaml.safe_dump([text], default_flow_style=True, allow_unicode=True, width=4 * MAX_SHOWN).strip()[1:-1]


def _too_long(problem: Problem) -> Explanation:
    most = problem.expected.limit("maxLength")
    return f"{problem.field} has {len(problem.value)} characters; it can have at most {most}.", "Shorten the text."


def _too_short(problem: Problem) -> Explanation:
    return f"{problem.field} is empty.", f"Write {problem.expected.describe()}, or remove “{problem.name}”."


def _too_many(problem: Problem) -> Explanation:
    most = problem.expected.limit("maxItems")
    return f"{problem.field} has {len(problem.value)} entries; it can have at most {most}.", "Remove some of them."


def _too_few(problem: Problem) -> Explanation:
    hint = f"Add one, for example: {_pair(problem, _sample(problem))}"
    return f"{problem.field} is empty; it needs at least one entry.", hint


def _own_words(problem: Problem) -> Explanation:
    return f"{problem.readable}: {problem.reason}.", problem.hint or "Correct these values."


def _kind(problem: Problem) -> Explanation:
    """A layer, an effect or another value of several kinds that has no kind, or one that does not exist."""
    options = expectation(problem.record, problem.path, None).options
    fields = {str(one["properties"]["kind"]["const"]): one["properties"] for one in options if "properties" in one}
    kinds = sorted(fields)
    if problem.value is None:
        return f"{problem.field} has no value.", f"Use {listed(kinds)}."
    if not isinstance(problem.value, dict):
        return _no_such_kind(problem, kinds)
    value = problem.value.get("kind")
    if value is not None:
        given, fitting = f"has the kind {shown(value)}", ""
    else:
        given, fitting = (
            "has no “kind”",
            _kind_of_file(problem.value.get("file"), kinds)
            or next(
                (kind for kind, names in fields.items() if problem.value and problem.value.keys() <= names.keys()), ""
            ),
        )
    missing = replace(problem, path=(*problem.path, "kind"))
    entry = _entry(missing, _pair(missing, fitting or next(iter(fields))))
    hint = f"{'Add it' if fitting else 'Choose one, for example'}: {entry}"
    return f"{problem.field} {given}; it must be {listed(kinds)}.", did_you_mean(str(value), kinds).strip() or hint


def _no_such_kind(problem: Problem, kinds: Sequence[str]) -> Explanation:
    """The bare name of a kind that does not exist, such as “glow” among the effects."""
    in_list = isinstance(problem.path[-1], int)
    owner = replace(problem, path=problem.path[:-1]) if in_list else problem
    hint = did_you_mean(str(problem.value), kinds).strip() or f"Use {listed(kinds)}."
    if bare := next(iter(problem.expected.choices), ""):
        hint += f" For example: {_pair(owner, f'[{_scalar(owner, bare)}]' if in_list else bare)}"
    noun = entry_word(owner.name) if in_list else owner.name
    return f"{problem.readable}: there is no {noun} {shown(problem.value)}.", hint


def _kind_of_file(name: object, kinds: Sequence[str]) -> str:
    """The kind of layer that shows a file, by its name: “image” for photo.jpg; empty for other files."""
    kind = (guess_type(name, strict=False)[0] or "").partition("/")[0] if isinstance(name, str) else ""
    return kind if kind in kinds else ""


# Types of pydantic's errors: a value of another type than the field's.
WRONG_TYPE = (
    "string_type", "int_type", "int_parsing", "int_parsing_size", "int_from_float", "float_type", "float_parsing",
    "bool_type", "bool_parsing", "list_type", "tuple_type", "dict_type", "model_type", "model_attributes_type",
    "date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact", "datetime_type",
    "none_required", "mapping_type",
)  # fmt: skip
EXPLANATIONS: dict[str, Callable[[Problem], Explanation]] = {
    **dict.fromkeys(WRONG_TYPE, _not_accepted),
    **dict.fromkeys(
        ("greater_than", "greater_than_equal", "less_than", "less_than_equal", "finite_number", "literal_error",
         "string_pattern_mismatch", "string_unicode"), _not_accepted,
    ),
    "colour": _colour,
    "extra_forbidden": _unknown_field,
    "missing": _missing,
    "string_too_long": _too_long,
    "string_too_short": _too_short,
    "too_long": _too_many,
    "too_short": _too_few,
    "value_error": _own_words,
    "kind": _kind,
    "name": _unknown_name,
    "other": _not_accepted,
}  # fmt: skip
