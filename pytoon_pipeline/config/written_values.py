"""How a person would write a setting correctly: the examples in hints."""

import json
import re
from dataclasses import replace
from typing import Any

import yaml

from pytoon_pipeline.config.expectations import expected_at
from pytoon_pipeline.config.problem import MAX_SHOWN, Problem, shown
from pytoon_pipeline.contracts.edit_plan import EditPlan
from pytoon_pipeline.runtime.files import printable_name

# Entries of a list that a hint repeats.
MAX_ENTRIES = 5
# Beginnings of values that JSON has without further quotes.
JSON_VALUE = re.compile(r"""[{\["]|-?[0-9.]+$|(?:true|false)$""")


def example_for(problem: Problem) -> str:
    """A hint with a value that may stand here, close to what stands there now."""
    if problem.expected.is_list and not isinstance(problem.value, dict | list):
        entry = written_scalar(problem, printable_name(str(problem.value))[:MAX_SHOWN])
        return f"Write it as a list: {written_pair(problem, f'[{entry}]')}"
    if isinstance(problem.value, list) and (group := problem.expected.list_name):
        entries = problem.value if all(isinstance(one, str) for one in problem.value) else ["…", "…"]
        written = ", ".join(json.dumps(shown(one)[1:-1], ensure_ascii=False) for one in entries[:MAX_ENTRIES])
        more = ", …" if len(entries) > MAX_ENTRIES else ""
        return f"Write: {problem.name}: {{{group}: [{written}{more}]}}"
    inner = problem.value[0] if isinstance(problem.value, list) and len(problem.value) == 1 else None
    if isinstance(inner, str) or (isinstance(inner, int | float) and not problem.expected.is_text):
        return f"Write it without brackets: {shown(inner).strip('“”')}"
    is_number = isinstance(problem.value, int | float) and not isinstance(problem.value, bool)
    if is_number and (limit := problem.expected.limit_of(problem.value)):
        return limit
    if len(problem.expected.choices) == 1:
        return f"Write: {written_pair(problem, problem.expected.choices[0])}"
    if isinstance(problem.value, str) and (value := problem.expected.similar(problem.value)):
        return f"For example: {value}"
    if value := problem.expected.example(problem.value):
        return f"For example: {value}"
    if problem.expected.is_group:
        pair = written_pair(problem, _group_example(problem))
        whole = f"adjust: {{{pair}}}" if problem.path[0] == "adjust" and len(problem.path) == 2 else pair
        return f"Write it as a group, for example: {whole}"
    return f"Change it, or remove “{problem.name}”." if problem.name else "Change it."


def sample(problem: Problem) -> str:
    """A value that may stand here, with “…” for what is not known; a list has one entry."""
    if problem.expected.is_list:
        path = (*problem.path, 0)
        entry = replace(problem, path=path, expected=expected_at(problem.record, path, {}))
        return f"[{written_scalar(entry, sample(entry))}]"
    return _group_example(problem) if problem.expected.is_group else problem.expected.example() or "…"


def _group_example(problem: Problem) -> str:
    """A group with what it must have, else with one setting: its size or another number where it has one."""
    inner = {name: expected_at(problem.record, (*problem.path, name), {}) for name in problem.expected.names}
    examples = {name: example for name, one in inner.items() if (example := one.example())}
    numbers = [name for name in examples if inner[name].number]
    one = "size" if "size" in numbers else next(iter([*numbers, *examples]), "")
    names = problem.expected.needed or [one or next(iter(inner), "…")]
    pairs = [written_pair(replace(problem, path=(*problem.path, name)), examples.get(name, "…")) for name in names]
    return f"{{{', '.join(pairs)}}}"


def written_pair(problem: Problem, value: str) -> str:
    """A setting as a person writes it: an edit plan is mostly JSON, where names and texts stand in quotes."""
    name = f'"{problem.name}"' if _is_json(problem) else problem.name
    return f"{name}: {written_scalar(problem, value)}"


def written_scalar(problem: Problem, value: str) -> str:
    """A value as a person writes it there."""
    return f'"{value}"' if _is_json(problem) and not JSON_VALUE.match(value) else value


def _is_json(problem: Problem) -> bool:
    return problem.path[:1] == ("edit_plan",) or problem.record is EditPlan


def written_adjustment(problem: Problem, setting: str) -> str:
    """A setting of the preset in a request, with the value that stands there now or one that is valid."""
    value = problem.value if isinstance(problem.value, str | int | float) and problem.value != "" else "…"
    quoted = f'"{value}"' if str(value).startswith("#") else printable_name(str(value))[:MAX_SHOWN]
    return f"adjust: {{{setting.replace('.', ': {')}: {quoted}{'}' * (setting.count('.') + 1)}"


def written_entry(problem: Problem, pair: str) -> str:
    """The entry of a list that lacks ``pair``, as a person writes it with the pair; only the pair for a long entry."""
    group = problem.value if isinstance(problem.value, dict) else {}
    given = {name: value for name, value in group.items() if value is not None}
    if len(given) > MAX_ENTRIES or any(isinstance(value, dict | list) for value in given.values()):
        return pair
    others = (
        written_pair(replace(problem, path=(*problem.path[:-1], name)), _written(problem, value))
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
