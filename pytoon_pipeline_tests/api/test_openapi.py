"""The API's description: what is committed is what the server answers."""

import json
from pathlib import Path

from pytoon_pipeline.api.openapi import text

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_committed_description_is_that_of_the_code() -> None:
    assert COMMITTED.read_text("utf-8") == text(), "run: make schemas"


def test_every_route_states_how_errors_look() -> None:
    described = json.loads(text())
    assert described["openapi"].startswith("3.1")
    for path, methods in described["paths"].items():
        for method, route in methods.items():
            assert list(route["responses"]["default"]["content"]) == ["application/problem+json"], (method, path)
