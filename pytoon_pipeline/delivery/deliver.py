"""The stage ``delivered_video``: a checked video and what is needed to make it again, where people get it."""

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.analysis.results import CorrectedByItem, MetadataByItem
from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_platforms, presets_digest
from pytoon_pipeline.contracts.analysis import CorrectedTranscript
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.degradation import Degradation, Release
from pytoon_pipeline.contracts.errors import render_cancelled
from pytoon_pipeline.contracts.manifest import Corrections, Delivery, Manifest, StageUse
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.model_notes import post_notes
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.contracts.post import Post
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import FinishedVideo, RenderedSegments
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.delivery import subtitles
from pytoon_pipeline.delivery.environment import environment_digest
from pytoon_pipeline.delivery.extras import extra_files
from pytoon_pipeline.delivery.moderation import Moderation
from pytoon_pipeline.delivery.outbox import (
    POST,
    deliver,
    delivered_files,
    failure,
    is_edited,
    plan_delivery,
    replace_earlier,
)
from pytoon_pipeline.engines.composite import file_comment
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.quality.degradation import degradation, hazards, release_of
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.logs import RUN_PAGE
from pytoon_pipeline.runtime.processes import peak_memory
from pytoon_pipeline.store.fingerprint import hash_files
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage
from pytoon_pipeline.store.store import Store

# What the store holds can be recomputed; the files in the outbox are kept.
NO_MODERATION = Moderation()
DELIVERY = Stage("delivered_video", 9, "by_rule")

log = logging.getLogger("pytoon.delivery")
people = logging.getLogger(RUN_PAGE)


@dataclass(frozen=True)
class CheckedVideo:
    """A finished, checked video with the results of the stages before."""

    source: Stored[SourceMedia]
    resolved: Stored[ResolvedRequest]
    metadata: MetadataByItem
    transcripts: CorrectedByItem
    planned: Stored[RenderSpec]
    segments: Stored[RenderedSegments]
    composite: Stored[FinishedVideo]
    qc: Stored[QcReport]

    @property
    def upload(self) -> SourceMedia:
        return self.source.value

    @property
    def spec(self) -> RenderSpec:
        """The plan that the video shows."""
        return self.segments.value.rendered_spec(self.planned.value)

    @property
    def inputs(self) -> dict[str, str]:
        stored = (
            self.source,
            self.resolved,
            self.transcripts,
            self.planned,
            self.segments,
            self.composite,
            self.qc,
        )
        return {one.artifact.stage: one.fingerprint for one in stored}


@dataclass(frozen=True)
class Decision:
    """How a video is delivered. ``held``: a person has to release it, because it can harm viewers or may say what it
    should not.
    """

    degraded: Degradation | None
    released: Release | None
    held: bool
    earlier: DeliveryRecord | None
    attempts: tuple[Attempt, ...]

    @property
    def is_degraded(self) -> bool:
        """Whether the video differs from its request, which moderation does not say."""
        return self.degraded is not None and self.degraded.after_release is not None


@dataclass(frozen=True)
class DeliveredVideo:
    """The stored delivery, and where its files lie: paths of ``plan`` below ``root``."""

    stage: StageResult
    plan: Delivery
    root: Path
    record: DeliveryRecord


def deliver_video(
    store: Store,
    home: Home,
    uploads: Uploads,
    items: Registry,
    video: CheckedVideo,
    requested: float,
    model: LanguageModel | None = None,
    moderation: Moderation = NO_MODERATION,
) -> DeliveredVideo:
    """Writes the video, its thumbnail, subtitles, spec and manifest to the outbox, or to the folder of held videos. A
    language ``model`` may propose the texts to post with it; ``moderation`` may hold it.

    Raises ``QualityFailure`` for a video that failed its check, unless it is the fallback, the last resort; and
    ``Cancelled`` when somebody has cancelled the video since the run was ``requested`` (seconds since the epoch).
    """
    report, upload = video.qc.value, video.upload
    if report.verdict == "fail" and not video.spec.fallback:
        raise failure(report)
    decision = decide(uploads, video, moderation)
    parent, name, version = uploads.folder(upload.key), uploads.name(upload.key), uploads.version(upload)
    result = _store_files(store, video, plan_delivery(parent, name, version, decision.is_degraded), model)
    plan = result.artifact.read(Delivery)
    names = plan.roles
    manifest = _manifest(store, items, video, decision, result.artifact, names)
    root = home.held if decision.held else home.outbox
    files = {name: store.path(result.artifact.files[role]) for role, name in names.items()}
    if not uploads.begin_delivery(upload.key, requested):
        raise render_cancelled()
    if is_edited(root / plan.post):
        del files[plan.post]
    written = deliver(root, home.work, plan, files, manifest)
    _remove_outdated(home, decision.earlier, root, plan)
    record = _record(home, video, decision, root, plan, manifest).model_copy(update={"version": version})
    pending_since = uploads.pending_since(upload.key)
    uploads.deliver(upload.key, record, upload)
    _log(video, decision, root / plan.video, pending_since)
    status = "computed" if written else result.status
    return DeliveredVideo(StageResult(result.artifact, status, result.seconds), plan, root, record)


