"""Analyses ahead of their assets. What is said and what is shown do not depend on each other, so both are analysed side
by side, in the background of the run, while the steps of the graph follow in their order.

Only stages are computed that the assets ask for with the same inputs; see ``store/in_flight.py``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pytoon_pipeline.analysis.results import Frames, MetadataByItem
from pytoon_pipeline.analysis.roles import check_usable
from pytoon_pipeline.analysis.speech.transcribers import SpeechSettings
from pytoon_pipeline.analysis.stages.analysis import AnalysisResult
from pytoon_pipeline.analysis.stages.detection import FaceDetection, SaliencyDetection, ShotDetection
from pytoon_pipeline.analysis.stages.frame_sampling import FrameSampling
from pytoon_pipeline.analysis.stages.media_probe import MediaProbe
from pytoon_pipeline.analysis.stages.transcription import Transcription
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.media import Metadata, SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.intake.preflight import Preflight
from pytoon_pipeline.intake.source import store_source
from pytoon_pipeline.operations.resolve import resolve
from pytoon_pipeline.runtime.background import Background, background, current
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.share import MachineShare
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.in_flight import ahead_of_steps
from pytoon_pipeline.store.items import item_artifacts
from pytoon_pipeline.store.stages import in_flight
from pytoon_pipeline.store.store import Store


@contextmanager
def analysing_ahead() -> Iterator[None]:
    """Inside the block, the run of this process may analyse ahead. At its end, what still works is stopped."""
    if current() is not None:
        yield
        return
    try:
        with background():
            yield
    finally:
        in_flight.clear()


def analyse_ahead(home: Home, store: Store, upload: SourceMedia) -> None:
    """Starts all analyses of ``upload``, once in a run. Does nothing outside ``analysing_ahead``."""
    if (threads := current()) is not None:
        analyses = _Analyses(home, store, upload, threads)
        threads.start(f"metadata of {upload.key}", analyses.probe)


@dataclass(frozen=True)
class _Analyses:
    """The analyses of one upload as its assets run them."""

    home: Home
    store: Store
    upload: SourceMedia
    threads: Background

    def probe(self) -> None:
        """Probes the files, then looks and listens in a thread each."""
        with ahead_of_steps():
            request = Request.model_validate(self.upload.asked)
            source = store_source(self.store, self.upload, request.brand).artifact.read(SourceMedia)
            limits = load_limits()
            found = MediaProbe(self.store, limits, Preflight(self.store, limits).probe).run(self.store, source)
            infos = {item: one.info for item, one in found.values.items()}
            check_usable(source.items, infos, limits)
            attempts = Uploads(self.home).attempts(self.upload.key, self.upload.overrides)
            resolved = resolve(source, infos, attempts, limits)
            metadata = self._by_item(found)
            self._start("transcription", lambda: self._listen(source, metadata, resolved))
            self._start("sampled_frames", lambda: self._look(source, metadata))

    def _start(self, name: str, work: Callable[[], None]) -> None:
        self.threads.start(f"{name} of {self.upload.key}", work)

    def _by_item(self, found: AnalysisResult[Metadata]) -> MetadataByItem:
        collection = found.stage.artifact
        return MetadataByItem.of(collection, item_artifacts(self.store, collection))

    def _listen(self, source: SourceMedia, metadata: MetadataByItem, resolved: ResolvedRequest) -> None:
        with ahead_of_steps():
            settings = SpeechSettings.from_settings(Settings.load(), self.home.models)
            share = MachineShare(self.home, self.upload.title)
            Transcription.of(self.store, source, metadata, resolved, settings, share).run(self.store, source)

    def _look(self, source: SourceMedia, metadata: MetadataByItem) -> None:
        with ahead_of_steps():
            sampled = FrameSampling(self.store, load_limits(), metadata).run(self.store, source).stage
            frames = Frames(self.store, sampled.artifact, sampled.held)
            FaceDetection(frames).run(self.store, source)
            SaliencyDetection(frames).run(self.store, source)
            ShotDetection(metadata, frames).run(self.store, source)
