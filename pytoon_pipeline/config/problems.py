"""What is wrong with one value of a document, in a sentence and a hint in the words of the product.

``EXPLANATIONS`` maps every kind of problem that pydantic reports for these records to its explanation.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from mimetypes import guess_type
from typing import Any

from pytoon_pipeline.config.expectations import expectation, number_range
from pytoon_pipeline.config.problem import Problem, shown
from pytoon_pipeline.config.setting_names import SECTIONS, no_setting, settings_called
from pytoon_pipeline.config.written_values import (
    example_for,
    sample,
    written_adjustment,
    written_entry,
    written_pair,
    written_scalar,
)
from pytoon_pipeline.contracts.archetypes import ARCHETYPES
from pytoon_pipeline.contracts.colours import EXAMPLE, colour_hint
from pytoon_pipeline.contracts.field_paths import entry_word
from pytoon_pipeline.contracts.request import FITS, Request
from pytoon_pipeline.contracts.suggestions import did_you_mean, listed, ordinal

# What choices mean that do not explain themselves, by the choices.
PURPOSES: dict[str, str] = {name: traits.purpose for name, traits in ARCHETYPES.items()}
MEANINGS = {tuple(meanings): meanings for meanings in (PURPOSES, FITS)}

# What to choose in place of a company that has several platforms.
INSTAGRAM = "For Instagram, choose reels or stories, or reels_ad for an ad."
COMPANIES = {"instagram": INSTAGRAM, "insta": INSTAGRAM, "meta": f"For Facebook, choose facebook. {INSTAGRAM}"}

# A sentence and a hint.
Explanation = tuple[str, str]


def _no_value(problem: Problem) -> Explanation:
    example = problem.expected.example()
    hint = f"Give it a value{example and f', such as {example}'}, or leave out “{problem.name}”."
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
    if isinstance(value, list) and (group := expected.list_name):
        sentence = f"{problem.field} is a list; its lines belong under “{group}”."
    if problem.path == ("platform",) and (choice := COMPANIES.get(str(value).lower())):
        return sentence, choice
    near = did_you_mean(value, expected.choices) if isinstance(value, str) else ""
    if meanings := MEANINGS.get(tuple(expected.choices)):
        return sentence, f"{near}{'; '.join(f'{name}: {meaning}' for name, meaning in meanings.items())}."
    return sentence, near.strip() or example_for(problem)


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
        return sentence, f"Write: {written_adjustment(inner, f'{problem.name}.{inner.name}')}"
    if problem.record is Request and not problem.place and (found := settings_called(problem.name)):
        sentence = f"“{problem.name}” alone is not enough."
        return (
            sentence,
            f"Say what it is for: {listed(found)}. For {found[0]}, write: {written_adjustment(problem, found[0])}",
        )
    return no_setting(problem.name, names, problem.group)


def _unknown_name(problem: Problem) -> Explanation:
    """A name in a group that takes only some names, such as the animated values of ``keyframes``."""
    names = [name for one in problem.around.options for name in one.get("propertyNames", {}).get("enum", ())]
    return no_setting(problem.name, names, problem.group)


def _missing(problem: Problem) -> Explanation:
    if problem.record is Request and problem.path[:1] == ("media",) and problem.name == "file":
        sentence = f"The {ordinal(int(problem.path[1]) + 1)} entry of media names no photo or clip."
        return (
            sentence,
            f"Name one in it, for example: {written_entry(problem, written_pair(problem, sample(problem)))}",
        )
    sentence = f"{problem.place} has no “{problem.name}”." if problem.place else f"“{problem.name}” is missing."
    expected = problem.expected
    pair, what = written_pair(problem, sample(problem)), expected.describe()
    if len(problem.path) > 1 and isinstance(problem.path[-2], int):
        pair = written_entry(problem, pair)
    if "…" not in pair:
        added = "" if expected.is_group else " it" if what == "text" else f" {what}"
        return sentence, f"Add{added}, for example: {pair}"
    inner = {expectation(problem.record, (*problem.path, name), {}).describe() for name in expected.needed}
    return sentence, f"Add: {pair} ({f'each is {inner.pop()}' if len(inner) == 1 else what})."


def _too_long(problem: Problem) -> Explanation:
    most = problem.expected.limit("maxLength")
    return f"{problem.field} has {len(problem.value)} characters; it can have at most {most}.", "Shorten the text."


def _too_short(problem: Problem) -> Explanation:
    return f"{problem.field} is empty.", f"Write {problem.expected.describe()}, or remove “{problem.name}”."


def _too_many(problem: Problem) -> Explanation:
    most = problem.expected.limit("maxItems")
    return f"{problem.field} has {len(problem.value)} entries; it can have at most {most}.", "Remove some of them."


def _too_few(problem: Problem) -> Explanation:
    hint = f"Add one, for example: {written_pair(problem, sample(problem))}"
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
    entry = written_entry(missing, written_pair(missing, fitting or next(iter(fields))))
    hint = f"{'Add it' if fitting else 'Choose one, for example'}: {entry}"
    return f"{problem.field} {given}; it must be {listed(kinds)}.", did_you_mean(str(value), kinds).strip() or hint


def _no_such_kind(problem: Problem, kinds: Sequence[str]) -> Explanation:
    """The bare name of a kind that does not exist, such as “glow” among the effects."""
    in_list = isinstance(problem.path[-1], int)
    owner = replace(problem, path=problem.path[:-1]) if in_list else problem
    hint = did_you_mean(str(problem.value), kinds).strip() or f"Use {listed(kinds)}."
    if bare := next(iter(problem.expected.choices), ""):
        hint += f" For example: {written_pair(owner, f'[{written_scalar(owner, bare)}]' if in_list else bare)}"
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
