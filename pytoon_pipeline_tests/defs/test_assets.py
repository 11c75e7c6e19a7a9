"""Assets are adapters: they read typed inputs, call one domain function and report metadata."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs import assets

MAX_LINES = 30
FOLDER = Path(assets.__file__).parent


def functions() -> Iterator[tuple[str, int]]:
    """Every asset and check, with its lines from the decorator to its end."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.decorator_list:
                first = min(decorator.lineno for decorator in node.decorator_list)
                yield node.name, (node.end_lineno or 0) - first + 1


@pytest.mark.parametrize(("name", "lines"), list(functions()))
def test_an_asset_is_short(name: str, lines: int) -> None:
    assert lines <= MAX_LINES, f"{name}: move domain work to its package"


def test_the_asset_of_every_stage_is_linked_to_its_source() -> None:
    linked = {}
    for spec in defs().resolve_all_asset_specs():
        for reference in getattr(spec.metadata.get("dagster/code_references"), "code_references", ()):
            source = Path(reference.file_path).read_text("utf-8").splitlines()
            linked[spec.key.to_user_string()] = "".join(source[reference.line_number - 1 : reference.line_number + 20])
    assert len(linked) == 17
    for name, source in linked.items():
        assert f"def {'status_report' if name == 'action_required' else name}(" in source


def test_the_edges_between_groups_lead_in_one_direction() -> None:
    """Collapsed groups of the UI can be followed from left to right."""
    graph = defs().resolve_asset_graph()
    edges: dict[str, set[str]] = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        groups = {graph.get(parent).group_name for parent in node.parent_keys}
        edges.setdefault(node.group_name, set()).update(groups - {node.group_name})
    order = list(TopologicalSorter(edges).static_order())
    assert [name for name in order if name != "reports"] == [
        "source", "analysis", "plan", "render", "quality", "delivery",
    ]  # fmt: skip
