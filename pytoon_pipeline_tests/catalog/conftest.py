"""The kinds of databases that the catalog is kept in."""

from collections.abc import Iterator

import pytest

from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.postgres import empty_catalog, postgres


@pytest.fixture(scope="session")
def _server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
def server(_server: str) -> str:
    """The URL of a PostgreSQL database without a catalog."""
    empty_catalog(_server)
    return _server


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose catalog is of each kind."""
    if request.param == "postgresql":
        monkeypatch.setenv("PYTOON_CATALOG", request.getfixturevalue("server"))
    return Home.locate()
