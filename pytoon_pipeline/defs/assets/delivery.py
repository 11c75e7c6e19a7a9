"""What people get."""

import logging
import time
from pathlib import Path
from typing import Any

import dagster as dg

from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.config.defaults import preset_name
from pytoon_pipeline.config.presets import load_brand, load_preset, presets_digest
from pytoon_pipeline.contracts.analysis import Transcript
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.manifest import Delivery, Manifest, StageUse
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import FinishedVideo, RenderedSegments
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.defs.assets.analysis import infos_of
from pytoon_pipeline.defs.items import parts_of
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import output, stage_asset
from pytoon_pipeline.delivery import subtitles
from pytoon_pipeline.delivery.outbox import deliver, failure, plan_delivery, replace_earlier
from pytoon_pipeline.quality.degradation import degradation, degradation_comment, hazards, release_of
from pytoon_pipeline.rendering import stages
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage

DELIVERY = Stage("delivered_video", 5)

log = logging.getLogger("pytoon.delivery")


@stage_asset(DELIVERY, "delivery", "file")
def delivered_video(
    context: dg.AssetExecutionContext,
    studio: Studio,
    source_media: Artifact,
    metadata: Artifact,
    transcription: Artifact,
    render_spec: Artifact,
    rendered_segments: Artifact,
    composite: Artifact,
    qc_score: Artifact,
) -> dg.Output[Artifact]:
    """Video, thumbnail, captions and manifest in the outbox, when the verdict allows it; with a hazard in the folder
    of held videos, until a person releases it."""
    report = qc_score.read(QcReport)
    upload = source_media.read(SourceMedia)
    ready, planned = rendered_segments.read(RenderedSegments), render_spec.read(RenderSpec)
    spec = ready.rendered_spec(planned)
    if report.verdict == "fail" and not spec.fallback:
        raise failure(report)
    attempts, earlier = studio.uploads.attempts(upload.key, upload.overrides), studio.uploads.delivered(upload.key)
    degraded = degradation(planned, ready, report, attempts)
    released = release_of(earlier, composite.files["video"].sha256)
    held = bool(hazards(report.gates)) and released is None
    plan = plan_delivery(upload.title, upload.key, degraded is not None)

    def make(scratch: Path) -> StageOutput:
        stored = {"video": composite.files["video"], "thumbnail": composite.files["thumbnail"]}
        return StageOutput(plan, subtitles.write(spec, scratch), stored)

    done = run_stage(
        studio.store,
        DELIVERY,
        make,
        inputs={
            artifact.stage: artifact.fingerprint
            for artifact in (source_media, transcription, render_spec, rendered_segments, composite, qc_score)
        },
        parameters={"key": upload.key, "title": upload.title, "degraded": degraded is not None},
    )
    names = dict(zip(("video", "thumbnail", *subtitles.FORMATS), _names(plan), strict=True))
    files = {name: studio.store.path(done.artifact.files[role]) for role, name in names.items()}
    request = Request.model_validate(upload.asked)
    infos = infos_of(studio, metadata)
    name = preset_name(request, upload.items, infos)
    heard = [part.read(Transcript).transcriber for part in parts_of(studio.store, transcription).values()]
    finished = composite.read(FinishedVideo)
    manifest = Manifest(
        key=upload.key,
        title=upload.title,
        media=upload.items,
        probed=infos,
        thumbnail=finished.thumbnail,
        tools=stages.producer_versions(rendered_segments.tools),
        picture_packets=finished.composite.video_packets_sha256,
        audio_packets=finished.composite.audio_packets_sha256,
        comment=degradation_comment(planned, ready),
        request=upload.asked,
        overrides=upload.overrides,
        preset=load_preset(name, request.adjust),
        brand=load_brand(request.brand) if request.brand else None,
        spec=spec,
        encoder=stages.encoders(),
        transcriber=next(iter(heard), None),
        engine=ready.engine,
        failed_engines=ready.engine_attempts,
        stages=tuple(_use(artifact) for artifact in studio.store.lineage(done.artifact)),
        files={name: done.artifact.files[role].sha256 for role, name in names.items()},
        qc=report,
        items=tuple(Registry(studio.places).of(upload)),
        attempts=attempts,
        degraded=degraded,
        released=released,
    )
    home = studio.places
    root = home.held if held else home.outbox
    written = deliver(root, home.work, plan, files, manifest)
    record = DeliveryRecord(
        at=time.time(),
        degraded=degraded,
        held=held,
        released=released,
        video=(root / plan.video).relative_to(home.root).as_posix(),
        others=replace_earlier(home, upload.key, earlier, root / plan.folder, held),
        engine=ready.engine,
        preset=name,
        presets=presets_digest(request, name),
        codes=report.gates,
        overrides=upload.overrides,
    )
    studio.uploads.deliver(upload.key, record, upload)
    event = "held" if held else "delivered"
    log.info(
        event,
        extra={"event": event, "engine": ready.engine, "degraded": degraded is not None, "verdict": report.verdict,
               "score": report.score, "attempt": len(attempts)},
    )  # fmt: skip
    status = StageResult(done.artifact, "computed" if written else done.status, done.seconds)
    return output(
        context,
        status,
        {
            "title": upload.title,
            "overrides": upload.overrides,
            "engine": ready.engine,
            **_shown(root, plan, record, report),
        },
    )


def _names(plan: Delivery) -> tuple[str, ...]:
    return plan.video, plan.thumbnail, *plan.captions


def _use(artifact: Artifact) -> StageUse:
    return StageUse(
        name=artifact.stage,
        fingerprint=artifact.fingerprint,
        version=artifact.version,
        tools=artifact.tools,
        device=artifact.device,
        precision=artifact.precision,
        seconds=artifact.seconds,
    )


def _shown(root: Path, plan: Delivery, record: DeliveryRecord, report: QcReport) -> dict[str, Any]:
    reasons = record.degraded.reasons if record.degraded is not None else ()
    names = {"video": plan.video, "thumbnail_file": plan.thumbnail, "captions": plan.captions[0]}
    paths = {f"held_{name}" if record.held else name: path for name, path in names.items()}
    return {
        "degraded": bool(reasons),
        "degraded_because": dg.MetadataValue.md("\n".join(f"- {one.code}: {one.message}" for one in reasons) or "–"),
        "held": record.held,
        **{name: dg.MetadataValue.path(str(root / path)) for name, path in paths.items()},
        "manifest": dg.MetadataValue.path(str(root / plan.manifest)),
        "verdict": report.verdict,
        "score": report.score,
    }
