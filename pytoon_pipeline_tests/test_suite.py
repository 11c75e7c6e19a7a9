"""The suite itself: where tests are, what they may import, and that none depends on the speed of the machine."""

import ast
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytoon_pipeline.operations.retries import DELAYS

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "pytoon_pipeline"
DOCUMENTS = TESTS.parent / "docs"
# Tests of the whole, and what tests and benchmarks share.
ELSEWHERE = ("e2e", "harness")
# Lists of cases with which a whole package is tested.
CASES = (Path("cli/test_mistakes.py"),)


def test_each_unit_is_tested_where_one_looks_for_it() -> None:
    """``a/b/test_c.py`` tests the module or package ``a/b/c``; ``a/b/test_b.py`` tests all of ``a/b``."""
    lost = []
    for path in TESTS.rglob("test_*.py"):
        place, name = path.parent.relative_to(TESTS), path.stem.removeprefix("test_")
        if place == Path(".") or place.parts[0] in ELSEWHERE or path.relative_to(TESTS) in CASES:
            continue
        folder = PACKAGE / place
        module, package, all_of = folder / f"{name}.py", folder / name, folder.is_dir() and folder.name == name
        if not (module.is_file() or package.is_dir() or all_of):
            lost.append(str(path.relative_to(TESTS)))
    assert lost == []


def imported(path: Path) -> set[str]:
    """Names of the modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def test_tests_and_benchmarks_share_the_harness_and_do_not_import_each_other() -> None:
    benchmarks = TESTS.parent / "benchmarks"
    for path in (*TESTS.rglob("*.py"), *benchmarks.glob("*.py")):
        for name in imported(path):
            own = benchmarks in path.parents
            assert not name.startswith("benchmarks") or own, f"{path} imports {name}"
            if name.startswith("pytoon_pipeline_tests.") and (own or "harness" in path.parts):
                assert name.startswith("pytoon_pipeline_tests.harness"), f"{path} imports {name}"
            assert ".test_" not in name, f"{path} imports {name}"


def slowly(number: int) -> int:
    time.sleep(0.15)
    return number


@settings(max_examples=10)
@given(st.integers().map(slowly))
def test_properties_hold_however_slow_examples_are(number: int) -> None:
    """Longer than any health check or deadline of Hypothesis allows by default."""
    slowly(number)


@pytest.mark.parametrize("name", ["operations.md", "quality.md"])
def test_documents_say_how_often_a_killed_run_is_retried(name: str) -> None:
    assert f"{len(DELAYS['transient'])} times" in (DOCUMENTS / name).read_text()
