"""The command ``dev``: everything that automatic processing needs, on this machine, until a person stops it."""

import argparse
import signal
import subprocess
import sys
from types import FrameType

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings, child_environment

UI_PORT, FILES_PORT = 3000, 8971
CODE_LOCATION = "pytoon_pipeline.definitions"
# Dagster advises another command, which is not part of what Pytoon installs.
DAGSTER = (sys.executable, "-W", "ignore:Function `dev_command` is superseded", "-m", "dagster", "dev")


def add_commands(commands: Commands) -> None:
    """Adds the command of this module to the parser."""
    parser = commands.add_parser("dev", help="watch the inbox; serve the Dagster UI and the videos to browsers")
    parser.add_argument("--port", type=int, default=UI_PORT, help="of the Dagster UI (default: %(default)s)")
    parser.add_argument("--files-port", type=int, default=FILES_PORT, help="of the videos (default: %(default)s)")
    parser.add_argument("--verbose", action="store_true", help="print what each sensor does")
    parser.set_defaults(run=_dev)


def _dev(options: argparse.Namespace) -> int:
    from pytoon_pipeline.cli.output import print_note
    from pytoon_pipeline.cli.rendering import open_runner
    from pytoon_pipeline.delivery.file_server import HOST, listen, serving
    from pytoon_pipeline.service.setup import setup

    home = Home.locate()
    setup(home, open_runner, print_note)
    with listen(options.port, "the Dagster UI") as probe:
        ui = f"http://{HOST}:{probe.getsockname()[1]}"
    with serving(home, options.files_port) as files:
        command = [*DAGSTER, "--module-name", CODE_LOCATION, "--host", HOST, "--port", ui.rpartition(":")[2]]
        level = "info" if options.verbose else "warning"
        environment = child_environment(
            DAGSTER_HOME=str(home.dagster), PYTOON_HOME=str(home.root), PYTOON_FILES_URL=files, PYTOON_UI_URL=ui
        )
        print(_places(home, ui, files), flush=True)
        # A shell makes its background jobs ignore Ctrl-C, and Dagster would inherit that.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with subprocess.Popen([*command, "--log-level", level], env=environment) as dagster:
            return _wait(dagster)


def _places(home: Home, ui: str, files: str) -> str:
    inbox = Settings.load().inbox or home.inbox
    return f"Dagster  {ui} (ready in about ten seconds; Ctrl-C stops it)\ninbox    {inbox}\nvideos   {files}"


def _wait(dagster: "subprocess.Popen[bytes]") -> int:
    """Waits until Dagster ends. It ends its own processes when it is interrupted, so it gets that signal for SIGTERM
    too. Ctrl-C reaches it directly.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        dagster.send_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, stop)
    while True:
        try:
            return dagster.wait()
        except KeyboardInterrupt:
            continue
