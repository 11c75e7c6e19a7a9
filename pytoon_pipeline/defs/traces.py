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

# By table. ``:name`` is the partition, ``:text`` a pattern for its name within JSON.
STATEMENTS = {
    "asset_check_executions": "delete from asset_check_executions where partition = :name",
    "asset_event_tags": "delete from asset_event_tags where event_id in "
    "(select id from event_logs where partition = :name)",
    # Results of checks without a run have their partition in the text only.
    "event_logs": "delete from event_logs where partition = :name "
    r"or (run_id = '' and event like :text escape '\')",
    "asset_keys": "update asset_keys set last_materialization = null, last_run_id = null "
    r"where last_materialization like :text escape '\'",
    "job_ticks": r"delete from job_ticks where tick_body like :text escape '\'",
    "bulk_actions": r"delete from bulk_actions where body like :text escape '\' and status != 'REQUESTED'",
    "dynamic_partitions": "delete from dynamic_partitions where partition = :name",
}


def databases(home: Home) -> Iterator[Path]:
    """The SQLite files of Dagster's storage."""
    yield from sorted(home.dagster.rglob("*.db"))


def erase_traces(home: Home, name: str) -> None:
    """Deletes what is left of the partition ``name``."""
    pattern = "".join(f"\\{one}" if one in "%_\\" else one for one in json.dumps(name))
    # Events are JSON within JSON in some tables.
    texts = {f"%{one}%" for one in (pattern, pattern.replace('"', '\\\\"'))}
    for path in databases(home):
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as database, database:
            tables = {one for (one,) in database.execute("select name from sqlite_master where type = 'table'")}
            for statement in (text for table, text in STATEMENTS.items() if table in tables):
                for text in texts:
                    database.execute(statement, {"name": name, "text": text})
