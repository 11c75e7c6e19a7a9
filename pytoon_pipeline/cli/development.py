"""The command ``dev``: everything that automatic processing needs, on this machine, until a person stops it."""

import argparse
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from pytoon_pipeline.cli.options import Commands, port
from pytoon_pipeline.cli.output import say
from pytoon_pipeline.cli.stopping import SIGNALS
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings, child_environment

UI_PORT, FILES_PORT = 3000, 8971
CODE_LOCATION = "pytoon_pipeline.definitions"
# Dagster advises another command, which is not part of what Pytoon installs.
DAGSTER = (sys.executable, "-W", "ignore:Function `dev_command` is superseded", "-m", "dagster", "dev")
# How often the pages are asked whether they answer, and for how long an answer may take, in seconds.
ASK_SECONDS, ANSWER_SECONDS = 0.5, 10.0


def add_commands(commands: Commands) -> None:
    """Adds the command of this module to the parser."""
    parser = commands.add_parser("dev", help="watch the inbox; serve the Dagster UI and the videos to browsers")
    parser.add_argument("--port", type=port, default=UI_PORT, help="of the Dagster UI (default: %(default)s)")
    parser.add_argument("--files-port", type=port, default=FILES_PORT, help="of the videos (default: %(default)s)")
    parser.add_argument("--verbose", action="store_true", help="print what each sensor does")
    parser.set_defaults(run=_dev)


def _dev(options: argparse.Namespace) -> int:
    from pytoon_pipeline.cli.output import print_note
    from pytoon_pipeline.cli.rendering import open_runner
    from pytoon_pipeline.delivery.file_server import HOST, listen, serving
    from pytoon_pipeline.service.setup import setup

    home = Home.locate()
    setup(home, open_runner, print_note)
    with listen(options.port, "the Dagster UI", "--port") as probe:
        ui = f"http://{HOST}:{probe.getsockname()[1]}"
    with serving(home, options.files_port) as files:
        command = [*DAGSTER, "--module-name", CODE_LOCATION, "--host", HOST, "--port", ui.rpartition(":")[2]]
        level = "info" if options.verbose else "warning"
        settings = Settings.load()
        own = {"DAGSTER_HOME": str(home.dagster), "PYTOON_FILES_URL": files, "PYTOON_UI_URL": ui}
        environment = child_environment(**{**settings.paths_for_children(), **own})
        print(_places(settings.inbox or home.inbox, ui, files), flush=True)
        with _announcing(ui):
            return _run([*command, "--log-level", level], environment, home.dagster)


def _places(inbox: object, ui: str, files: str) -> str:
    return f"Dagster  {ui} (it answers in about ten seconds; Ctrl-C stops it)\ninbox    {inbox}\nvideos   {files}"


@contextmanager
def _announcing(url: str) -> Iterator[None]:
    """Says once that a page answers, if it does so while the block runs."""
    from http.client import HTTPException

    ended = threading.Event()

    def ask() -> None:
        while not ended.wait(ASK_SECONDS):
            with suppress(OSError, HTTPException):
                _get(url)
                if not ended.is_set():
                    say(f"Ready: {url}", sys.stdout)
                return

    threading.Thread(target=ask, daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _get(url: str) -> None:
    """Raises ``OSError`` or ``HTTPException`` when a page of this machine does not answer; asks no proxy."""
    # Every command loads this module, and few serve a page.
    from http.client import HTTPConnection

    with closing(HTTPConnection(urlsplit(url).netloc, timeout=ANSWER_SECONDS)) as connection:
        connection.request("GET", "/")
        connection.getresponse()


def _run(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> int:
    """Runs Dagster in ``folder``, where its settings are, until it ends. When this process is stopped, it interrupts
    Dagster, which then ends its own processes in order; that takes longer than other commands may take.
    """
    # Else cli/stopping.py would end this process first.
    watched = signal.set_wakeup_fd(-1)
    before = {one: signal.getsignal(one) for one in SIGNALS}
    # Dagster must not inherit that a shell makes its background jobs ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asked: list[int] = []
    # In a session of its own, it gets a signal only once, from here.
    with subprocess.Popen(command, env=environment, cwd=folder, start_new_session=True) as dagster:

        def stop(number: int, frame: FrameType | None) -> None:
            asked.append(number)
            say("\nStopping …", sys.stdout)
            dagster.send_signal(signal.SIGINT)

        for one, handler in before.items():
            ignored = handler is signal.SIG_IGN
            signal.signal(one, handler if ignored else stop)
        try:
            code = dagster.wait()
            if asked:
                say("Stopped.", sys.stdout)
            return code
        finally:
            signal.set_wakeup_fd(watched)
            for one, handler in before.items():
                signal.signal(one, handler)
