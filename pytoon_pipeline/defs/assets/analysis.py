"""What is said in each file, and what it shows. Each result is computed once for a file, in whichever
uploads it is.

``analysis/registry.py`` lists the analyses; an asset says what its analysis reads.
"""

import dagster as dg

from pytoon_pipeline.analysis.results import CorrectedByItem, Frames, MetadataByItem, TranscriptByItem
from pytoon_pipeline.analysis.stages.correction import TranscriptCorrection
from pytoon_pipeline.analysis.stages.detection import FaceDetection, SaliencyDetection, ShotDetection
from pytoon_pipeline.analysis.stages.frame_sampling import FrameSampling
from pytoon_pipeline.analysis.stages.silence_detection import SilenceDetection
from pytoon_pipeline.analysis.stages.transcription import Transcription
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.defs.resources import (
    ConfigResource,
    LanguageModelResource,
    SpeechResource,
    StoreResource,
    WorkerResource,
)
from pytoon_pipeline.defs.stage import (
    Materialized,
    analysis_asset,
    analysis_metadata,
    materialize_analysis,
    materialize_as,
)


@analysis_asset(Transcription)
def transcription(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    speech: SpeechResource,
    worker: WorkerResource,
    source_media: SourceMedia,
    metadata: MetadataByItem,
    resolved_request: ResolvedRequest,
) -> Materialized:
    """The spoken words with their times: from subtitles if there are any, otherwise from a transcription endpoint if
    one is set, from Whisper if its weights are available, or from pocketsphinx. The metadata names the transcriber."""
    analysis = Transcription.of(
        store.artifacts, source_media, metadata, resolved_request, speech.settings, worker.share
    )
    return materialize_analysis(analysis.run(store.artifacts, source_media))


@analysis_asset(TranscriptCorrection)
def corrected_transcript(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    language_model: LanguageModelResource,
    source_media: SourceMedia,
    metadata: MetadataByItem,
    resolved_request: ResolvedRequest,
    transcription: TranscriptByItem,
) -> Materialized:
    """The words as the video uses them: corrected by the glossary of the brand and by a language model if one is
    configured, with what people changed in the transcript, and translated where the request wants that. The metadata
    counts changed words, cuts, and edits that do not fit."""
    models = language_model.of("correction"), language_model.of("translation")
    analysis = TranscriptCorrection.of(
        store.artifacts, source_media, metadata, transcription, resolved_request, *models
    )
    return materialize_analysis(analysis.run(store.artifacts, source_media))


@analysis_asset(SilenceDetection)
def silence_segments(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    source_media: SourceMedia,
    metadata: MetadataByItem,
    corrected_transcript: CorrectedByItem,
    resolved_request: ResolvedRequest,
) -> Materialized:
    """Ranges without speech, the parts of each clip that remain, and the words with impossible times corrected."""
    analysis = SilenceDetection.of(store.artifacts, metadata, corrected_transcript, resolved_request)
    return materialize_analysis(analysis.run(store.artifacts, source_media))


@analysis_asset(FrameSampling, io_manager_key="frames")
def sampled_frames(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    config: ConfigResource,
    worker: WorkerResource,
    source_media: SourceMedia,
    metadata: MetadataByItem,
) -> dg.MaterializeResult[Frames]:
    """Five small pictures per second and a thumbnail of every frame. Each clip is decoded only once, for all detectors.
    The columns describe the small pictures."""
    sampling = FrameSampling(store.artifacts, config.limits, metadata, config.device, worker.share.gpu_slot)
    result = sampling.run(store.artifacts, source_media)
    frames = Frames(store.artifacts, result.stage.artifact, result.stage.held)
    return materialize_as(frames, result.stage, analysis_metadata(result))


@analysis_asset(FaceDetection)
def face_detections(
    context: dg.AssetExecutionContext, store: StoreResource, source_media: SourceMedia, sampled_frames: Frames
) -> Materialized:
    """Faces in the sampled frames: boxes, scores and landmarks, one Parquet file per item."""
    return materialize_analysis(FaceDetection(sampled_frames).run(store.artifacts, source_media))


@analysis_asset(SaliencyDetection)
def focal_points(
    context: dg.AssetExecutionContext, store: StoreResource, source_media: SourceMedia, sampled_frames: Frames
) -> Materialized:
    """Where each sampled frame has detail: the camera points there when there is no face."""
    return materialize_analysis(SaliencyDetection(sampled_frames).run(store.artifacts, source_media))


@analysis_asset(ShotDetection)
def shots(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    source_media: SourceMedia,
    metadata: MetadataByItem,
    sampled_frames: Frames,
) -> Materialized:
    """Cuts that PySceneDetect finds by examining every frame, and ranges in which the clip itself is static or
    black."""
    return materialize_analysis(ShotDetection(metadata, sampled_frames).run(store.artifacts, source_media))
