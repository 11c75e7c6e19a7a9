"""The words in which SQLite and PostgreSQL differ. All other SQL of the catalog means the same in both.

Texts compare by their bytes, as keys and names expect. Times are ``double precision``, which ``real`` means
in SQLite only.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Dialect:
    """``text`` is the type of texts, ``flag`` that of values that are true or false, and ``counter`` that of a primary
    key that counts up and never takes a number twice. ``name`` is the type of names, of which upper and lower case are
    the same. ``now`` is the time in seconds since the epoch, ``started`` when the server
    started, and ``random`` a text that nobody can guess.
    """

    engine: Literal["sqlite", "postgresql"]
    text: str
    name: str
    flag: str
    counter: str
    number: str
    now: str
    started: str
    random: str
    differs: str
    json_object: str

    def trigger(self, name: str, event: str, table: str, when: str, statement: str) -> tuple[str, ...]:
        """The statements that make a trigger, which executes ``statement`` for each row."""
        if self.engine == "sqlite":
            return (f"create trigger {name} {event} on {table} when {when} begin {statement}; end",)
        return (
            f"create function {name}() returns trigger language plpgsql as $$ begin {statement}; return null; end $$",
            f"create trigger {name} {event} on {table} for each row when ({when}) execute function {name}()",
        )

    def number_in(self, column: str, *path: str) -> str:
        """The number at ``path`` in a column of JSON; null where there is none."""
        if self.engine == "sqlite":
            return f"json_extract({column}, '$.{'.'.join(path)}')"
        return f"cast(cast({column} as json) #>> '{{{','.join(path)}}}' as double precision)"

    def text_in(self, column: str, *path: str) -> str:
        """The text at ``path`` in a column of JSON; null where there is none."""
        if self.engine == "sqlite":
            return f"json_extract({column}, '$.{'.'.join(path)}')"
        return f"cast({column} as json) #>> '{{{','.join(path)}}}'"

    def joined(self, column: str) -> str:
        """The texts of a column with commas between them."""
        return f"group_concat({column})" if self.engine == "sqlite" else f"string_agg({column}, ',')"


SQLITE = Dialect(
    engine="sqlite",
    text="text",
    name="text not null unique collate nocase",
    flag="integer",
    counter="integer primary key autoincrement",
    number="integer",
    now="(julianday('now') - 2440587.5) * 86400.0",
    started="0",
    random="lower(hex(randomblob(12)))",
    differs="is not",
    json_object="json_object",
)
POSTGRESQL = Dialect(
    engine="postgresql",
    text='text collate "C"',
    name='text collate "C" not null',
    flag="boolean",
    counter="bigint generated always as identity primary key",
    number="bigint",
    now="cast(extract(epoch from clock_timestamp()) as double precision)",
    started="cast(extract(epoch from pg_postmaster_start_time()) as double precision)",
    random="substr(replace(cast(gen_random_uuid() as text), '-', ''), 1, 24)",
    differs="is distinct from",
    json_object="json_build_object",
)
