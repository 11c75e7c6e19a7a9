"""JSON Schemas of documents that people and other programs write and read. ``python -m`` writes them to a folder."""

import json
import sys
from pathlib import Path
from typing import Any

from pytoon_pipeline.contracts.alert import Alert
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.edit_plan import EditPlan
from pytoon_pipeline.contracts.manifest import Manifest
from pytoon_pipeline.contracts.post import Post
from pytoon_pipeline.contracts.quota import QuotaResult
from pytoon_pipeline.contracts.renders import Problem, Render, RenderList, RenderRequest
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.results import RESULTS
from pytoon_pipeline.contracts.sign_in import NewUserResult, SignInSettings, UsersResult
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.storage import StorageResult

DOCUMENTS: dict[str, type[Record]] = {
    "request": Request,
    "edit_plan": EditPlan,
    "render_spec": RenderSpec,
    "manifest": Manifest,
    "post": Post,
    "alert": Alert,
    "render_request": RenderRequest,
    "render": Render,
    "render_list": RenderList,
    "problem": Problem,
    "storage_result": StorageResult,
    "quota_result": QuotaResult,
    "sign_in": SignInSettings,
    "new_user_result": NewUserResult,
    "users_result": UsersResult,
    **RESULTS,
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(record: type[Record]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of ``record``."""
    return {"$schema": DIALECT, **record.model_json_schema()}


def write(folder: Path) -> None:
    """Writes all schemas as ``NAME.schema.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, record in DOCUMENTS.items():
        (folder / f"{name}.schema.json").write_text(text(record), "utf-8")


def text(record: type[Record]) -> str:
    return json.dumps(schema(record), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
