"""JSON Schemas of what people and other programs write and read. ``python -m`` writes them into a folder."""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.edit_plan import EDIT_LAYERS, EditPlan
from pytoon_pipeline.contracts.manifest import Manifest
from pytoon_pipeline.contracts.registry import PLACE, Registry
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.results import RESULTS
from pytoon_pipeline.contracts.spec.easing import EASINGS
from pytoon_pipeline.contracts.spec.effects import EFFECTS
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec

TABLES: tuple[Registry[Any], ...] = (EASINGS, EFFECTS, EDIT_LAYERS)
DOCUMENTS: dict[str, type[Record]] = {
    "request": Request, "edit_plan": EditPlan, "render_spec": RenderSpec, "manifest": Manifest, **RESULTS,
}  # fmt: skip
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(record: type[Record]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of ``record``, with the kinds that are registered now."""
    members = {table.name: list(table.classes.values()) for table in TABLES}
    models = [record, *(cls for classes in members.values() for cls in classes)]
    refs, document = models_json_schema([(model, "validation") for model in models])
    definitions: dict[str, Any] = document["$defs"]
    for name, classes in members.items():
        kinds = [cls.model_fields["kind"].default for cls in classes]
        options = [refs[(cls, "validation")] for cls in classes]
        definitions[name] = {"anyOf": [*options, {"enum": kinds}]}
    root = refs[(record, "validation")]
    return {"$schema": DIALECT, "title": record.__name__, **root, "$defs": _reachable(root, _placed(definitions))}


def _placed(part: Any) -> Any:
    """Turns the marks of tables into references."""
    if isinstance(part, dict):
        if PLACE in part:
            rest = {name: value for name, value in part.items() if name not in (PLACE, "default")}
            return {**rest, "$ref": f"#/$defs/{part[PLACE]}"}
        return {name: _placed(value) for name, value in part.items()}
    return [_placed(value) for value in part] if isinstance(part, list) else part


def _reachable(root: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = list(_references(root))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = definitions[name]
            waiting.extend(_references(found[name]))
    return dict(sorted(found.items()))


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"].rpartition("/")[2]] if isinstance(part.get("$ref"), str) else []
        return own + [name for value in part.values() for name in _references(value)]
    return [name for value in part for name in _references(value)] if isinstance(part, list) else []


def write(folder: Path) -> None:
    """Writes all schemas as ``NAME.schema.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, record in DOCUMENTS.items():
        (folder / f"{name}.schema.json").write_text(text(record), "utf-8")


def text(record: type[Record]) -> str:
    return json.dumps(schema(record), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
