"""The stage ``source_media``: an upload with the files of its brand, verified in the store."""

from pathlib import Path

from pytoon_pipeline.config.brands import brand_files
from pytoon_pipeline.config.presets import load_brand
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.media import Role, SourceItem, SourceMedia
from pytoon_pipeline.runtime.files import check_file
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage
from pytoon_pipeline.store.store import Store

SOURCE = Stage("source_media", 2)


def store_source(store: Store, upload: SourceMedia, brand: str | None) -> StageResult:
    """Verifies the files of an upload and adds those of its brand; the record is a ``SourceMedia``.

    Raises ``DependencyMissing`` when the store has lost or damaged a file, and ``InvalidInput`` for an unknown brand.
    """
    for item in upload.items:
        if not store.verify(item.stored):
            raise DependencyMissing(
                "upload_damaged", f"The stored copy of “{item.name}” is missing or damaged.", "Submit the upload again."
            )
    # An upload's own logo stands in place of the brand's.
    present = {item.role for item in upload.items} & {"logo"}
    files = [one for one in brand_files(load_brand(brand) if brand else None) if one[1] not in present]
    items = (*upload.public_items, *(_store_brand_file(store, path, role) for path, role in files))
    complete = upload.model_copy(update={"items": items})
    stored = {f"{item.role}-{n}": item.stored for n, item in enumerate(items)}
    return run_stage(
        store,
        SOURCE,
        lambda scratch: StageOutput(complete, stored=stored),
        inputs={role: file.sha256 for role, file in stored.items()},
        parameters={"upload": complete.model_dump(mode="json")},
    )


def _store_brand_file(store: Store, path: Path, role: Role) -> SourceItem:
    check_file(path)
    file = store.put(path)
    return SourceItem(name=path.name, sha256=file.sha256, bytes=file.bytes, origin="brand", role=role)
