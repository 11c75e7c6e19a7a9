"""A program from which processes fork: they write what they do to the file that their order names."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from pytoon_pipeline.runtime.fork_server import connection_from, serve


def work(order: str) -> None:
    """Waits until it is told how to end, and then ends so: a number of a signal, or an exit code."""
    path = Path(order)
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    calm = handlers == [signal.default_int_handler, signal.SIG_DFL]
    path.write_text(f"{os.getpid()} {os.getppid()} {calm} {threading.active_count()}")
    while not (told := path.with_suffix(".end")).exists():
        time.sleep(0.02)
    sys.exit(int(told.read_text()))


def failed(order: str, code: int) -> None:
    Path(order).with_suffix(".failed").write_text(str(code))


if __name__ == "__main__":
    serve(connection_from(sys.argv[1]), work, failed)
