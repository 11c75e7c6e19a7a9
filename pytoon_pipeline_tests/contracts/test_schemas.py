"""Published schemas match the records, and older plans can still be read."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline.contracts.schemas import DOCUMENTS, schema, text
from pytoon_pipeline_tests.harness.plans import edited, footage, heard, planned, still

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "samples").glob("*/request.yaml"))


def check(document: Any, name: str) -> None:
    jsonschema.Draft202012Validator(schema(DOCUMENTS[name])).validate(document)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_published_schemas_are_up_to_date(name: str) -> None:
    """To fix it, run ``make schemas``."""
    jsonschema.Draft202012Validator.check_schema(schema(DOCUMENTS[name]))
    assert (ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text("utf-8") == text(DOCUMENTS[name])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_examples_of_requests_fit_their_schema(path: Path) -> None:
    check(yaml.safe_load(path.read_text("utf-8")), "request")


@pytest.mark.parametrize("name", ["price-reveal", "three-facts"])
def test_the_examples_of_edit_plans_fit_their_schema(name: str) -> None:
    check(json.loads((presets_folder() / "edit_plans" / name / "edit_plan.json").read_text("utf-8")), "edit_plan")


def test_plans_fit_their_schema() -> None:
    voice = heard(6.0, ((1.0, 3.0),), item="e" * 64)
    spec = planned([still(), footage(4, item="c" * 64)], text="Hello", music=heard(3.0), voice=voice, archetype="hero")
    check(spec.model_dump(mode="json"), "render_spec")
    group = {"kind": "group", "effects": ["shadow"], "layers": [{"kind": "banner", "text": "Now"}]}
    check(edited({"scenes": [{"seconds": 1, "layers": [group]}]}).model_dump(mode="json"), "render_spec")


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("request", {"media": ["a.png"], "colour": "red"}),
        ("request", {"max_seconds": 601}),
        ("edit_plan", {"scenes": [{"seconds": 1, "layers": [{"kind": "hologram"}]}]}),
        ("edit_plan", {"scenes": []}),
        ("render_spec", {"version": 2}),
    ],
)
def test_schemas_refuse_what_the_records_refuse(name: str, document: dict) -> None:
    with pytest.raises(jsonschema.ValidationError):
        check(document, name)
