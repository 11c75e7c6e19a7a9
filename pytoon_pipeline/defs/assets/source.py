"""What came in, what it is, and what it asks for."""

import dagster as dg

from pytoon_pipeline.analysis.results import MetadataByItem
from pytoon_pipeline.analysis.roles import check_usable
from pytoon_pipeline.analysis.stages.media_probe import MediaProbe
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.defs.jobs import ANALYSED, CHECKED, selects
from pytoon_pipeline.defs.links import render_again_link
from pytoon_pipeline.defs.overrides import RunOverrides, check_overrides
from pytoon_pipeline.defs.partitions import chosen_partition, key_of
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource, StoreResource
from pytoon_pipeline.defs.stage import Materialized, analysis_asset, materialize, materialize_analysis, stage_asset
from pytoon_pipeline.defs.tags import PRESET_TAG, REASON_TAG, tag_run, title_tags
from pytoon_pipeline.intake.preflight import Preflight
from pytoon_pipeline.intake.source import SOURCE, store_source
from pytoon_pipeline.operations.resolve import RESOLVED, announce, resolve, store_resolved
from pytoon_pipeline.operations.work_ahead import work_ahead
from pytoon_pipeline.reporting.tables import bullets, media_list
from pytoon_pipeline.store.items import unique_items


@stage_asset(SOURCE, "source", "file")
def source_media(
    context: dg.AssetExecutionContext, store: StoreResource, catalog: CatalogResource, config: RunOverrides
) -> Materialized:
    """The upload as received: its files, verified by content, the files of its brand, and the request. A run may
    replace fields of the request here."""
    key = key_of(catalog.uploads, chosen_partition(context))
    upload = catalog.uploads.get(key).model_copy(update={"overrides": config.fields})
    tag_run(context, title_tags(upload))
    request = check_overrides(upload)
    if context.run.tags.get(REASON_TAG) == "presets":
        catalog.uploads.forget_attempts(upload.key, upload.overrides)
    if selects(context.run, ANALYSED):
        work_ahead(catalog.config.home, store.artifacts, upload, only_analyses=not selects(context.run, CHECKED))
    result = store_source(store.artifacts, upload, request.brand)
    return materialize(result, _describe_upload(context.partition_key, upload, result.artifact.read(SourceMedia).items))


def _describe_upload(partition: str, upload: SourceMedia, items: tuple[SourceItem, ...]) -> dict[str, object]:
    """What operators see of an upload."""
    return {
        "title": upload.title,
        "files": dg.MetadataValue.md(bullets(f"{one.role}: {one.name}, {one.bytes / 1e6:.2f} MB" for one in items)),
        "file_count": len(items),
        "upload_mb": round(sum(one.bytes for one in items) / 1e6, 3),
        "request": upload.asked,
        "overrides": upload.overrides,
        "render_again": render_again_link(partition),
        "key": upload.key,
    }


@analysis_asset(MediaProbe, group="source")
def metadata(
    context: dg.AssetExecutionContext, store: StoreResource, config: ConfigResource, source_media: SourceMedia
) -> Materialized:
    """The properties of each file: length, frame rate, size, rotation, pixel shape, colour and streams, both as its
    headers declare them and as they really are. Also its audio at 16 kHz."""
    limits, artifacts = config.limits, store.artifacts
    result = MediaProbe(artifacts, limits, Preflight(artifacts, limits).probe).run(artifacts, source_media)
    infos = {item: one.info for item, one in result.values.items()}
    check_usable(source_media.items, infos, limits)
    listed = dg.MetadataValue.md(media_list(unique_items(source_media), infos))
    return materialize_analysis(result, {"items": listed})


@stage_asset(RESOLVED, "source", "python")
def resolved_request(
    context: dg.AssetExecutionContext,
    store: StoreResource,
    catalog: CatalogResource,
    config: ConfigResource,
    source_media: Stored[SourceMedia],
    metadata: MetadataByItem,
) -> Materialized:
    """The request with all choices made: archetype, preset, brand, platform and remedies. Each value has its
    origin."""
    upload = source_media.value
    attempts = catalog.uploads.attempts(upload.key, upload.overrides)
    infos = {item: one.info for item, one in metadata.values.items()}
    resolved = resolve(upload, infos, attempts, config.limits)
    announce(resolved, attempts)
    result = store_resolved(store.artifacts, source_media, metadata, resolved)
    tag_run(context, {PRESET_TAG: resolved.preset.name})
    return materialize(result, _describe_request(resolved))


def _describe_request(resolved: ResolvedRequest) -> dict[str, object]:
    """What operators see of the decisions."""
    origins = [dg.TableRecord({"value": name, "origin": origin}) for name, origin in sorted(resolved.origins.items())]
    return {
        "archetype": resolved.archetype,
        "preset": resolved.preset.name,
        "brand": resolved.brand.name if resolved.brand is not None else "–",
        "platform": resolved.platform.name,
        "attempt": resolved.attempt,
        "remedies": ", ".join(resolved.remedies) or "–",
        "origins": dg.MetadataValue.table(origins),
    }
