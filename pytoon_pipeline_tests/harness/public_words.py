"""The public words: all names that people write into files or read in results, collected from the code.

``python -m pytoon_pipeline_tests.harness.public_words`` updates ``docs/glossary.md``: it adds the words that are
missing, with an empty meaning to be filled in, removes those that are gone, and keeps the meanings of the others.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.conformance import ViolationCode
from pytoon_pipeline.contracts.degradation import Reason
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.contracts.platforms import Platform
from pytoon_pipeline.contracts.preset import Limits, Preset
from pytoon_pipeline.contracts.quality import Severity, Verdict
from pytoon_pipeline.contracts.render_results import RenderStatus, StageStatus
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.results import UploadState
from pytoon_pipeline.contracts.status import ErrorCategory
from pytoon_pipeline.quality.checks import CHECKS
from pytoon_pipeline.settings import ServerSettings, Settings

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
PACKAGE = ROOT / "pytoon_pipeline"
Words = Mapping[str, set[str]]


def public_words() -> dict[str, set[str]]:
    """The words of each section of the glossary."""
    return {
        "Requests": fields(Request),
        "Presets": fields(Preset),
        "Brands": fields(Brand),
        "Platforms": fields(Platform),
        "Limits": fields(Limits),
        "Operations": fields(Operations),
        "Values": values(Request) | values(Preset) | values(Brand),
        "Settings": {*Settings.variables().values(), *ServerSettings.variables().values()},
        "Commands": commands(),
        "Assets, jobs, sensors and schedules": dagster_names(),
        "Findings": finding_codes(),
        "Violations": literals(ViolationCode),
        "Notes": note_codes(),
        "Statuses": literals(RenderStatus, UploadState, StageStatus, Verdict, Severity, Reason),
        "Error categories": literals(ErrorCategory),
    }


def fields(model: type[BaseModel], prefix: str = "") -> set[str]:
    """Names of all fields as people write them; those of a nested record with its name in front."""
    found = set()
    for name, field in model.model_fields.items():
        inside = [one for one in leaves(field.annotation) if isinstance(one, type) and issubclass(one, BaseModel)]
        nested = [one for one in inside if one.__name__ != "EditPlan" and not one.__name__.startswith("Sourced")]
        found.add(prefix + name)
        for one in nested:
            found |= fields(one, f"{prefix}{name}.")
    return found


def leaves(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from leaves(get_args(annotation)[0])
    elif origin in (Union, UnionType, tuple, list, dict):
        for one in get_args(annotation):
            yield from leaves(one)
    else:
        yield annotation


def literals(*sources: Any) -> set[str]:
    """The values of literal types; of a record, those of its fields."""
    found: set[str] = set()
    for one in sources:
        if isinstance(one, type) and issubclass(one, BaseModel):
            found |= values(one)
        else:
            found |= {value for value in get_args(one) if isinstance(value, str)}
    return found


def values(model: type[BaseModel]) -> set[str]:
    """The words that people choose from in fields of a record and of the records in it."""
    found: set[str] = set()
    for field in model.model_fields.values():
        for one in leaves(field.annotation):
            if get_origin(one) is Literal:
                found |= literals(one)
            elif isinstance(one, type) and issubclass(one, BaseModel) and one.__name__ != "EditPlan":
                found |= values(one)
    return found


def commands() -> set[str]:
    """Commands and options of the command line."""
    found = set()
    for call in calls(PACKAGE / "cli"):
        name, first = called(call), constant(call.args[0]) if call.args else None
        if name == "add_parser" and first:
            found.add(f"pytoon {first}")
        if name == "add_argument" and first and first.startswith("--"):
            found.add(first)
    return found


def dagster_names() -> set[str]:
    from pytoon_pipeline.definitions import defs

    repository = defs().get_repository_def()
    return {
        *(key.to_user_string() for key in repository.asset_graph.get_all_asset_keys()),
        *(name for name in repository.job_names if not name.startswith("__")),
        *(one.name for one in repository.sensor_defs),
        *(one.name for one in repository.schedule_defs),
    }


def finding_codes() -> set[str]:
    """Codes that the checks may report."""
    return {code for check in CHECKS for code in check.codes}


def note_codes() -> set[str]:
    """Codes of notes."""
    found = set()
    for text in map(Path.read_text, PACKAGE.rglob("*.py")):
        if "Note(" not in text:
            continue
        tree = ast.parse(text)
        named = {
            target.id: value
            for node in tree.body
            if isinstance(node, ast.Assign) and (value := constant(node.value))
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) == "Note":
                for keyword in node.keywords:
                    code = constant(keyword.value) or named.get(getattr(keyword.value, "id", ""))
                    if keyword.arg == "code" and code:
                        found.add(code)
    return found


def calls(folder: Path) -> Iterator[ast.Call]:
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield node


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def read(text: str) -> dict[str, dict[str, str]]:
    """The sections of the glossary: the meaning of each word."""
    sections: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        if line.startswith("## "):
            sections[line[3:].strip()] = {}
        elif line.startswith("- `") and sections:
            word, _, meaning = line[3:].partition("`")
            next(reversed(sections.values()))[word] = meaning.lstrip(": ").strip()
    return sections


def updated(text: str, words: Words) -> str:
    """The glossary with exactly these words in its sections; what is written before the first section stays."""
    known, out = read(text), [text.partition("\n## ")[0].rstrip(), ""]
    for section, found in words.items():
        out += [f"## {section}", ""]
        out += [f"- `{word}`: {known.get(section, {}).get(word, '')}".rstrip() for word in sorted(found)]
        out.append("")
    return "\n".join(out).rstrip() + "\n"


if __name__ == "__main__":
    GLOSSARY.write_text(updated(GLOSSARY.read_text(), public_words()))
