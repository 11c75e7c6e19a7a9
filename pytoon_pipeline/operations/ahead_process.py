"""Works ahead of the runs of a command in another process: Dagster keeps this one busy while a small edit renders."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.operations.work_ahead import compute_ahead, work_ahead, working_ahead
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.logs import write_to
from pytoon_pipeline.runtime.worker_process import Send, WorkerProcess, may_fork
from pytoon_pipeline.store.opening import open_store
from pytoon_pipeline.store.relay import Receiver, Sender

Order = tuple[Home, SourceMedia]


class AheadProcess:
    """The process that works ahead of one run after the other. It forks before the first; where it cannot, threads of
    this process work ahead.
    """

    def __init__(self) -> None:
        self._receiver = Receiver()
        self._worker: WorkerProcess | None = None
        self._first = True

    def __enter__(self) -> "AheadProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    @contextmanager
    def working_on(self, home: Home, upload: SourceMedia) -> Iterator[None]:
        """Inside the block, the stages of ``upload`` are computed ahead of a run that asks for them."""
        if self._first and may_fork():
            self._worker = WorkerProcess(_work, self._receiver.receive, self._receiver.close)
        self._first = False
        with working_ahead():
            if self._worker is None:
                work_ahead(home, open_store(home, load_operations().min_free_bytes), upload)
                yield
                return
            with self._receiver.expecting():
                self._worker.send((home, upload))
                yield
        if self._receiver.busy:
            # The run has failed, and nobody asks for the rest.
            self._close()

    def _close(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def _work(order: Order, send: Send) -> None:
    home, upload = order
    write_to(home.logs)
    with Sender(send).sending():
        compute_ahead(home, open_store(home, load_operations().min_free_bytes), upload)
