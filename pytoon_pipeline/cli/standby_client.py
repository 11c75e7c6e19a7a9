"""Hands a command to the standby process, which has imported everything: see ``cli/standby.py``.

Imports nothing but the standard library: what it is for is to save imports.
"""

import hashlib
import json
import os
import signal
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

# Commands that neither ask nor run until they are stopped.
SERVED = frozenset({"render", "status", "submit", "transcript"})
# These open an editor, or ask in another way.
INTERACTIVE = frozenset({"--edit"})
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A path of a Unix socket has at most 107 bytes.
NAME_DIGITS = 16
STANDARD_STREAMS = (0, 1, 2)
# The standby process forks at once, or says that it does not serve this command.
ANSWER_SECONDS = 5.0


def socket_folder() -> Path:
    """Where the standby processes of this user listen. It may not exist."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime) / "pytoon" if runtime else Path(tempfile.gettempdir()) / f"pytoon-{os.getuid()}"


def socket_path() -> Path:
    """Where the standby process of this Python, this code and these packages listens."""
    code = f"{sys.executable}\n{Path(__file__).resolve()}"
    return socket_folder() / f"{hashlib.sha256(code.encode()).hexdigest()[:NAME_DIGITS]}.socket"


def is_private(path: Path) -> bool:
    """Whether only this user can write to the folder ``path``."""
    with suppress(OSError):
        facts = path.lstat()
        return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid() and not facts.st_mode & 0o077
    return False


def run_on_standby(arguments: Sequence[str]) -> int | None:
    """The exit code of a command that the standby process ran, or ``None`` when it does not run this one."""
    if not arguments or arguments[0] not in SERVED or not INTERACTIVE.isdisjoint(arguments):
        return None
    path = socket_path()
    if not is_private(path.parent):
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_SECONDS)
        try:
            connection.connect(str(path))
            _send(connection, _order(arguments))
            answers = connection.makefile()
            if answers.readline() != "started\n":
                return None
        except OSError:
            # No standby process listens, or it ends now. It has not begun the command.
            return None
        connection.settimeout(None)
        with _forwarding(connection):
            code = answers.readline()
    # A standby process that was killed takes its commands with it.
    return int(code) if code else 128 + signal.SIGKILL


def _order(arguments: Sequence[str]) -> dict[str, Any]:
    umask = os.umask(0)
    os.umask(umask)
    return {
        "arguments": [sys.argv[0], *arguments],
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "umask": umask,
        "ignored": [one for one in SIGNALS if signal.getsignal(one) is signal.SIG_IGN],
    }


def _send(connection: socket.socket, order: dict[str, Any]) -> None:
    """Sends the order, its length before it, and with it the standard streams of this process."""
    data = json.dumps(order).encode()
    socket.send_fds(connection, [len(data).to_bytes(4)], STANDARD_STREAMS)
    connection.sendall(data)


@contextmanager
def _forwarding(connection: socket.socket) -> Iterator[None]:
    """While the block runs, signals that would stop this process stop the command."""

    def forward(number: int, frame: FrameType | None) -> None:
        with suppress(OSError):
            connection.sendall(bytes([number]))

    handled = [one for one in SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]
    before = {one: signal.signal(one, forward) for one in handled}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
