"""Leases: what a living process holds, of all machines that share the catalog.

A lease ends when its holder gives it up, or has not renewed it for ``TERM_SECONDS``. Only the clock of the database
counts. While the database was away nobody could renew: after it has started, no lease ends for that time.
"""

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.sqlite_file import SqliteFile

TERM_SECONDS = 60.0


class Leases:
    """Leases by name. A holder is known by its ``token``, which nobody else has."""

    def __init__(self, database: Database | SqliteFile) -> None:
        self._database = database
        now, started = database.dialect.now, database.dialect.started
        self._end = f"{now} + {TERM_SECONDS}"
        self._lives = f"(until > {now} or {started} + {TERM_SECONDS} > {now})"

    def take(self, name: str, token: str, holder: str) -> bool:
        """Whether the lease was free, or this token has it already. ``holder`` says to people who has it."""
        statement = (
            f"insert into leases (name, token, holder, until) values (:name, :token, :holder, {self._end}) "
            "on conflict (name) do update set token = excluded.token, holder = excluded.holder, until = excluded.until "
            f"where leases.token = excluded.token or not {self._lives.replace('until', 'leases.until')}"
        )
        with self._database.write() as database:
            return database.execute(statement, {"name": name, "token": token, "holder": holder}).rowcount > 0

    def renew(self, token: str) -> bool:
        """Whether the token still has a lease, which now ends later."""
        with self._database.write(durable=False) as database:
            return database.execute(f"update leases set until = {self._end} where token = ?", (token,)).rowcount > 0

    def release(self, token: str) -> None:
        with self._database.write() as database:
            database.execute("delete from leases where token = ?", (token,))

    def live(self) -> dict[str, str]:
        """The holders of all leases, by name."""
        with self._database.read() as database:
            return dict(database.execute(f"select name, holder from leases where {self._lives}").fetchall())
