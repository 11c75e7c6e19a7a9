"""What came in, and what it asks for."""

import dagster as dg

from pytoon_pipeline.analysis.results import MetadataByItem
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.stored import Stored
from pytoon_pipeline.defs.overrides import RunOverrides, check_overrides
from pytoon_pipeline.defs.partitions import REASON_TAG
from pytoon_pipeline.defs.resources import CatalogResource, ConfigResource, StoreResource
from pytoon_pipeline.defs.stage import Materialized, materialize, stage_asset
from pytoon_pipeline.intake.source import SOURCE, store_source
from pytoon_pipeline.operations.resolve import RESOLVED, store_resolved
from pytoon_pipeline.reporting.tables import bullets


@stage_asset(SOURCE, "source", "file")
def source_media(
    context: dg.AssetExecutionContext, store: StoreResource, catalog: CatalogResource, config: RunOverrides
) -> Materialized:
    """The upload as received: its files, verified by content, the files of its brand, and the request."""
    upload = catalog.uploads.get(context.partition_key).model_copy(update={"overrides": config.fields})
    request = check_overrides(upload)
    if context.run.tags.get(REASON_TAG) == "presets":
        catalog.uploads.forget_attempts(upload.key, upload.overrides)
    result = store_source(store.artifacts, upload, request.brand)
    items = result.artifact.read(SourceMedia).items
    metadata = {
        "title": upload.title,
        "items": dg.MetadataValue.md(bullets(f"{one.role}: {one.name}, {one.bytes / 1e6:.2f} MB" for one in items)),
        "request": upload.asked,
        "overrides": upload.overrides,
    }
    return materialize(result, metadata)


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
    result = store_resolved(store.artifacts, source_media, metadata, attempts, config.limits)
    resolved = result.artifact.read(ResolvedRequest)
    origins = [dg.TableRecord({"value": name, "origin": origin}) for name, origin in sorted(resolved.origins.items())]
    decisions = {
        "archetype": resolved.archetype,
        "preset": resolved.preset.name,
        "brand": resolved.brand.name if resolved.brand is not None else "–",
        "platform": resolved.platform.name,
        "attempt": resolved.attempt,
        "remedies": ", ".join(resolved.remedies) or "–",
        "origins": dg.MetadataValue.table(origins),
    }
    return materialize(result, decisions)
