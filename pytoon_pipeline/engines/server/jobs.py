"""Orders at the server: what each lacks, its turn to be rendered, and what came of it."""

import logging
import shutil
import threading
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from pytoon_pipeline.contracts.artifact import Artifact, StoredFile
from pytoon_pipeline.contracts.errors import (
    UNWRITABLE,
    InternalError,
    InvalidInput,
    PytoonError,
    TransientError,
    storage_unwritable,
)
from pytoon_pipeline.engines.engine import Engine, RenderRequest
from pytoon_pipeline.engines.protocol import Event, NamedFile, OrderState, Problem, RenderOrder
from pytoon_pipeline.engines.server.settings import HINTS, check
from pytoon_pipeline.engines.server.uploads import full
from pytoon_pipeline.media import fonts
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.settings import ServerSettings
from pytoon_pipeline.store.store import Store

State = Literal["waiting", "queued", "rendering", "done", "failed"]

log = logging.getLogger("pytoon.engine")


class Job:
    """An order that the server remembers, and what happened to it. The order itself only until it has ended."""

    def __init__(self, order: RenderOrder, name: str) -> None:
        self.id = name
        self.order: RenderOrder | None = order
        self.state: State = "waiting"
        self.missing: dict[str, int] = {}
        self.events: list[Event] = []
        self.touched = time.monotonic()
        self._telling = threading.Lock()

    @property
    def active(self) -> bool:
        return self.state in ("queued", "rendering")

    def snapshot(self) -> OrderState:
        self.touched = time.monotonic()
        return OrderState(id=self.id, state=self.state, missing=self.missing)

    def progress(self, ready: int, total: int) -> None:
        with self._telling:
            self.events.append(Event(n=len(self.events) + 1, ready=ready, total=total))

    def end(self, artifacts: Iterable[Artifact] | None, problem: Problem | None = None) -> None:
        with self._telling:
            made = None if artifacts is None else tuple(artifacts)
            self.events.append(Event(n=len(self.events) + 1, artifacts=made, error=problem))
        self.order, self.state, self.touched = None, "failed" if made is None else "done", time.monotonic()

    def after(self, number: int) -> list[Event]:
        """Events after the ``number``-th.

        Whoever has heard more than there are has heard of an earlier try; whoever has heard all of an order that has
        ended hears the end again.
        """
        if number > len(self.events):
            return self.events[:]
        if number == len(self.events) and not self.active:
            return self.events[-1:]
        return self.events[number:]


