"""The entry point of the command line: runs one command and turns errors into exit codes."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from pytoon_pipeline.cli.output import print_error, print_json
from pytoon_pipeline.cli.parser import build_parser
from pytoon_pipeline.contracts.errors import PytoonError, system_error

# The exit code that a shell reports for a command that SIGPIPE ended.
READER_GONE = 128 + signal.SIGPIPE


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns the exit code: 0 for success, 1 for an error.

    Raises ``SystemExit`` with code 2 for wrong usage, and ``BrokenPipeError`` when the reader of the output is gone.
    """
    options = build_parser().read(arguments)
    try:
        return int(options.run(options))
    except PytoonError as error:
        return _fail(options, error)
    except BrokenPipeError:
        raise
    except OSError as error:
        return _fail(options, system_error(error))
    except KeyboardInterrupt:
        print("Stopped. Finished stages are kept; run the same command again to resume.", file=sys.stderr)
        return 1


def _fail(options: argparse.Namespace, error: PytoonError) -> int:
    if options.json:
        print_json(options.failed(error))
    print_error(error)
    return 1


def script() -> None:
    """The installed command. Ends the process at once: tearing down a thousand modules takes half a second.

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


if __name__ == "__main__":
    script()
