"""A PostgreSQL server on loopback, for tests; it ends with its block."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

# PostgreSQL does not run as root; the packages of distributions create this user.
USER = "postgres"
OPTIONS = "-c listen_addresses= -c fsync=off -c max_connections=100"


def program(name: str) -> str | None:
    """The path of one of PostgreSQL's programs; Debian keeps them outside the search path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([*map(str, places), os.environ.get("PATH", "")]))


@dataclass(frozen=True)
class Server:
    """A server, which is reached through a socket in its ``folder``. ``url`` is that of an empty database."""

    control: str
    folder: Path
    user: str | None

    @property
    def url(self) -> str:
        return f"postgresql://pytoon@/postgres?host={self.folder}"

    def start(self) -> None:
        self._control("-w", "-o", f"{OPTIONS} -k {self.folder}", "-l", str(self.folder / "log"), "start")

    def stop(self) -> None:
        """Ends it as if its machine had crashed."""
        self._control("-m", "immediate", "stop")

    def _control(self, *arguments: str) -> None:
        _run([self.control, "-D", str(self.folder / "data"), *arguments], self.user, self.folder)


@contextmanager
def server() -> Iterator[Server]:
    """A new server."""
    initdb, control = program("initdb"), program("pg_ctl")
    if initdb is None or control is None:
        pytest.skip("PostgreSQL is not installed.")
    user = USER if os.getuid() == 0 else None
    if user is not None and user not in {one.pw_name for one in pwd.getpwall()}:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres.")
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        folder = Path(name)
        if user is not None:
            shutil.chown(folder, user)
        _run([initdb, "-D", str(folder / "data"), "-U", "pytoon", "--auth=trust", "-N"], user, folder)
        started = Server(control, folder, user)
        started.start()
        try:
            yield started
        finally:
            started.stop()


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database of a new server."""
    with server() as started:
        yield started.url


def _run(command: list[str], user: str | None, folder: Path) -> None:
    subprocess.run(command, user=user, cwd=folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def empty_catalog(url: str) -> None:
    """Removes the catalog from a database."""
    import psycopg2

    from pytoon_pipeline.catalog.postgresql import SCHEMA

    with closing(psycopg2.connect(url)) as opened:
        opened.autocommit = True
        opened.cursor().execute(f"drop schema if exists {SCHEMA} cascade")
