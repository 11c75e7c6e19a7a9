"""What Dagster's storage keeps of an upload after its runs are deleted: results of checks, the latest materialization
of an asset, events without a run, and what sensors and backfills have asked for.

Dagster can delete these for all partitions of an asset only. Its storage is SQLite files or a PostgreSQL database.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.sqlite_files import BUSY_SECONDS, purge
from pytoon_pipeline.settings import Settings

# By table. ``:name`` is the partition; ``:text`` is a pattern for it as a value of JSON, and ``:part`` one for it as a
# part of a value.
STATEMENTS = {
    "asset_check_executions": "delete from asset_check_executions where partition = :name",
    "asset_event_tags": "delete from asset_event_tags where event_id in "
    "(select id from event_logs where partition = :name)",
    # Results of checks without a run have their partition in the text only.
    "event_logs": "delete from event_logs where partition = :name "
    r"or (run_id = '' and event like :text escape '\')",
    # The status of all partitions of an asset is a cache of Dagster's pages, which make it again.
    "asset_keys": "update asset_keys set cached_status_data = null, "
    r"last_run_id = case when last_materialization like :text escape '\' then null else last_run_id end, "
    r"last_materialization = case when last_materialization like :text escape '\' then null "
    r"else last_materialization end "
    r"where last_materialization like :text escape '\' or cached_status_data like :part escape '\'",
    "job_ticks": r"delete from job_ticks where tick_body like :part escape '\'",
    "bulk_actions": r"delete from bulk_actions where body like :text escape '\' and status != 'REQUESTED'",
    "dynamic_partitions": "delete from dynamic_partitions where partition = :name",
}
# The tables of sensors, and the column that has the key of the last run that one has asked for.
SENSORS = {"jobs": "job_body", "instigators": "instigator_body"}
RUNS = ("runs", "run_tags")
# Events are JSON within JSON in some tables. What such a value begins and ends with.
DEPTHS, QUOTES = 3, '\\"'


def databases(home: Home) -> Iterator[Path]:
    """The SQLite files of Dagster's storage."""
    yield from sorted(home.dagster.rglob("*.db"))


def erase_traces(home: Home, name: str) -> None:
    """Deletes what is left of the partition ``name``."""
    for engine in _engines(home):
        with _connected(engine) as connection:
            tables = set(sa.inspect(connection).get_table_names())
            for text in _as_json(name):
                values = {"name": name, "text": f"%{_pattern(text)}%", "part": f"%{_pattern(text.strip(QUOTES))}%"}
                for statement in (one for table, one in STATEMENTS.items() if table in tables):
                    connection.execute(sa.text(statement), values)
            for table in tables & SENSORS.keys():
                _erase_last_run(connection, table, SENSORS[table], name)
    _remove_tick_logs(home, name)


def purge_traces(home: Home) -> None:
    """Writes the databases anew, without the bytes of what was deleted.

    Raises ``TransientError`` while others use them.
    """
    for path in databases(home):
        purge(path)
    if (server := _server()) is None:
        return
    with _connected(server.execution_options(isolation_level="AUTOCOMMIT")) as connection:
        connection.execute(sa.text(f"set lock_timeout = '{BUSY_SECONDS}s'"))
        for table in {*STATEMENTS, *SENSORS, *RUNS} & set(sa.inspect(connection).get_table_names()):
            connection.execute(sa.text(f"vacuum full {table}"))


def _engines(home: Home) -> Iterator[sa.Engine]:
    for path in databases(home):
        url = sa.URL.create("sqlite", database=str(path))
        yield sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": BUSY_SECONDS})
    if (server := _server()) is not None:
        yield server


def _server() -> sa.Engine | None:
    secret = Settings.load().dagster_database
    return None if secret is None else sa.create_engine(secret.get_secret_value(), poolclass=sa.NullPool)


@contextmanager
def _connected(engine: sa.Engine) -> Iterator[sa.Connection]:
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        raise TransientError(
            "database_busy",
            "Dagster's database does not answer, or another process uses it.",
            "What was erased is still in it. Run the command again when less is going on.",
        ) from error


def _erase_last_run(connection: sa.Connection, table: str, column: str, name: str) -> None:
    """Removes the key of the last run that a sensor has asked for, where it is one of the partition."""
    for number, body in connection.execute(sa.text(f"select id, {column} from {table}")).all():
        state = json.loads(body)
        data = state.get("job_specific_data") or {}
        if name in (data.get("last_run_key") or ""):
            data["last_run_key"] = None
            statement = sa.text(f"update {table} set {column} = :body where id = :id")
            connection.execute(statement, {"body": json.dumps(state), "id": number})


def _as_json(name: str) -> Iterator[str]:
    """The name as JSON, as JSON within JSON, and so on."""
    text = json.dumps(name)
    for _ in range(DEPTHS):
        yield text
        text = json.dumps(text)[1:-1]


def _pattern(text: str) -> str:
    """A pattern that only ``text`` matches."""
    return "".join(f"\\{one}" if one in "%_\\" else one for one in text)


def _remove_tick_logs(home: Home, name: str) -> None:
    """Removes what ticks of sensors have logged and that mentions the name."""
    for path in (home.dagster / "storage" / "__repository__").rglob("*"):
        if path.is_file() and name.encode() in path.read_bytes():
            path.unlink()
