"""Runs other programs so that they end with this process's wish to stop, whoever waits for them."""

import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE

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
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=folder) as process:
        entered: bytes | None = data
        try:
            while True:
                stopping.check()
                if deadline is not None and time.monotonic() > deadline:
                    raise TimeoutError
                with suppress(subprocess.TimeoutExpired):
                    output, errors = process.communicate(entered, POLL_SECONDS)
                    return Ended(process.returncode, output, errors)
                # The next call goes on where this one stopped, and refuses another input.
                entered = None
        except BaseException:
            process.kill()
            raise
