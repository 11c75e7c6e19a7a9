"""The progress of a run in sentences on its page, for operators. Dagster captures the logger, see ``dagster.yaml``."""

import logging

from pytoon_pipeline.contracts.progress import Event, FramesReady, Noted, Planned, Resumed, StageFinished, Waiting
from pytoon_pipeline.contracts.render_results import StageStatus
from pytoon_pipeline.runtime.logs import RUN_PAGE

# Each line is an event in Dagster's database.
PERCENT_STEP = 10

log = logging.getLogger(RUN_PAGE)


class RunLog:
    """Listens to the progress of one run, see ``runtime/progress.py``."""

    def __init__(self) -> None:
        self._percent = 0
        self._waiting = False

    def __call__(self, event: Event) -> None:
        match event:
            case StageFinished(stage):
                log.info(_finished(stage))
            case FramesReady(ready, total):
                self._frames_ready(ready, total)
            case Planned(decisions, notes):
                for note in (*decisions, *notes):
                    log.info(note.message)
            case Noted(note):
                log.warning(note.message)
            case Waiting(message) if not self._waiting:
                self._waiting = True
                log.info("%s.", message)
            case Resumed():
                self._waiting = False

    def _frames_ready(self, ready: int, total: int) -> None:
        percent = 100 * ready // total if total else 0
        if percent // PERCENT_STEP > self._percent // PERCENT_STEP:
            self._percent = percent
            log.info("Rendering: %d %% (%d of %d frames).", percent, ready, total)


def _finished(stage: StageStatus) -> str:
    """The page names the stage beside the line."""
    return "Taken from the store." if stage.status == "cached" else f"Computed in {stage.seconds:.1f} s."
