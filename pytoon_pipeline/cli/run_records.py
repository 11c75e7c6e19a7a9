"""What Dagster has recorded. Imports it, which takes a second, only in a home where it has run before."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytoon_pipeline.runtime.home import Home

if TYPE_CHECKING:
    from pytoon_pipeline.service.runner import RunRecords


@contextmanager
def run_records(home: Home) -> "Iterator[RunRecords]":
    """A ``service.runner.OpenRunRecords``."""
    from pytoon_pipeline.service.runner import NoRunRecords

    if not has_run(home):
        yield NoRunRecords()
        return
    from pytoon_pipeline.defs.run_records import open_run_records

    with open_run_records(home) as records:
        yield records


def has_run(home: Home) -> bool:
    """Whether the home has an instance of Dagster."""
    return (home.dagster / "dagster.yaml").is_file()
