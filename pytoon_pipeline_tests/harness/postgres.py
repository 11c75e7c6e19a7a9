"""A PostgreSQL server on loopback, for tests; it ends with its block."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# PostgreSQL does not run as root; the packages of distributions create this user.
USER = "postgres"
OPTIONS = "-c listen_addresses= -c fsync=off -c max_connections=30"


def program(name: str) -> str | None:
    """The path of one of PostgreSQL's programs; Debian keeps them outside the search path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([*map(str, places), os.environ.get("PATH", "")]))


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database of a new server, which is reached through a socket in its folder."""
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
        data = folder / "data"
        _run([initdb, "-D", str(data), "-U", "pytoon", "--auth=trust", "-N"], user, folder)
        options = f"{OPTIONS} -k {folder}"
        _run([control, "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start"], user, folder)
        try:
            yield f"postgresql+psycopg://pytoon@/postgres?host={folder}"
        finally:
            _run([control, "-D", str(data), "-m", "immediate", "stop"], user, folder)


def _run(command: list[str], user: str | None, folder: Path) -> None:
    subprocess.run(command, user=user, cwd=folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
