"""Stages that are made for each item of an upload: found by the item's content, whoever uploads it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from pytoon_pipeline.contracts.artifact import Artifact, ItemArtifacts
from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError
from pytoon_pipeline.contracts.media import NO_MEDIA, SourceItem, SourceMedia
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.defs.stage import output
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage
from pytoon_pipeline.store.store import Store

# Distinguishes the work on one item from the collection that an asset keeps.
ITEM = "_of_item"


@dataclass(frozen=True)
class ItemWork:
    """What it takes to make a stage's artifact for one item."""

    compute: Callable[[Path], StageOutput]
    inputs: Mapping[str, str]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)


def run_items(
    context: dg.AssetExecutionContext,
    studio: Studio,
    stage: Stage,
    items: Sequence[SourceItem],
    work: Callable[[SourceItem], ItemWork],
    show: Callable[[Mapping[str, Artifact]], Mapping[str, Any]] = lambda parts: {},
) -> dg.Output[Artifact]:
    """Finds or makes the artifact of ``stage`` for each item, and the collection of them."""
    done, parts = collect_items(studio.store, stage, items, work)
    return output(context, done, show(parts))


def collect_items(
    store: Store, stage: Stage, items: Sequence[SourceItem], work: Callable[[SourceItem], ItemWork]
) -> tuple[StageResult, dict[str, Artifact]]:
    """The collection, and the artifact of each item. Errors name the file when there are several."""
    done: dict[str, StageResult] = {}
    for item in items:
        try:
            one = work(item)
            done[item.sha256] = run_stage(
                store, Stage(stage.name + ITEM, stage.version), one.compute,
                inputs=one.inputs, parameters=one.parameters, tools=one.tools,
            )  # fmt: skip
        except PytoonError as error:
            if len(items) > 1:
                error.message = f"“{item.name}”: {error.message}"
            raise
    parts = {item: one.artifact for item, one in done.items()}
    prints = {item: artifact.fingerprint for item, artifact in parts.items()}

    def of(name: str) -> str:
        """Devices or precisions of all items; the processor when there are none."""
        return ", ".join(dict.fromkeys(str(getattr(artifact, name)) for artifact in parts.values()))

    def gather(scratch: Path) -> StageOutput:
        return StageOutput(ItemArtifacts(items=prints), device=of("device") or "cpu", precision=of("precision"))

    together = run_stage(store, stage, gather, inputs=prints)
    computed = any(one.status == "computed" for one in done.values()) or (not done and together.status == "computed")
    seconds = sum(one.seconds for one in done.values())
    return StageResult(together.artifact, "computed" if computed else "cached", seconds), parts


def parts_of(store: Store, collection: Artifact) -> dict[str, Artifact]:
    """The artifact of each item in a collection. Raises ``DependencyMissing`` when one is gone or damaged."""
    found = {item: store.find(fingerprint) for item, fingerprint in collection.read(ItemArtifacts).items.items()}
    if not all(found.values()):
        raise DependencyMissing(
            "artifact_missing",
            f"A result of “{collection.stage}” is no longer in the store.",
            f"Materialize “{collection.stage}” for this upload, or the whole graph.",
        )
    return {item: artifact for item, artifact in found.items() if artifact is not None}


def items_of(source: Artifact, wanted: Sequence[str] | None = None) -> list[SourceItem]:
    """The files of an upload, each content once; those in ``wanted`` only, when given."""
    by_content = {item.sha256: item for item in source.read(SourceMedia).items if item.role not in NO_MEDIA}
    return [item for item in by_content.values() if wanted is None or item.sha256 in wanted]
