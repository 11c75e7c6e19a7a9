"""The command ``standby``: it becomes the process of ``cli/standby_server.py``."""

import argparse
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.standby_client import SERVED, is_private, socket_path
from pytoon_pipeline.contracts.errors import InvalidInput

# A program of its own: importing it would import every command.
SERVER = "pytoon_pipeline.cli.standby_server"


def add_commands(commands: Commands) -> None:
    """Adds the command of this module to the parser."""
    served = ", ".join(sorted(SERVED))
    parser = commands.add_parser("standby", help=f"stay loaded, so that {served} answer faster, until you stop it")
    parser.set_defaults(run=_standby)


def _standby(options: argparse.Namespace) -> int:
    from pytoon_pipeline.runtime.fork_server import CAN_FORK

    if not CAN_FORK:
        raise InvalidInput("no_fork", f"Processes cannot fork safely on {sys.platform}.", "Type commands without it.")
    _check_place(socket_path())
    os.execv(sys.executable, [sys.executable, "-m", SERVER])


def _check_place(path: Path) -> None:
    """Creates the folder of the socket. Raises ``InvalidInput`` when another standby process listens there, or when
    another user could.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_private(path.parent):
        message = f"Others can write to the folder {path.parent}."
        raise InvalidInput("standby_folder", message, "Remove it, or set XDG_RUNTIME_DIR to a folder of your own.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, suppress(OSError):
        probe.connect(str(path))
        raise InvalidInput("standby_runs", "Another standby process runs already.", "Use that one, or end it first.")
