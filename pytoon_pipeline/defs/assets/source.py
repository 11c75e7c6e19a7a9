"""What came in, and what it asks for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from pytoon_pipeline.config.brands import brand_files
from pytoon_pipeline.config.presets import load_brand
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.media import Metadata, Role, SourceItem, SourceMedia
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.stored import StoredItems
from pytoon_pipeline.defs.overrides import RunOverrides, check_overrides
from pytoon_pipeline.defs.partitions import REASON_TAG
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import run, stage_asset
from pytoon_pipeline.intake.admission import check_file
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.stages import Stage, StageOutput

SOURCE = Stage("source_media", 2)
RESOLVED = Stage("resolved_request", 1)


@stage_asset(SOURCE, "source", "file")
def source_media(context: dg.AssetExecutionContext, studio: Studio, config: RunOverrides) -> dg.Output[Artifact]:
    """The upload as it came in: its files, verified by content, the files of its brand, the request, and origins."""
    upload = studio.uploads.get(context.partition_key).model_copy(update={"overrides": config.fields})
    request = check_overrides(upload)
    if context.run.tags.get(REASON_TAG) == "presets":
        studio.uploads.forget_attempts(upload.key, upload.overrides)
    own = [item.stored for item in upload.items]
    for item, file in zip(upload.items, own, strict=True):
        if not studio.store.verify(file):
            raise DependencyMissing(
                "upload_damaged", f"The stored copy of “{item.name}” is gone or damaged.", "Add the upload again."
            )
    brand = load_brand(request.brand) if request.brand else None
    items = (*upload.items, *(_kept(studio, path, role) for path, role in brand_files(brand)))
    complete = upload.model_copy(update={"items": items})
    files = {f"{item.role}-{n}": item.stored for n, item in enumerate(items)}
    return run(
        context,
        studio,
        SOURCE,
        lambda scratch: StageOutput(complete, stored=files),
        inputs={role: file.sha256 for role, file in files.items()},
        parameters={"upload": complete.model_dump(mode="json")},
        show=lambda artifact: {
            "title": upload.title,
            "items": dg.MetadataValue.md(
                "\n".join(f"- {item.role}: {item.name}, {item.bytes / 1e6:.2f} MB" for item in items) or "–"
            ),
            "request": upload.asked,
            "overrides": upload.overrides,
        },
    )


@stage_asset(RESOLVED, "source", "python")
def resolved_request(
    context: dg.AssetExecutionContext, studio: Studio, source_media: Artifact, metadata: StoredItems[Metadata]
) -> dg.Output[Artifact]:
    """The request with everything decided: archetype, preset, brand, platform and remedies. Each value says where it
    comes from."""
    from pytoon_pipeline.operations.resolve import resolve

    upload = source_media.read(SourceMedia)
    infos = {item: one.info for item, one in metadata.values.items()}
    resolved = resolve(upload, infos, studio.uploads.attempts(upload.key, upload.overrides), studio.limits)
    return run(
        context,
        studio,
        RESOLVED,
        lambda scratch: StageOutput(resolved),
        inputs={"source_media": source_media.fingerprint, "metadata": metadata.fingerprint},
        parameters={"resolved": hash_value(resolved.model_dump(mode="json"))},
        show=lambda artifact: _decisions(resolved),
    )


def _decisions(resolved: ResolvedRequest) -> Mapping[str, Any]:
    """What operators see of a resolved request."""
    rows = [dg.TableRecord({"value": path, "origin": origin}) for path, origin in sorted(resolved.origins.items())]
    return {
        "archetype": resolved.archetype,
        "preset": resolved.preset.name,
        "brand": resolved.brand.name if resolved.brand is not None else "–",
        "platform": resolved.platform.name,
        "attempt": resolved.attempt,
        "remedies": ", ".join(resolved.remedies) or "–",
        "origins": dg.MetadataValue.table(rows),
    }


def _kept(studio: Studio, path: Path, role: Role) -> SourceItem:
    check_file(path)
    file = studio.store.put(path)
    return SourceItem(name=path.name, sha256=file.sha256, bytes=file.bytes, origin=f"brand: {path.name}", role=role)
