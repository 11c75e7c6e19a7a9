"""What came in."""

import dagster as dg

from pytoon_pipeline.contracts.artifact import Artifact, StoredFile
from pytoon_pipeline.contracts.errors import MissingPart
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import failures, run, stage_asset
from pytoon_pipeline.store.stages import Product, Stage

SOURCE = Stage("source_media", 1)


@stage_asset(SOURCE, "source", "file")
def source_media(context: dg.AssetExecutionContext, studio: Studio) -> dg.Output[Artifact]:
    """The upload as it came in: its files, verified by content, the request, and where each file is from."""
    with failures(context, studio):
        upload = studio.uploads.get(context.partition_key)
        files = {f"media-{n}": StoredFile(sha256=item.sha256, bytes=item.bytes) for n, item in enumerate(upload.items)}
        for item, file in zip(upload.items, files.values(), strict=True):
            if not studio.store.intact(file):
                raise MissingPart(
                    "upload_damaged", f"The stored copy of “{item.name}” is gone or damaged.", "Add the upload again."
                )
    return run(
        context,
        studio,
        SOURCE,
        lambda room: Product(upload, stored=files),
        inputs={role: file.sha256 for role, file in files.items()},
        parameters={"upload": upload.model_dump(mode="json")},
        show=lambda artifact: {
            "title": upload.title,
            "items": dg.MetadataValue.md(
                "\n".join(f"- {item.name}: {item.bytes / 1e6:.2f} MB" for item in upload.items)
            ),
            "request": upload.request,
        },
    )