class JobQueue:
    """Orders by their id. All that clients want of the server starts with one: it says which files may come and go.

    Once ``stopping`` is set, what is being rendered ends after its segment.
    """

    def __init__(self, store: Store, engine: Engine, settings: ServerSettings) -> None:
        self.store = store
        self.engine = engine
        self.settings = settings
        self._known: dict[str, Job] = {}
        self._changing = threading.Lock()
        self.stopping = threading.Event()
        self._pool = ThreadPoolExecutor(max(1, settings.renders), thread_name_prefix="render")

    def post(self, order: RenderOrder) -> OrderState:
        """Takes an order: says what it lacks, or renders it. The same order again is the same one.

        One that has ended is looked at anew: what was made is found in the store. Raises ``InvalidInput`` for one that
        cannot be rendered, and ``TransientError`` when too many wait already.
        """
        check(order, self.settings)
        try:
            known = Job(order, order.id)
            if running := self._running(known.id):
                return running.snapshot()
            self._look(known, order)
        except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
            raise InvalidInput(
                "order_unusable", f"This plan cannot be drawn ({type(error).__name__}).", HINTS["order_unusable"]
            ) from error
        with self._changing:
            if running := self._running(known.id):
                return running.snapshot()
            if known.state == "waiting" and not known.missing:
                self._begin(known)
            self._remember(known)
        return known.snapshot()

    def get(self, name: str) -> Job:
        """Raises ``InvalidInput`` for an order that the server does not know, or no longer."""
        if known := self._known.get(name):
            known.touched = time.monotonic()
            return known
        raise InvalidInput("unknown_order", "There is no such order.", "Post it again.")

    def wanted(self, sha256: str) -> NamedFile:
        """A file that some order waits for. Raises ``InvalidInput`` for any other."""
        for known in list(self._known.values()):
            order = known.order
            if order is not None and (file := order.files.get(sha256)):
                known.touched = time.monotonic()
                return file
        raise InvalidInput("unknown_file", "No order waits for this file.", "Post the order again.")

    def made(self, sha256: str) -> StoredFile:
        """A file that was rendered for some order. Raises ``InvalidInput`` for any other."""
        for known in list(self._known.values()):
            for artifact in (known.events[-1].artifacts or ()) if known.state == "done" else ():
                for file in artifact.files.values():
                    if file.sha256 == sha256 and self.store.verify(file):
                        known.touched = time.monotonic()
                        return file
        raise InvalidInput("unknown_file", "No order has this file.", "Post the order again.")

    def close(self) -> None:
        """Ends soon: what is being rendered stops after its segment, and is found in the store later."""
        self.stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _running(self, name: str) -> Job | None:
        known = self._known.get(name)
        return known if known is not None and known.active else None

    def _look(self, known: Job, order: RenderOrder) -> None:
        """Finds out what is there: the result itself, or else the files that it takes. Fonts decide its name."""
        lacking = self._absent(order.fonts.values())
        if not lacking:
            for name, file in order.fonts.items():
                fonts.register(name, self.store.path(file))
            # What something is called in the store does not depend on where its sources lie.
            nowhere = {item: Source(Path(one.file.sha256), one.info) for item, one in order.pictures.items()}
            recipes = stages.stage_keys(order.spec, nowhere, order.thumbnail)
            made = [found for recipe in recipes if (found := self.store.find(recipe.fingerprint))]
            if len(made) == len(recipes):
                return known.end(made)
        known.missing = lacking | self._absent(one.file for one in order.pictures.values())
        return None

    def _absent(self, files: Iterable[NamedFile]) -> dict[str, int]:
        return {file.sha256: file.bytes for file in files if not self.store.verify(file)}

    def _begin(self, known: Job) -> None:
        if sum(one.state == "queued" for one in self._known.values()) >= self.settings.waiting:
            raise TransientError("remote_busy", "The remote engine has too many orders already.", "Try again later.")
        self.store.work.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.store.work).free < self.settings.free_bytes:
            raise full()
        known.state = "queued"
        self._pool.submit(self._render, known).add_done_callback(lambda future: self._ended(known, future))

    def _render(self, known: Job) -> list[Artifact]:
        order = known.order
        assert order is not None
        known.state = "rendering"
        log.info("rendering", extra={"event": "order", "order": known.id[:12], "segments": len(order.spec.segments)})
        work = RenderRequest(
            order.spec,
            {item: Source(self.store.path(one.file), one.info) for item, one in order.pictures.items()},
            {name: self.store.path(file) for name, file in order.fonts.items()},
            min(order.seconds, self.settings.render_seconds),
        )

        def progress(ready: int, total: int) -> None:
            if self.stopping.is_set():
                raise TransientError("remote_stopping", "The remote engine is being stopped.", "Try again later.")
            known.progress(ready, total)

        if order.thumbnail is not None:
            return [self.engine.thumbnail(work, order.thumbnail).artifact]
        return [done.artifact for done in self.engine.segments(work, progress)]

    def _ended(self, known: Job, future: "Future[list[Artifact]]") -> None:
        if future.cancelled():
            known.end(
                None, Problem.of(TransientError("remote_stopping", "The remote engine was stopped.", "Try again."))
            )
        elif (error := future.exception()) is None:
            log.info("rendered", extra={"event": "order", "order": known.id[:12]})
            known.end(future.result())
        else:
            told = _typed(error)
            # Only where it broke: what an exception says may hold people's words.
            places = [f"{Path(one.filename).name}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)]
            log.error("order failed", extra={"event": "order", "order": known.id[:12], "code": told.code,
                                             "kind": type(error).__name__, "places": places[-6:]})  # fmt: skip
            known.end(None, Problem.of(told))

    def _remember(self, known: Job) -> None:
        """Keeps an order, and forgets those that nobody asked for lately."""
        self._known.pop(known.id, None)
        self._known[known.id] = known
        oldest = time.monotonic() - self.settings.remembered_seconds
        idle = [one for one in self._known.values() if not one.active and one is not known]
        spare = len(self._known) - self.settings.remembered
        for number, one in enumerate(sorted(idle, key=lambda one: one.touched)):
            if number < spare or one.touched < oldest:
                del self._known[one.id]


def _typed(error: BaseException) -> PytoonError:
    if isinstance(error, PytoonError):
        return error
    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        return storage_unwritable(error)
    return InternalError(
        "remote_broke", f"The remote engine broke ({type(error).__name__}).", "Its log says where; report this."
    )
