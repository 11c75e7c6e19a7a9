"""Reading what people write: YAML or JSON, refused with the path of the field and what would be right."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import BadInput

R = TypeVar("R", bound=Record)
LARGEST_BYTES = 1 << 20


def read_document(path: Path) -> dict[str, Any]:
    """The mapping in a YAML or JSON file. Raises ``BadInput`` when it holds something else."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise BadInput("document_too_large", f"{path.name} is larger than 1 MB.", "Is it the right file?")
        value = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise BadInput("file_missing", f"There is no file {path.name}.", "Check the name.") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" near line {where.line + 1}" if where else ""
        raise BadInput(
            "document_unreadable", f"{path.name} is not valid YAML{line}.", "Check quotes and indentation."
        ) from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadInput("document_unreadable", f"{path.name} is not a list of settings.", "Write “name: value” lines.")
    return value


def inside(folder: Path, name: str) -> Path:
    """A file below ``folder``. Raises ``BadInput`` for a name that leads out of it, also by a symbolic link."""
    root = folder.resolve()
    try:
        path = (folder / name).resolve()
    except (OSError, ValueError, RuntimeError):
        path = root
    if not path.is_relative_to(root) or path == root:
        raise BadInput(
            "outside_folder", f"“{name[:80]}” lies outside the upload's folder.", "Copy the file into the folder."
        )
    return path


def validate(record: type[R], value: dict[str, Any], what: str, code: str) -> R:
    """``value`` as ``record``. Raises ``BadInput`` with the path of each wrong field."""
    try:
        return record.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        # A list whose items are wrong is also reported as too short.
        deeper = {tuple(one["loc"][:n]) for one in problems for n in range(len(one["loc"]))}
        wrong = [
            f"{'.'.join(str(part) for part in problem['loc']) or 'document'}: {_sentence(problem)}"
            for problem in problems
            if not (problem["type"] == "too_short" and tuple(problem["loc"]) in deeper)
        ]
        known = ", ".join(record.model_fields)
        raise BadInput(code, f"{what}: {'; '.join(wrong[:5])}", f"Known settings are: {known}.") from None


def _sentence(problem: Any) -> str:
    if problem["type"] == "extra_forbidden":
        return "there is no such setting"
    given = repr(problem.get("input"))
    return f"{problem['msg']} (given {given[:60]})"
