"""Connections of SQLAlchemy to a real server, kept for the next query."""

import os
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from pytoon_pipeline.defs.kept_connections import kept_connections
from pytoon_pipeline_tests.harness.postgres import postgres


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgres() as found:
        yield found


@pytest.fixture
def engine(url: str) -> Engine:
    """As Dagster opens its storage: each query has a connection of its own."""
    return create_engine(url.replace(":", "+psycopg2:", 1), isolation_level="AUTOCOMMIT", poolclass=NullPool)


def backend(engine: Engine) -> int:
    """The process of the server that answers a query."""
    with engine.connect() as connection:
        return int(connection.execute(text("select pg_backend_pid()")).scalar_one())


def test_the_next_query_has_the_connection_of_the_last(engine: Engine, url: str) -> None:
    with kept_connections():
        assert backend(engine) == backend(engine)
        with engine.connect() as one:
            first = one.execute(text("select pg_backend_pid()")).scalar_one()
            assert backend(engine) != first, "one that is in use is not shared"
    assert backend(engine) != backend(engine)


def test_nothing_stays_open_after_the_block(engine: Engine, url: str) -> None:
    with kept_connections():
        backend(engine)
    with closing(psycopg2.connect(url)) as other, other.cursor() as cursor:
        cursor.execute("select count(*) from pg_stat_activity where datname is not null and pid <> pg_backend_pid()")
        assert cursor.fetchone() == (0,)


def test_a_connection_that_the_server_has_closed_is_replaced(engine: Engine, url: str) -> None:
    with kept_connections():
        before = backend(engine)
        with closing(psycopg2.connect(url)) as other, other.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s, 10000)", (before,))
        assert backend(engine) != before


def test_a_fork_has_connections_of_its_own(engine: Engine) -> None:
    with kept_connections():
        before = backend(engine)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = 0 if backend(engine) != before else 2
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
        assert backend(engine) == before
