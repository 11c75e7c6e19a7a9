"""The entry point of the command line: runs one command and turns errors into exit codes.

Imports nothing but the standard library until a command runs, so that Ctrl-C is answered from the first moment on.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from pytoon_pipeline.cli.stopping import MESSAGE, STANDARD_ERROR, exit_code, stoppable, stopped

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.errors import PytoonError

# The exit code that a shell reports for a command that SIGPIPE ended.
READER_GONE = 128 + signal.SIGPIPE


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns the exit code: 0 for success, 1 for an error, 130 when a person stopped it.

    Raises ``SystemExit`` with code 2 for wrong usage, and ``BrokenPipeError`` when the reader of the output is gone.
    """
    try:
        with stoppable():
            return _run(arguments)
    except (KeyboardInterrupt, Exception) as error:
        if isinstance(error, KeyboardInterrupt) or stopped():
            return _say_stopped(None)
        raise


def _run(arguments: Sequence[str] | None) -> int:
    from pytoon_pipeline.cli.parser import build_parser
    from pytoon_pipeline.cli.system_errors import explained
    from pytoon_pipeline.contracts.errors import PytoonError
    from pytoon_pipeline.runtime.stopping import Stopped

    options = build_parser().read(arguments)
    try:
        return int(options.run(options))
    except (KeyboardInterrupt, Stopped):
        return _say_stopped(options)
    except BrokenPipeError:
        raise
    except (PytoonError, OSError) as error:
        if stopped():
            return _say_stopped(options)
        return _fail(options, error if isinstance(error, PytoonError) else explained(error, options))


def _fail(options: argparse.Namespace, error: "PytoonError") -> int:
    from pytoon_pipeline.cli.output import print_error, print_json

    if options.json:
        print_json(options.failed(error))
    print_error(error)
    return 1


def _say_stopped(options: argparse.Namespace | None) -> int:
    with suppress(OSError, AttributeError):
        sys.stderr.write(f"{MESSAGE}\n")
    if options is not None and options.json:
        from pytoon_pipeline.cli.output import print_json
        from pytoon_pipeline.contracts.errors import stopped_by_person

        with suppress(OSError):
            print_json(options.failed(stopped_by_person()))
    return exit_code()


def script() -> None:
    """The installed command."""
    from pytoon_pipeline.cli.standby_client import run_on_standby

    _reserve_standard_streams()
    if (code := run_on_standby(sys.argv[1:])) is not None:
        os._exit(code)
    run_here()


def run_here() -> None:
    """Runs the command in this process, and ends it at once: tearing down a thousand modules takes half a second.

    When the reader of its output is gone (``pytoon status | head``), it ends as quietly as other commands do.
    """
    try:
        try:
            code = main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        for stream in (sys.stdout, sys.stderr):
            # None where the shell has closed it (>&-).
            if stream is not None:
                stream.flush()
    except BrokenPipeError:
        code = READER_GONE
    os._exit(code)


def _reserve_standard_streams() -> None:
    """Opens what the shell has closed (2>&-): else the next file takes the number, and gets what libraries print."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= STANDARD_ERROR:
        pass
    os.close(descriptor)


if __name__ == "__main__":
    script()
