"""What is wrong with one value of a document, in a sentence and a hint in the words of the product.

``EXPLANATIONS`` maps every kind of problem that pydantic reports for these records to its explanation.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from pytoon_pipeline.config.expectations import Expectation, Path, expectation, expected_at, number_range
from pytoon_pipeline.config.setting_names import SECTIONS, setting_hint, settings_called
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.colours import EXAMPLE, colour_code, similar_colour
from pytoon_pipeline.contracts.edit_plan import EditPlan
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.suggestions import did_you_mean, listed, nearest, ordinal
from pytoon_pipeline.runtime.files import printable_name

# Characters of a name or a value that a sentence shows.
MAX_SHOWN = 40

# A sentence and a hint.
Explanation = tuple[str, str]


@dataclass(frozen=True)
class Problem:
    """One wrong value: where it stands, what it is, and what may stand there. ``reason`` is a check's own words."""

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
        """The path; numbers in it count from 0, so the entry is also named as people count."""
        name = ".".join(map(_short, self.path)) or "The document"
        return f"{name} ({entry})" if (entry := _entry(self.path)) else name

    @property
    def name(self) -> str:
        return _short(self.path[-1]) if self.path else ""

    @property
    def place(self) -> str:
        """The group that a field stands in: nothing for the document itself."""
        return replace(self, path=self.path[:-1]).field if self.path[:-1] else ""


def _entry(path: Path) -> str:
    """The entries of lists in a path: “the 1st layer of the 2nd scene”."""
    found = []
    for name, number in pairwise(path):
        if isinstance(number, int):
            word = name[:-1] if isinstance(name, str) and name.endswith("s") else "entry"
            found.append(f"the {ordinal(number + 1)} {word}")
    return " of ".join(reversed(found))


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
    name = next((str(part) for part in reversed(problem.path) if isinstance(part, str)), "")
    if problem.expected.is_list and not isinstance(problem.value, dict | list):
        return f"Write it as a list: {_short(name)}: [{printable_name(str(problem.value))[:MAX_SHOWN]}]"
    if isinstance(problem.value, list) and (inner := problem.expected.list_name):
        return f'Put the list under “{inner}”: {_short(name)}: {{{inner}: ["…", "…"]}}'
    if len(problem.expected.choices) == 1:
        return f"Write: {_pair(problem, problem.expected.choices[0])}"
    if isinstance(problem.value, str) and (value := problem.expected.similar(problem.value)):
        return f"For example: {value}"
    if value := problem.expected.example(problem.value):
        return f"For example: {value}"
    if problem.expected.is_group:
        return f"Write it as a group, for example: {_pair(problem, _group_example(problem))}"
    return f"Change {problem.field}, or remove it."


def _group_example(problem: Problem) -> str:
    """A group with one of its settings: a number where it has one, because a number is easily changed."""
    if problem.expected.needed:
        return problem.expected.group_form
    inner = {name: expected_at(problem.record, (*problem.path, name), {}) for name in problem.expected.names}
    examples = {name: example for name, one in inner.items() if (example := one.example())}
    name = next((name for name in examples if inner[name].number), next(iter(examples), ""))
    return f"{{{name}: {examples[name]}}}" if name else problem.expected.group_form or "{…: …}"


def _pair(problem: Problem, value: str) -> str:
    """A setting as a person writes it: an edit plan is mostly JSON, where names and texts stand in quotes."""
    if problem.path[:1] == ("edit_plan",) or problem.record is EditPlan:
        return f'"{problem.name}": ' + (value if value[:1] in '{["' else f'"{value}"')
    return f"{problem.name}: {value}"


def _no_value(problem: Problem) -> Explanation:
    example = problem.expected.example()
    hint = f"Give it a value{example and f', such as {example}'}, or remove “{problem.name}”."
    return f"{problem.field} has no value; it must be {problem.expected.describe()}.", hint


def _not_accepted(problem: Problem) -> Explanation:
    """Any value that may not stand here: wrong in its type, outside its limits, or not one of the choices."""
    if problem.value is None:
        return _no_value(problem)
    expected, value = problem.expected, problem.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    can_be = expected.describe()
    if is_number and expected.number and not expected.choices and not _is_fraction(value, expected.number):
        can_be = number_range(expected.number)
    only = "this Pytoon accepts only" if len(expected.choices) == 1 else "it must be"
    sentence = f"{problem.field} is {shown(value)}; {only} {can_be}."
    if expected.is_text and not isinstance(value, str | dict | list) and not expected.choices:
        field = "" if isinstance(problem.path[-1], int) else f"{problem.name}: "
        return sentence, f'Put it in quotes: {field}"{shown(value)}"'
    near = did_you_mean(value, expected.choices) if isinstance(value, str) else ""
    return sentence, near.strip() or _example(problem)


