"""The kinds of databases that accounts are kept in."""

from collections.abc import Iterator

import pytest

from pytoon_pipeline_tests.harness.postgres import postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The kind of the database; that of PostgreSQL is a server of this test."""
    if request.param == "sqlite":
        yield "sqlite"
        return
    with postgres() as url:
        monkeypatch.setenv("PYTOON_API_DATABASE", url.replace(":", "+psycopg:", 1))
        yield "postgresql"
