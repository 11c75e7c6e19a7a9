"""Work ahead of the assets. The stages of a video do not wait for the steps of the graph: what is said and what is
shown are analysed side by side in the background of the run, and as soon as both are known, the video is planned,
rendered and checked. Meanwhile Dagster is loaded, opens its databases and records one step after the other.

Only stages are computed that the assets ask for with the same inputs; see ``store/in_flight.py``. Nothing is delivered
or recorded here: that is what the assets do.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar

from pytoon_pipeline.analysis.results import (
    CorrectedByItem,
    FacesByItem,
    FocalPointsByItem,
    Frames,
    MetadataByItem,
    ShotsByItem,
    SilenceByItem,
    TranscriptByItem,
)
from pytoon_pipeline.analysis.roles import check_usable
from pytoon_pipeline.analysis.speech.choice import SpeechSettings
from pytoon_pipeline.analysis.stages.analysis import Analysis
from pytoon_pipeline.analysis.stages.correction import TranscriptCorrection
from pytoon_pipeline.analysis.stages.detection import FaceDetection, SaliencyDetection, ShotDetection
from pytoon_pipeline.analysis.stages.frame_sampling import FrameSampling
from pytoon_pipeline.analysis.stages.media_probe import MediaProbe
from pytoon_pipeline.analysis.stages.silence_detection import SilenceDetection
from pytoon_pipeline.analysis.stages.transcription import Transcription
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.stored import Stored, StoredItems
from pytoon_pipeline.intake.preflight import Preflight
from pytoon_pipeline.intake.source import store_source
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.operations.planning import AnalysisResults, plan_upload
from pytoon_pipeline.operations.resolve import resolve, store_resolved
from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.runtime.background import background, current
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.share import MachineShare
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.in_flight import ahead_of_steps, forget_all, is_computed_elsewhere
from pytoon_pipeline.store.items import item_artifacts
from pytoon_pipeline.store.store import Store

R = TypeVar("R", bound=Record)


@contextmanager
def working_ahead() -> Iterator[None]:
    """Inside the block, the run of this process may work ahead. At its end, what still works is stopped."""
    if current() is not None:
        yield
        return
    try:
        with background():
            yield
    finally:
        forget_all()


def work_ahead(home: Home, store: Store, upload: SourceMedia, only_analyses: bool = False) -> None:
    """Starts all stages of ``upload`` up to its check, or only its analyses, once in a run. Does nothing outside
    ``working_ahead``, and where another process works ahead.
    """
    if (threads := current()) is not None and not is_computed_elsewhere():
        threads.start(f"stages of {upload.key}", lambda: compute_ahead(home, store, upload, only_analyses))


def compute_ahead(home: Home, store: Store, upload: SourceMedia, only_analyses: bool = False) -> None:
    """Computes what ``work_ahead`` starts. Raises nothing but what stops it: the steps meet its errors."""
    _Work(home, store, upload).run(only_analyses)


@dataclass(frozen=True)
class Analysed:
    """What is known of an upload before it is planned."""

    resolved: ResolvedRequest
    results: AnalysisResults


def analyse(home: Home, store: Store, upload: SourceMedia) -> Analysed:
    """Finds or computes all analyses of ``upload``, which need not be registered. Raises as the analyses do."""
    work = _Work(home, store, upload)
    prepared = work.prepared()
    with ThreadPoolExecutor(1, thread_name_prefix="looking") as pool:
        seen = pool.submit(copy_context().run, work.look, prepared)
        transcripts, silences = work.listen(prepared)
        frames, faces, focal_points, shots = stopping.wait(seen)
    found = AnalysisResults(prepared.metadata, transcripts, silences, frames, faces, focal_points, shots)
    return Analysed(prepared.resolved, found)


@dataclass(frozen=True)
class _Prepared:
    """What is known of an upload before its analyses."""

    source: SourceMedia
    limits: Limits
    metadata: MetadataByItem
    resolved: ResolvedRequest


@dataclass(frozen=True)
class _Work:
    """The stages of one upload as its assets run them. Each step asks for the results of those before it."""

    home: Home
    store: Store
    upload: SourceMedia

    def run(self, only_analyses: bool) -> None:
        """Probes the files, looks and listens at the same time, then plans, renders and checks the video."""
        with ahead_of_steps():
            prepared = self.prepared()
            with ThreadPoolExecutor(1, thread_name_prefix="looking") as pool:
                # In the context of this thread, so that it stops with it.
                seen = pool.submit(copy_context().run, self.look, prepared)
                if not only_analyses:
                    pool.submit(_load_renderer)
                transcripts, silences = self.listen(prepared)
                if only_analyses:
                    return
                render_and_check = _load_renderer()
                frames, faces, focal_points, shots = stopping.wait(seen)
            source, metadata, resolved = prepared.source, prepared.metadata, prepared.resolved
            analyses = AnalysisResults(metadata, transcripts, silences, frames, faces, focal_points, shots)
            planned = plan_upload(self.store, source, resolved, analyses).artifact
            stored = Stored[RenderSpec].of(planned)
            render_and_check(self.store, self._share, source, prepared.limits, resolved, analyses, stored)

    def prepared(self) -> _Prepared:
        request = Request.model_validate(self.upload.asked)
        stored = Stored[SourceMedia].of(store_source(self.store, self.upload, request.brand).artifact)
        source, limits = stored.value, load_limits()
        found = MediaProbe(self.store, limits, Preflight(self.store, limits).probe).run(self.store, source)
        infos = {item: one.info for item, one in found.values.items()}
        check_usable(source.items, infos, limits)
        attempts = Uploads(self.home).attempts(self.upload.key, self.upload.overrides)
        metadata = MetadataByItem.of(found.stage.artifact, item_artifacts(self.store, found.stage.artifact))
        resolved = resolve(source, infos, attempts, limits)
        store_resolved(self.store, stored, metadata, resolved)
        return _Prepared(source, limits, metadata, resolved)

    def listen(self, prepared: _Prepared) -> tuple[CorrectedByItem, SilenceByItem]:
        source, metadata, resolved = prepared.source, prepared.metadata, prepared.resolved
        settings = Settings.load()
        speech = SpeechSettings.from_settings(settings, self.home.models)
        transcription = Transcription.of(self.store, source, metadata, resolved, speech, self._share)
        transcripts = self._run(transcription, source, TranscriptByItem)
        model = LanguageModel.configured(settings, self.home, self.store, "correction")
        translator = LanguageModel.configured(settings, self.home, self.store, "translation")
        correction = TranscriptCorrection.of(self.store, source, metadata, transcripts, resolved, model, translator)
        corrected = self._run(correction, source, CorrectedByItem)
        silence = SilenceDetection.of(self.store, metadata, corrected, resolved)
        return corrected, self._run(silence, source, SilenceByItem)

    def look(self, prepared: _Prepared) -> tuple[Frames, FacesByItem, FocalPointsByItem, ShotsByItem]:
        source, metadata = prepared.source, prepared.metadata
        sampling = FrameSampling(self.store, prepared.limits, metadata, Settings.load().device, self._share.gpu_slot)
        sampled = sampling.run(self.store, source).stage
        frames = Frames(self.store, sampled.artifact, sampled.held)
        faces = self._run(FaceDetection(frames), source, FacesByItem)
        focal_points = self._run(SaliencyDetection(frames), source, FocalPointsByItem)
        return frames, faces, focal_points, self._run(ShotDetection(metadata, frames), source, ShotsByItem)

    def _run(self, analysis: Analysis[R], source: SourceMedia, wanted: type[StoredItems[R]]) -> StoredItems[R]:
        artifact = analysis.run(self.store, source).stage.artifact
        return wanted.of(artifact, item_artifacts(self.store, artifact))

    @property
    def _share(self) -> MachineShare:
        return MachineShare(self.home, self.upload.title)


def _load_renderer() -> Callable[..., None]:
    """Imports planner and renderer, which takes about a second: in the thread whose analyses end first."""
    import_module("pytoon_pipeline.planning.plan")
    from pytoon_pipeline.operations.render_ahead import render_and_check

    return render_and_check