def _is_fraction(value: float, number: dict[str, Any]) -> bool:
    """Whether a whole number is asked for and ``value`` is none."""
    return number["type"] == "integer" and isinstance(value, float)


def _colour(problem: Problem) -> Explanation:
    near = similar_colour(problem.value) if isinstance(problem.value, str) else ""
    if isinstance(problem.value, str) and len(problem.value) == 9 and colour_code(problem.value[:7]):
        near = f'Colours have no transparency: write "{problem.value[:7]}". '
    return f"{problem.field} is {shown(problem.value)}, which is not a colour.", f"{near}{EXAMPLE}"


def _unknown_field(problem: Problem) -> Explanation:
    names = [name for name in problem.around.names if name not in ("version", "name")]
    where = problem.place or {Request: "The request", Preset: "The preset"}.get(problem.record, "The document")
    if problem.record is Request and not problem.place and problem.name in SECTIONS:
        sentence = f"“{problem.name}” belongs to the preset; a request changes it under “adjust”."
        return sentence, f"Write “adjust:”, and below it, indented, “{problem.name}:” with its settings."
    near = nearest(problem.name, names)
    hint = f"Did you mean “{near}”? " if near else ""
    if problem.record is Request and not problem.place and not near and (found := settings_called(problem.name)):
        group, _, setting = found[0].rpartition(".")
        sentence = f"“{problem.name}” cannot stand alone in the request."
        example = f"For example: adjust: {{{group.replace('.', ': {')}: {{{setting}: …}}{'}' * found[0].count('.')}"
        return sentence, f"Say whose it is, under “adjust”. {example}. {setting_hint(problem.name).rstrip()}"
    return f"{where} has no setting “{problem.name}”.", f"{hint or 'Remove it. '}The settings are: {', '.join(names)}."


def _unknown_name(problem: Problem) -> Explanation:
    """A name in a group that takes only some names, such as the animated values of ``keyframes``."""
    names = [name for one in problem.around.options for name in one.get("propertyNames", {}).get("enum", ())]
    hint = f"{did_you_mean(problem.name, names)}Use one of: {', '.join(names)}."
    return f"{problem.place} has no setting “{problem.name}”.", hint


def _missing(problem: Problem) -> Explanation:
    sentence = f"{problem.place} has no “{problem.name}”." if problem.place else f"“{problem.name}” is missing."
    expected = problem.expected
    inner = {expectation(problem.record, (*problem.path, name), {}).describe() for name in expected.needed}
    what = f"each is {inner.pop()}" if len(inner) == 1 else expected.describe()
    return sentence, f"Add: {_pair(problem, expected.group_form or '…')} ({what})."


def _too_long(problem: Problem) -> Explanation:
    most = problem.expected.limit("maxLength")
    return f"{problem.field} has {len(problem.value)} characters; it can have at most {most}.", "Shorten the text."


def _too_short(problem: Problem) -> Explanation:
    return f"{problem.field} is empty.", f"Write {problem.expected.describe()}, or remove “{problem.name}”."


def _too_many(problem: Problem) -> Explanation:
    most = problem.expected.limit("maxItems")
    return f"{problem.field} has {len(problem.value)} entries; it can have at most {most}.", "Remove some of them."


def _too_few(problem: Problem) -> Explanation:
    return f"{problem.field} is empty; it needs at least one entry.", f"Add an entry to “{problem.name}”."


def _own_words(problem: Problem) -> Explanation:
    return f"{problem.field}: {problem.reason}.", problem.hint or f"Correct the values in {problem.field}."


def _kind(problem: Problem) -> Explanation:
    value = problem.value.get("kind") if isinstance(problem.value, dict) else problem.value
    options = expectation(problem.record, problem.path, None).options
    kinds = sorted({str(one["properties"]["kind"]["const"]) for one in options if "properties" in one})
    given = "has no “kind”" if value is None else f"has the kind {shown(value)}"
    example = (
        f"For example: {_pair(replace(problem, path=(*problem.path, 'kind')), kinds[0])}" if kinds else "Check it."
    )
    return f"{problem.field} {given}; it must be {listed(kinds)}.", did_you_mean(str(value), kinds).strip() or example


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
