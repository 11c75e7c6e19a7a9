"""What people get."""

import logging
import time
from pathlib import Path
from typing import Any

import dagster as dg

from pytoon_pipeline.contracts.analysis import Transcript
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.manifest import Delivery, Manifest, StageUse
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.rendering import SegmentsReady
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec import RenderSpec
from pytoon_pipeline.contracts.standing import DeliveryRecord
from pytoon_pipeline.defs.assets.analysis import infos_of
from pytoon_pipeline.defs.items import parts_of
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import output, stage_asset
from pytoon_pipeline.planning.presets import load_brand, load_preset, presets_print
from pytoon_pipeline.planning.resolving import resolved_preset
from pytoon_pipeline.quality.delivery import deliver, failure, plan_delivery
from pytoon_pipeline.rendering import stages, subtitles
from pytoon_pipeline.store.registry import Registry
from pytoon_pipeline.store.stages import Done, Product, Stage, run_stage

DELIVERY = Stage("delivered_video", 4)

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
    """Video, thumbnail, captions and manifest in the outbox, when the verdict allows it."""
    report = qc_score.read(QcReport)
    upload = source_media.read(SourceMedia)
    ready = rendered_segments.read(SegmentsReady)
    spec = ready.shown(render_spec.read(RenderSpec))
    if report.verdict == "fail" and not spec.safe:
        raise failure(report)
    plan = plan_delivery(upload.title, upload.key)

    def make(room: Path) -> Product:
        stored = {"video": composite.files["video"], "thumbnail": composite.files["thumbnail"]}
        return Product(plan, subtitles.write(spec, room), stored)

    done = run_stage(
        studio.store,
        DELIVERY,
        make,
        inputs={
            artifact.stage: artifact.fingerprint
            for artifact in (source_media, transcription, render_spec, rendered_segments, composite, qc_score)
        },
        parameters={"key": upload.key, "title": upload.title},
    )
    names = dict(zip(("video", "thumbnail", *subtitles.FORMATS), _names(plan), strict=True))
    files = {name: studio.store.path(done.artifact.files[role]) for role, name in names.items()}
    request = Request.model_validate(upload.request)
    name = resolved_preset(request, upload.items, infos_of(studio, metadata))
    heard = [part.read(Transcript).recogniser for part in parts_of(studio.store, transcription).values()]
    manifest = Manifest(
        key=upload.key,
        title=upload.title,
        media=upload.items,
        request=upload.request,
        preset=load_preset(name, request.adjust),
        brand=load_brand(request.brand) if request.brand else None,
        spec=spec,
        encoder=stages.encoders(),
        recogniser=next(iter(heard), None),
        engine=ready.engine,
        engines_that_failed=ready.tried,
        stages=tuple(_use(artifact) for artifact in studio.store.lineage(done.artifact)),
        files={name: done.artifact.files[role].sha256 for role, name in names.items()},
        qc=report,
        items=tuple(Registry(studio.places).of(upload)),
        attempts=studio.uploads.attempts(upload.key),
        degraded=spec.safe,
    )
    written = deliver(studio.places, plan, files, manifest)
    studio.uploads.deliver(
        upload.key,
        DeliveryRecord(
            at=time.time(),
            degraded=spec.safe,
            engine=ready.engine,
            preset=name,
            presets=presets_print(request, name),
            codes=tuple(dict.fromkeys(f.code for f in report.findings if f.severity == "gate")),
        ),
        upload,
    )
    log.info(
        "delivered",
        extra={"event": "delivered", "engine": ready.engine, "degraded": spec.safe, "verdict": report.verdict,
               "score": report.score, "attempt": len(studio.uploads.attempts(upload.key))},
    )  # fmt: skip
    status = Done(done.artifact, "computed" if written else done.status, done.seconds)
    return output(
        context,
        status,
        {
            "title": upload.title,
            "degraded": spec.safe,
            "engine": ready.engine,
            **_shown(studio.places.outbox, plan, report),
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


def _shown(outbox: Path, plan: Delivery, report: QcReport) -> dict[str, Any]:
    return {
        "video": dg.MetadataValue.path(str(outbox / plan.video)),
        "thumbnail_file": dg.MetadataValue.path(str(outbox / plan.thumbnail)),
        "captions": dg.MetadataValue.path(str(outbox / plan.captions[0])),
        "manifest": dg.MetadataValue.path(str(outbox / plan.manifest)),
        "verdict": report.verdict,
        "score": report.score,
    }
