"""The trace of a run: a span for the run, and one in it for each stage, with the times of the work: it is done side by
side and ahead of the steps.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.progress import Event, StageFinished, StageStarted
from pytoon_pipeline.contracts.render_results import StageStatus
from pytoon_pipeline.runtime.progress import listen
from pytoon_pipeline.runtime.tracing import NAME, tracing

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

NANOSECONDS = 1_000_000_000


@contextmanager
def traced(attributes: Mapping[str, object]) -> Iterator[None]:
    """Inside the block, the stages of a run become spans; ``attributes`` say which run it is."""
    with tracing() as tracer:
        if tracer is None:
            yield
            return
        from opentelemetry.trace import StatusCode

        known = {f"{NAME}.{name}": str(value) for name, value in attributes.items() if value is not None}
        span = tracer.start_span("run", attributes=known)
        stages = _Stages(tracer, span)
        with listen(stages):
            yield
        if stages.unfinished is not None:
            span.set_status(StatusCode.ERROR, f"{stages.unfinished} has not finished")
        span.end()


class _Stages:
    """Listens to the progress of a run. ``unfinished`` is the stage that has started last, until it has finished."""

    def __init__(self, tracer: "Tracer", run: "Span") -> None:
        from opentelemetry.trace import set_span_in_context

        self._tracer, self._run = tracer, set_span_in_context(run)
        self.unfinished: str | None = None

    def __call__(self, event: Event) -> None:
        match event:
            case StageStarted(name):
                self.unfinished = name
            case StageFinished(stage):
                self.unfinished = None
                self._add(stage)

    def _add(self, stage: StageStatus) -> None:
        began = None if stage.started_at is None else round(stage.started_at * NANOSECONDS)
        status = {f"{NAME}.status": stage.status}
        span = self._tracer.start_span(stage.name, self._run, start_time=began, attributes=status)
        span.end(None if began is None else began + round(stage.seconds * NANOSECONDS))
