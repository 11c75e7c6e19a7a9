"""A runner that delivers without a graph: the same records and files as a run leaves, with little in them."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_preset, presets_digest
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.degradation import Degradation, Reason
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.manifest import Manifest
from pytoon_pipeline.contracts.progress import Event, FramesReady, Noted, StageFinished
from pytoon_pipeline.contracts.quality import Finding, QcReport
from pytoon_pipeline.contracts.render_results import STAGES, SegmentCounts, StageStatus
from pytoon_pipeline.contracts.rendering import EngineName
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.delivery.environment import environment_digest
from pytoon_pipeline.delivery.outbox import deliver, delivered_files, plan_delivery, replace_earlier
from pytoon_pipeline.delivery.subtitles import FORMATS
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.progress import publish
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.service.runner import Notify, RunOutcome
from pytoon_pipeline.store.fingerprint import hash_files
from pytoon_pipeline_tests.harness.plans import planned

PRESET = "clean-product"
HAZARD = Reason(kind="quality_gate", code="flash", message="It flashes five times per second.")


@dataclass
class FakeRunner:
    """Delivers each key it is given, or fails with ``error``. ``keys`` are those it was given; ``subtitles`` are the
    roles of the subtitle files that it writes.
    """

    home: Home
    error: PytoonError | None = None
    held: bool = False
    engine: EngineName = "local"
    lost: int = 0
    subtitles: tuple[str, ...] = FORMATS
    keys: list[str] = field(default_factory=list)

    @contextmanager
    def open(self, home: Home, notify: Notify) -> Iterator["FakeRunner"]:
        """An ``OpenRunner``."""
        assert home == self.home
        notify(Note(code="opened", message="The runner was opened."))
        yield self

    def fail_lost_runs(self) -> int:
        return self.lost

    def compile(self, key: str) -> RunOutcome:
        self.keys.append(key)
        if self.error is not None:
            Uploads(self.home).fail(key, self.error, "metadata", "run")
            return RunOutcome(stages=_computed(STAGES[:1]), error=self.error)
        segments = self._deliver(key)
        publish(FramesReady(segments, segments))
        for stage in (stages := _computed(reversed(STAGES))):
            publish(StageFinished(stage))
        return RunOutcome(stages, SegmentCounts(total=segments, rendered=segments), self.engine)

    def _deliver(self, key: str) -> int:
        uploads, home = Uploads(self.home), self.home
        upload = uploads.get(key)
        earlier = uploads.delivered_as(upload)
        request = Request.model_validate(upload.request)
        report = _report()
        uploads.record(key, Attempt(number=1, plan="plan", verdict=report.verdict, score=report.score))
        degraded = Degradation(reasons=(HAZARD,)) if self.held else None
        place = plan_delivery(uploads.folder(key), uploads.name(key), uploads.version(upload), degraded is not None)
        plan = place.with_captions(self.subtitles)
        spec = planned(text="Hi", max_seconds=2).model_copy(update={"notes": (Note(code="n", message="A note."),)})
        root = home.held if self.held else home.outbox
        with scratch_dir(home.work) as scratch:
            files = {name: scratch / str(n) for n, name in enumerate(plan.roles.values())}
            for name, path in files.items():
                path.write_text(f"{name} of {upload.request}")
            manifest = Manifest(
                key=key, title=upload.title, media=upload.public_items, probed={}, spec=spec, thumbnail=0, tools={},
                picture_packets="p", audio_packets="a", request=upload.request, preset=load_preset(PRESET), encoder={},
                files={name: hash_files(path) for name, path in files.items()}, transcriber=None, engine=self.engine,
                stages=(), qc=report, attempts=uploads.attempts(key), degraded=degraded,
            )  # fmt: skip
            deliver(root, home.work, plan, files, manifest)
        record = DeliveryRecord(
            at=time.time(), source=upload, seconds=2.0, verdict=report.verdict, score=report.score, notes=spec.notes,
            degraded=degraded, held=self.held, engine=self.engine, preset=PRESET,
            video=(root / plan.video).relative_to(home.root).as_posix(), files=delivered_files(home, root, plan),
            others=replace_earlier(home, key, earlier, root / plan.folder, self.held),
            presets=presets_digest(request, PRESET), environment=environment_digest(home, request.brand),
            codes=("flash",) if self.held else (),
        )  # fmt: skip
        uploads.deliver(key, record, upload)
        return len(spec.segments)


class Recorded:
    """A ``Progress`` that keeps what it receives."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)

    @property
    def stages(self) -> list[str]:
        """The stages that finished."""
        return [event.stage.name for event in self.events if isinstance(event, StageFinished)]

    @property
    def frames(self) -> list[tuple[int, int]]:
        return [(event.ready, event.total) for event in self.events if isinstance(event, FramesReady)]

    @property
    def notes(self) -> list[str]:
        """The codes of the notes."""
        return [event.note.code for event in self.events if isinstance(event, Noted)]


def _computed(names: Iterable[str]) -> tuple[StageStatus, ...]:
    return tuple(StageStatus(name=name, status="computed", seconds=0.1) for name in names)


def _report() -> QcReport:
    finding = Finding(tier="frame", code="blur", severity="advice", value=3.0, limit=5.0, source="s", message="Blurry.")
    return QcReport(
        score=93.1, score_breakdown="100 - 6.9", verdict="advise", findings=(finding,), measured={}, seconds=0.2
    )
