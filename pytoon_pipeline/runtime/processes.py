"""Runs other programs so that they end with this process's wish to stop, whoever waits for them; and what this process
uses.
"""

import multiprocessing
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import IO

from pytoon_pipeline.runtime import stopping

# How often a running program is asked whether it is still wanted.
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Ended:
    """A program that has ended: its exit code, its standard output and its standard error."""

    code: int
    output: bytes
    errors: bytes


def run(command: Sequence[str], data: bytes = b"", timeout: float | None = None, folder: Path | None = None) -> Ended:
    """Runs a program to its end with ``data`` as its input, in ``folder``.

    Raises ``TimeoutError`` after ``timeout`` seconds, ``Stopped`` soon after this process is asked to stop, and
    ``OSError`` when the program cannot start. The program has ended in any case.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    with (
        _file(data) as entered,
        subprocess.Popen(command, stdin=entered, stdout=PIPE, stderr=PIPE, cwd=folder) as process,
    ):
        try:
            while True:
                stopping.check()
                if deadline is not None and time.monotonic() > deadline:
                    raise TimeoutError
                with suppress(subprocess.TimeoutExpired):
                    output, errors = process.communicate(timeout=POLL_SECONDS)
                    return Ended(process.returncode, output, errors)
        except BaseException:
            process.kill()
            raise


@contextmanager
def _file(data: bytes) -> Iterator[IO[bytes]]:
    """``data`` as a file to read. ``communicate`` would lose what a program has not read at its first timeout."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        yield file


def peak_memory() -> int:
    """The most memory that this process and its living forks have occupied so far, in bytes (resident set size)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # In KiB on Linux, in bytes on macOS, which has no forks here: getrusage(2) of each.
    own = peak if sys.platform == "darwin" else peak * 1024
    return own + sum(_peak_of(fork.pid) for fork in multiprocessing.active_children() if fork.pid is not None)


def _peak_of(number: int) -> int:
    """Of another process, in bytes: proc(5). One that has just ended has none."""
    try:
        status = Path(f"/proc/{number}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
