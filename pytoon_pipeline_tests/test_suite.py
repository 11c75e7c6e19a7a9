"""The suite itself: no test depends on how fast the machine is, and documents say what the code does."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytoon_pipeline.operations.retries import DELAYS

DOCUMENTS = Path(__file__).parents[1] / "docs"


def slowly(number: int) -> int:
    time.sleep(0.15)
    return number


@settings(max_examples=10)
@given(st.integers().map(slowly))
def test_properties_hold_however_slow_examples_are(number: int) -> None:
    """Longer than any health check or deadline of Hypothesis allows by default."""
    slowly(number)


@pytest.mark.parametrize("name", ["operations.md", "quality.md"])
def test_documents_tell_how_often_a_killed_run_is_tried_again(name: str) -> None:
    assert f"{len(DELAYS['transient'])} times" in (DOCUMENTS / name).read_text()