def decide(uploads: Uploads, video: CheckedVideo, moderation: Moderation = NO_MODERATION) -> Decision:
    """Whether the video is degraded, and whether it is held: it has a hazard, or ``moderation`` objects to it, and
    nobody has released exactly it.
    """
    upload, report = video.upload, video.qc.value
    attempts, earlier = uploads.attempts(upload.key, upload.overrides), uploads.delivered_as(upload)
    released = release_of(earlier, video.composite.files["video"].sha256)
    concerns = moderation.concerns(upload, video.spec) if released is None else ()
    return Decision(
        degraded=degradation(video.planned.value, video.segments.value, report, attempts, concerns),
        released=released,
        held=bool(hazards(report.gates) or concerns) and released is None,
        earlier=earlier,
        attempts=attempts,
    )


def _store_files(store: Store, video: CheckedVideo, plan: Delivery, model: LanguageModel | None) -> StageResult:
    """The delivery in the store: video and thumbnail of the composite, subtitles if the video has any text, and the
    publishing kit.
    """
    from pytoon_pipeline.delivery.kit import make_post, planned_facts

    files, title = video.composite.files, video.upload.title
    extras = extra_files(store, video.resolved.value.request, video.spec, files, title)
    plan = plan.with_extras(extras)
    facts = planned_facts(video.spec, video.composite.value, files["video"].bytes)
    post = make_post(title, video.resolved.value, video.spec, facts, plan, load_platforms(), model)

    def compute(scratch: Path) -> StageOutput:
        stored = {"video": files["video"], "thumbnail": files["thumbnail"], **extras}
        written = subtitles.write(video.spec, scratch)
        delivery = plan.with_captions(written)
        captions = tuple(Path(path).name for path in delivery.captions)
        written["post"] = scratch / POST
        written["post"].write_text(post.model_copy(update={"captions": captions}).model_dump_json(indent=2), "utf-8")
        return StageOutput(delivery, written, stored)

    parameters = {"key": video.upload.key, "title": title, "post": post.model_dump(mode="json"), "folder": plan.folder}
    return run_stage(store, DELIVERY, compute, inputs=video.inputs, parameters=parameters)


def _remove_outdated(home: Home, earlier: DeliveryRecord | None, root: Path, plan: Delivery) -> None:
    """Removes subtitles of an earlier delivery that this one does not have. What a person changed stays."""
    kept = {root / path for path in plan.captions}
    for name, file in earlier.files.items() if earlier is not None else ():
        path = home.root / name
        outdated = path.parent == root / plan.folder and path.suffix[1:] in subtitles.FORMATS and path not in kept
        if outdated and path.is_file() and hash_files(path) == file.sha256:
            path.unlink()


