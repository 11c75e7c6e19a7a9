"""Takes an upload out of the logs and out of the tables that were made of them."""

import json
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytoon_pipeline.reporting.log_tables import COLUMNS
from pytoon_pipeline.runtime.atomic import atomic_path


@dataclass(frozen=True)
class Mentions:
    """How lines mention uploads: by ``keys``, by ``names`` as values of their own, and by the names of ``files``."""

    keys: Collection[str]
    names: Collection[str]
    files: Collection[str]

    def in_line(self, line: str) -> bool:
        """Whether a line of a log is about one of the uploads."""
        try:
            fields = json.loads(line)
        except ValueError:
            return any(one in line for one in (*self.keys, *self.files))
        values = [str(one) for one in fields.values()] if isinstance(fields, Mapping) else []
        return (
            any(one in line for one in self.keys)
            or not set(self.names).isdisjoint(values)
            or any(self._names_file(one) for one in values)
        )

    def _names_file(self, value: str) -> bool:
        return any(re.search(rf"(?<![\w.-]){re.escape(one)}(?![\w-])", value) for one in self.files)


def erase_from_logs(logs: Path, mentions: Mentions) -> int:
    """Overwrites lines about the uploads. Returns how many.

    A line keeps its place and its time, so processes that append meanwhile are not disturbed.
    """
    return sum(_erase_lines(log, mentions) for log in sorted(logs.glob("*.jsonl")))


def _erase_lines(log: Path, mentions: Mentions) -> int:
    erased, place = 0, 0
    with log.open("r+b", buffering=0) as file:
        for line in file.read().splitlines(keepends=True):
            text = line.decode("utf-8", "replace")
            if mentions.in_line(text):
                os.pwrite(file.fileno(), _blank(text, len(line.rstrip(b"\r\n"))), place)
                erased += 1
            place += len(line)
        if erased:
            os.fsync(file.fileno())
    return erased


def _blank(line: str, length: int) -> bytes:
    """What takes the place of a line: as many bytes, with its time."""
    try:
        fields: Any = json.loads(line)
        text = json.dumps({"time": fields["time"], "event": "erased"}).encode()
    except (ValueError, KeyError, TypeError):
        text = b""
    return text.ljust(length) if len(text) <= length else b" " * length


def erase_from_tables(metrics: Path, mentions: Mentions) -> int:
    """Writes tables anew without the rows of the uploads. Returns how many rows there were."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    erased = 0
    texts = [name for name, kind in COLUMNS.items() if kind == "text"]
    wanted = list({*mentions.keys, *mentions.names})
    for path in sorted(metrics.glob("*.parquet")):
        table = pq.read_table(path)
        hit = None
        for name in set(texts) & set(table.column_names):
            found = pc.is_in(table[name], value_set=_strings(wanted))
            hit = found if hit is None else pc.or_(hit, found)
        count = 0 if hit is None else int(pc.sum(hit).as_py() or 0)
        if count:
            with atomic_path(path) as tmp_path:
                pq.write_table(table.filter(pc.invert(hit)), tmp_path)
            erased += count
    return erased


def _strings(values: list[str]) -> Any:
    import pyarrow as pa

    return pa.array(values, pa.string())
