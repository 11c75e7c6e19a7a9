"""The standby process: it has imported everything, and forks for each command that is typed meanwhile.

Half of what it takes to render an edit again are imports. Commands find this process by its socket; each runs in a fork
with the arguments, folder, environment and standard streams of the process that the person started, which passes
signals on and ends with the same exit code. It runs a single thread and holds nothing open, so that a fork finds no
lock held and no connection shared.
"""

import gc
import io
import json
import os
import pkgutil
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytoon_pipeline.cli
import pytoon_pipeline.service
from pytoon_pipeline.cli.main import run_here
from pytoon_pipeline.cli.parser import build_parser
from pytoon_pipeline.cli.standby_client import SERVED, SIGNALS, STANDARD_STREAMS, socket_path
from pytoon_pipeline.defs.launcher import code_version
from pytoon_pipeline.settings import child_environment, replace_environment

# Libraries read these variables when they are imported: commands with other values are not served.
AT_IMPORT = ("CUDA", "DAGSTER", "LANG", "LC_", "LD_", "MKL", "NUMBA", "OMP_", "OPENBLAS", "OPENCV", "PYTHON", "TORCH")
# Dagster's home is set by each command.
SET_LATER = frozenset({"DAGSTER_HOME"})
MAX_ORDER_BYTES = 4 << 20
READ_SECONDS = 5.0
STANDARD_OUTPUT = 1


def main() -> int:
    """Serves commands until Ctrl-C. When the code has changed, it starts again with the new one."""
    # Before libraries set variables of their own.
    environment, version, began = child_environment(), code_version(), time.monotonic()
    try:
        _preload()
        with _listening(socket_path()) as listener:
            standby = Standby(listener, lambda: code_version() == version, environment)
            served, seconds = ", ".join(sorted(SERVED)), time.monotonic() - began
            say(f"Loaded in {seconds:.1f} s: {served} answer faster now. Ctrl-C ends it.")
            try:
                standby.serve()
            finally:
                standby.stop()
    except KeyboardInterrupt:
        say("Stopped.")
        return 0
    say("The code has changed: loading it.")
    os.execve(sys.executable, [sys.executable, "-m", __spec__.name], environment)


def say(sentence: str) -> None:
    """Writes to standard output as long as somebody reads it: commands are served all the same."""
    with suppress(BrokenPipeError):
        os.write(STANDARD_OUTPUT, f"{sentence}\n".encode())


def _preload() -> None:
    """Imports the modules of all commands and of runs, and builds what each of them would."""
    from pytoon_pipeline.defs.run_worker import preload

    preload()
    for package in (pytoon_pipeline.cli, pytoon_pipeline.service):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    build_parser()
    gc.collect()
    # The collector of a fork would otherwise write to, and so copy, the memory that all forks share.
    gc.freeze()


@contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        listener.listen()
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


@dataclass
class Command:
    """A fork that runs a command, and the connection of the process that a person started."""

    connection: socket.socket
    number: int
    ended: int


@dataclass
class Standby:
    """Serves commands until the code has changed and the last one has ended."""

    listener: socket.socket
    is_current: Callable[[], bool]
    environment: Mapping[str, str]
    commands: list[Command] = field(default_factory=list)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def serve(self) -> None:
        self.selector.register(self.listener, selectors.EVENT_READ, self._accept)
        current = True
        while current or self.commands:
            for key, _ in self.selector.select():
                current = key.data() is not False and current

    def stop(self) -> None:
        """Stops the commands, and waits for them."""
        for command in [*self.commands]:
            signal.pidfd_send_signal(command.ended, signal.SIGTERM)
            self._reap(command)

    def _accept(self) -> bool:
        """Starts a command. False when the code has changed since this process imported it: it starts no more."""
        connection, _ = self.listener.accept()
        if not (current := self.is_current()):
            self.selector.unregister(self.listener)
            self.listener.close()
        try:
            connection.settimeout(READ_SECONDS)
            order, streams = _received(connection)
            if current and self._serves(order):
                self._start(connection, order, streams)
            else:
                connection.close()
            for stream in streams:
                os.close(stream)
        except (OSError, ValueError):
            # The other process has ended, or is none of ours.
            connection.close()
        return current

    def _serves(self, order: Mapping[str, Any]) -> bool:
        return _read_at_import(order["environment"]) == _read_at_import(self.environment)

    def _start(self, connection: socket.socket, order: Mapping[str, Any], streams: list[int]) -> None:
        connection.sendall(b"started\n")
        if (number := os.fork()) == 0:
            # Whatever happens, a fork must not go on as the server.
            try:
                self._close(connection)
                _run(order, streams)
            finally:
                os._exit(1)
        command = Command(connection, number, os.pidfd_open(number))
        self.commands.append(command)
        self.selector.register(command.ended, selectors.EVENT_READ, lambda: self._reap(command))
        self.selector.register(connection, selectors.EVENT_READ, lambda: self._pass_on(command))

    def _close(self, connection: socket.socket) -> None:
        """In a fork: what only the server needs."""
        for one in (connection, self.listener, *(command.connection for command in self.commands)):
            one.close()
        for command in self.commands:
            os.close(command.ended)
        self.selector.close()

    def _pass_on(self, command: Command) -> None:
        """Signals go to the command. One whose terminal is gone is told so."""
        try:
            numbers = command.connection.recv(16)
        except OSError:
            numbers = b""
        for number in numbers or bytes([signal.SIGHUP]):
            signal.pidfd_send_signal(command.ended, number)
        if not numbers:
            self.selector.unregister(command.connection)

    def _reap(self, command: Command) -> None:
        _, status = os.waitpid(command.number, 0)
        code = os.waitstatus_to_exitcode(status)
        with suppress(OSError):
            command.connection.sendall(f"{code if code >= 0 else 128 - code}\n".encode())
        self.selector.unregister(command.ended)
        with suppress(KeyError):
            self.selector.unregister(command.connection)
        os.close(command.ended)
        command.connection.close()
        self.commands.remove(command)


def _received(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """What ``standby_client`` has sent. Raises ``ValueError`` for anything else."""
    head, streams, _, _ = socket.recv_fds(connection, 4, len(STANDARD_STREAMS))
    size = int.from_bytes(head)
    if len(streams) != len(STANDARD_STREAMS) or len(head) != 4 or size > MAX_ORDER_BYTES:
        for stream in streams:
            os.close(stream)
        raise ValueError("not an order")
    with connection.makefile("rb") as sent:
        return json.loads(sent.read(size)), streams


def _read_at_import(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(AT_IMPORT) and name not in SET_LATER}


def _run(order: Mapping[str, Any], streams: list[int]) -> None:
    """What a fork executes: the command line, as if it had been started as a program."""
    from pytoon_pipeline.defs.run_worker import after_fork

    # A signal to the group of the standby process is not for its commands.
    os.setsid()
    for number, stream in zip(STANDARD_STREAMS, streams, strict=True):
        os.dup2(stream, number)
        os.close(stream)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=sys.stdout.isatty())
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN if one in order["ignored"] else signal.SIG_DFL)
    if signal.SIGINT not in order["ignored"]:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    replace_environment(order["environment"])
    time.tzset()
    os.chdir(order["folder"])
    os.umask(order["umask"])
    sys.argv[:] = order["arguments"]
    after_fork()
    run_here()


if __name__ == "__main__":
    # A shell makes background jobs ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