def _manifest(
    store: Store, items: Registry, video: CheckedVideo, decision: Decision, stored: Artifact, names: Mapping[str, str]
) -> Manifest:
    """The manifest. ``stored`` is the delivery in the store, ``names`` are the delivered paths by role."""
    finished, segments, upload = video.composite.value, video.segments.value, video.upload
    return Manifest(
        key=upload.key,
        title=upload.title,
        media=upload.public_items,
        probed={item: metadata.info for item, metadata in video.metadata.values.items()},
        thumbnail=finished.thumbnail,
        tools=stages.producer_versions(video.segments.artifact.tools),
        picture_packets=finished.composite.video_packets_sha256,
        audio_packets=finished.composite.audio_packets_sha256,
        comment=file_comment(video.planned.value, segments),
        request=upload.asked,
        overrides=upload.overrides,
        preset=video.resolved.value.preset,
        brand=video.resolved.value.brand,
        spec=video.spec,
        encoder=stages.encoders(video.spec.codec, video.spec.max_bit_rate),
        transcriber=next((one.transcriber for one in video.transcripts.values.values()), None),
        corrections={item: _corrections(one) for item, one in video.transcripts.values.items()},
        language_model=tuple(_model_uses(video, stored)),
        engine=segments.engine,
        failed_engines=segments.engine_attempts,
        stages=tuple(_stage_use(artifact) for artifact in store.lineage(stored)),
        files={name: stored.files[role].sha256 for role, name in names.items()},
        qc=video.qc.value,
        items=tuple(items.of(upload)),
        attempts=decision.attempts,
        degraded=decision.degraded,
        released=decision.released,
    )


def _corrections(transcript: CorrectedTranscript) -> Corrections:
    return Corrections(
        timing=transcript.timing, changes=transcript.changes, cuts=transcript.cuts, unfitting=transcript.unfitting
    )


def _model_uses(video: CheckedVideo, stored: Artifact) -> Iterator[ModelUse]:
    """What was made of the proposals of a language model. ``stored`` is the delivery in the store."""
    highlight = video.resolved.value.request.highlight
    post = Post.model_validate(stored.parameters["post"])
    transcripts = video.transcripts.values.values()
    found = [one.language_model for one in transcripts]
    found += [made.language_model for one in transcripts for made in one.translations]
    found += [highlight.language_model if highlight is not None else None, post.language_model]
    return (one for one in found if one is not None)


def _stage_use(artifact: Artifact) -> StageUse:
    return StageUse(
        name=artifact.stage,
        fingerprint=artifact.fingerprint,
        version=artifact.version,
        tools=artifact.tools,
        device=artifact.device,
        precision=artifact.precision,
        seconds=artifact.seconds,
    )


def _record(
    home: Home, video: CheckedVideo, decision: Decision, root: Path, plan: Delivery, manifest: Manifest
) -> DeliveryRecord:
    """The catalog's record of the delivery. Removes the folders of earlier deliveries of the version.

    Where a language model gave no answer, the environment stays open: the next run asks again.
    """
    upload, preset = video.upload, video.resolved.value.preset.name
    request = Request.model_validate(upload.asked)
    unanswered = any(use.unanswered for use in manifest.language_model)
    return DeliveryRecord(
        at=time.time(),
        source=upload,
        seconds=video.composite.value.composite.video_seconds,
        verdict=video.qc.value.verdict,
        score=video.qc.value.score,
        notes=(*video.spec.notes, *post_notes(manifest.language_model)),
        degraded=decision.degraded,
        held=decision.held,
        released=decision.released,
        video=(root / plan.video).relative_to(home.root).as_posix(),
        others=replace_earlier(home, upload.key, decision.earlier, root / plan.folder, decision.held),
        engine=video.segments.value.engine,
        preset=preset,
        presets=presets_digest(request, preset),
        files=delivered_files(home, root, plan),
        environment=None if unanswered else environment_digest(home, request.brand),
        codes=video.qc.value.gates,
        overrides=upload.overrides,
    )


def _log(video: CheckedVideo, decision: Decision, path: Path, pending_since: float | None) -> None:
    if decision.held:
        people.warning("Held until a person releases it: %s", path)
    else:
        how = "Delivered degraded" if decision.degraded else "Delivered"
        people.info("%s: %s", how, path, extra={"result": how})
    event, report = "held" if decision.held else "delivered", video.qc.value
    log.info(
        event,
        extra={
            "event": event,
            "engine": video.segments.value.engine,
            "degraded": decision.degraded is not None,
            "verdict": report.verdict,
            "score": report.score,
            "attempt": len(decision.attempts),
            "archetype": video.resolved.value.archetype,
            "video_seconds": video.composite.value.composite.video_seconds,
            "pending_since": pending_since,
            "memory_mb": round(peak_memory() / 1e6),
        },
    )
