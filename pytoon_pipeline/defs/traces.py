"""What Dagster's SQLite storage keeps of an upload after its runs are deleted: results of checks, the latest
materialization of an asset, events without a run, and what sensors and backfills have asked for.

Dagster can delete these for all partitions of an asset only. With another storage, nothing is done here.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.sqlite_files import BUSY_SECONDS

# By table. ``:name`` is the partition, ``:plain`` a pattern for it, ``:text`` one for it as a value of JSON, and
# ``:part`` one for it as a part of a value.
STATEMENTS = {
    "asset_check_executions": "delete from asset_check_executions where partition = :name",
    "asset_event_tags": "delete from asset_event_tags where event_id in "
    "(select id from event_logs where partition = :name)",
    # Results of checks without a run have their partition in the text only.
    "event_logs": "delete from event_logs where partition = :name "
    r"or (run_id = '' and event like :text escape '\')",
    "asset_keys": "update asset_keys set last_materialization = null, last_run_id = null "
    r"where last_materialization like :text escape '\'",
    "job_ticks": r"delete from job_ticks where tick_body like :part escape '\'",
    **{
        # The key of the last run that a sensor has asked for.
        table: f"update {table} set {body} = json_set({body}, '$.job_specific_data.last_run_key', null) "
        rf"where json_extract({body}, '$.job_specific_data.last_run_key') like :plain escape '\'"
        for table, body in (("jobs", "job_body"), ("instigators", "instigator_body"))
    },
    "bulk_actions": r"delete from bulk_actions where body like :text escape '\' and status != 'REQUESTED'",
    "dynamic_partitions": "delete from dynamic_partitions where partition = :name",
}


def databases(home: Home) -> Iterator[Path]:
    """The SQLite files of Dagster's storage."""
    yield from sorted(home.dagster.rglob("*.db"))


def erase_traces(home: Home, name: str) -> None:
    """Deletes what is left of the partition ``name``."""
    plain, text = _pattern(name), _pattern(json.dumps(name))
    values = {"name": name, "plain": f"%{plain}%", "part": f"%{text[1:-1]}%"}
    # Events are JSON within JSON in some tables.
    texts = {f"%{one}%" for one in (text, text.replace('"', '\\\\"'))}
    for path in databases(home):
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as database, database:
            tables = {one for (one,) in database.execute("select name from sqlite_master where type = 'table'")}
            for statement in (text for table, text in STATEMENTS.items() if table in tables):
                for one in texts:
                    database.execute(statement, {**values, "text": one})
    _remove_tick_logs(home, name)


def _pattern(text: str) -> str:
    """A pattern that only ``text`` matches."""
    return "".join(f"\\{one}" if one in "%_\\" else one for one in text)


def _remove_tick_logs(home: Home, name: str) -> None:
    """Removes what ticks of sensors have logged and that mentions the name."""
    for path in (home.dagster / "storage" / "__repository__").rglob("*"):
        if path.is_file() and name.encode() in path.read_bytes():
            path.unlink()
