"""The progress of a run as events, for programs that watch it."""

import logging

from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.progress import Event, FramesReady, StageStarted
from pytoon_pipeline.runtime.home import Home

PERCENT_STEP = 5

log = logging.getLogger("pytoon.events")


class RunEvents:
    """Listens to the progress of one run, see ``runtime/progress.py``: a row for each stage and each 5 percent."""

    def __init__(self, home: Home, key: str | None) -> None:
        self._events, self._key = Events(home), key
        self._stage: str | None = None
        self._percent: int | None = None

    def __call__(self, event: Event) -> None:
        stage, percent = self._stage, self._percent
        match event:
            case StageStarted(name):
                stage = name
            case FramesReady(ready, total) if total:
                percent = 100 * ready // total // PERCENT_STEP * PERCENT_STEP
        if self._key and (stage, percent) != (self._stage, self._percent):
            self._stage, self._percent = stage, percent
            try:
                self._events.add_progress(self._key, stage, percent)
            except PytoonError as error:
                # A video is worth more than the news of it.
                log.warning("progress not recorded", extra={"event": "no_progress", "reason": error.message})
