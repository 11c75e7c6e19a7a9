"""What came in."""

from pathlib import Path

import dagster as dg

from pytoon_pipeline.config.presets import brand_file, load_brand
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.media import Role, SourceItem
from pytoon_pipeline.defs.overrides import RunOverrides, check_overrides
from pytoon_pipeline.defs.partitions import REASON_TAG
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import run, stage_asset
from pytoon_pipeline.runtime.files import check_file
from pytoon_pipeline.store.stages import Stage, StageOutput

SOURCE = Stage("source_media", 2)


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


def brand_files(brand: Brand | None) -> list[tuple[Path, Role]]:
    """The files that a brand brings: its logo, and fonts of its own."""
    if brand is None:
        return []
    found: list[tuple[Path, Role]] = [(brand_file(brand.logo), "logo")] if brand.logo else []
    names = dict.fromkeys((brand.fonts.headline, brand.fonts.body))
    return found + [(brand_file(name), "font") for name in names if is_font_file(name)]


def is_font_file(name: str) -> bool:
    """Whether a brand means a file of its own, rather than a font that comes with Pytoon."""
    return name.lower().endswith((".ttf", ".otf"))


def _kept(studio: Studio, path: Path, role: Role) -> SourceItem:
    check_file(path)
    file = studio.store.put(path)
    return SourceItem(name=path.name, sha256=file.sha256, bytes=file.bytes, origin=f"brand: {path.name}", role=role)
