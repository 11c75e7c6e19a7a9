"""The engine on another machine. What it makes comes into the store here as if it had been made here."""

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    retry_if_not_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.errors import PassingFault
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.spec.render_spec import Segment
from pytoon_pipeline.engines.engine import Work
from pytoon_pipeline.engines.protocol import NamedFile, Picture, RenderOrder, asked, items_shown
from pytoon_pipeline.engines.remote.client import Busy, Late, Line
from pytoon_pipeline.engines.remote.session import Errand
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.runtime.scratch import workroom
from pytoon_pipeline.store.stages import Done, Recipe
from pytoon_pipeline.store.store import Store

# Sending, waiting for others and fetching may take as long again as rendering itself.
SHARE_OF_TIME = 2.0
PIECE_BYTES = 4 << 20

log = logging.getLogger("pytoon.remote")


@dataclass(frozen=True)
class Patience:
    """How often in a row something may fail without getting on, and the seconds to wait in between."""

    tries: int = 5
    first_seconds: float = 2.0
    most_seconds: float = 12.0


@dataclass(frozen=True)
class RemoteEngine:
    """Renders at the server ``url``. Files go there in pieces of ``piece`` bytes."""

    store: Store
    url: str
    token: str = field(repr=False)
    patience: Patience = Patience()
    piece: int = PIECE_BYTES

    @classmethod
    def from_environment(cls, store: Store) -> "RemoteEngine | None":
        """The one of ``PYTOON_ENGINE_URL`` and ``PYTOON_ENGINE_TOKEN``; none unless both are set."""
        url, token = os.environ.get("PYTOON_ENGINE_URL"), os.environ.get("PYTOON_ENGINE_TOKEN")
        return cls(store, url, token) if url and token else None

    @property
    def name(self) -> EngineName:
        return "remote"

    def segments(self, work: Work, progress: Progress) -> list[Done]:
        recipes = stages.recipes(work.spec, work.pictures)
        done = {
            n: Done(found, "cached", 0.0)
            for n, recipe in enumerate(recipes)
            if (found := self.store.reuse(recipe.fingerprint))
        }
        progress(len(done), len(recipes))
        there = len(done)
        if missing := [n for n in range(len(recipes)) if n not in done]:
            made = self._have_made(
                work, [work.spec.segments[n] for n in missing], [recipes[n] for n in missing],
                lambda ready, _: progress(there + ready, len(recipes)),
            )  # fmt: skip
            done |= dict(zip(missing, made, strict=True))
        return [done[n] for n in range(len(recipes))]

    def thumbnail(self, work: Work, frame: int) -> Done:
        (recipe,) = stages.recipes(work.spec, work.pictures, frame)
        if found := self.store.reuse(recipe.fingerprint):
            return Done(found, "cached", 0.0)
        (made,) = self._have_made(work, [Segment(start=frame, frames=1)], [recipe], lambda ready, total: None, frame)
        return made

    def _have_made(
        self, work: Work, segments: Sequence[Segment], recipes: Sequence[Recipe], progress: Progress,
        thumbnail: int | None = None,
    ) -> list[Done]:  # fmt: skip
        began = time.perf_counter()
        order = self._order(work, segments, thumbnail)
        until = time.monotonic() + SHARE_OF_TIME * work.seconds
        with workroom(self.store.work) as room, Line(self.url, self.token, until) as line:
            errand = Errand(self.store, room, line, order, recipes, progress, self.piece)
            while not errand.finished:
                self._again(errand.go_on)
        seconds = (time.perf_counter() - began) / len(recipes)
        return [Done(artifact, "computed", seconds) for artifact in errand.artifacts]

    def _order(self, work: Work, segments: Sequence[Segment], thumbnail: int | None) -> RenderOrder:
        spec = asked(work.spec, segments)
        pictures = {
            item: Picture(file=self._stored(work.pictures[item].path), info=work.pictures[item].info)
            for item in sorted(items_shown(spec))
        }
        fonts = {name: self._stored(path) for name, path in work.fonts.items()}
        return RenderOrder(spec=spec, pictures=pictures, fonts=fonts, thumbnail=thumbnail, seconds=work.seconds)

    def _stored(self, path: Path) -> NamedFile:
        """A file of the store, which names files by their content. Raises ``MissingPart`` when it is damaged."""
        file = StoredFile(sha256=path.name, bytes=path.stat().st_size if path.is_file() else 0)
        self.store.path(file)
        return NamedFile(sha256=file.sha256, bytes=file.bytes)

    def _again(self, go_on: Callable[[], None]) -> None:
        """Does it until it gets on, with more and more time in between."""
        first = self.patience.first_seconds
        growing = wait_exponential(first, self.patience.most_seconds) + wait_random(0, first / 2)

        def pause(state: RetryCallState) -> float:
            fault = state.outcome.exception() if state.outcome else None
            return max(growing(state), fault.after if isinstance(fault, Busy) else 0.0)

        Retrying(
            stop=stop_after_attempt(self.patience.tries),
            wait=pause,
            retry=retry_if_exception_type(PassingFault) & retry_if_not_exception_type(Late),
            before_sleep=_tell,
            reraise=True,
        )(go_on)


def _tell(state: RetryCallState) -> None:
    fault = state.outcome.exception() if state.outcome else None
    log.warning("remote engine: trying again", extra={
        "event": "remote_retry", "try": state.attempt_number, "code": getattr(fault, "code", ""),
        "seconds": round(state.upcoming_sleep, 2),
    })  # fmt: skip
