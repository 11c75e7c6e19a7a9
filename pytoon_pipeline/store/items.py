"""Stages that work item by item: the result for one item is found by the item's content, in whichever upload it is."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pytoon_pipeline.contracts.artifact import Artifact, ItemArtifacts
from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError
from pytoon_pipeline.contracts.media import NO_MEDIA, SourceItem, SourceMedia
from pytoon_pipeline.store.stages import Stage, StageOutput, StageResult, run_stage
from pytoon_pipeline.store.store import Store

# Distinguishes the result for one item from the collection of an upload.
ITEM = "_of_item"


@dataclass(frozen=True)
class ItemWork:
    """How to compute a stage for one item, and everything that decides the result."""

    compute: Callable[[Path], StageOutput]
    inputs: Mapping[str, str]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: Mapping[str, str] = field(default_factory=dict)


def item_stage(stage: Stage) -> Stage:
    """The stage whose artifacts are the results for single items."""
    return replace(stage, name=stage.name + ITEM)


def unique_items(source: SourceMedia, wanted: Collection[str] | None = None) -> list[SourceItem]:
    """The media files of an upload, each content once; only those whose SHA-256 is in ``wanted``, when given."""
    by_content = {item.sha256: item for item in source.items if item.role not in NO_MEDIA}
    return [item for item in by_content.values() if wanted is None or item.sha256 in wanted]


def run_item(store: Store, stage: Stage, work: ItemWork) -> StageResult:
    """Finds or computes the result of ``stage`` for one item."""
    return run_stage(
        store,
        item_stage(stage),
        work.compute,
        inputs=work.inputs,
        parameters=work.parameters,
        tools=work.tools,
    )


def compute_items(
    store: Store, stage: Stage, items: Sequence[SourceItem], work: Callable[[SourceItem], ItemWork]
) -> tuple[StageResult, dict[str, Artifact]]:
    """Finds or computes the artifact of ``stage`` for each item.

    Returns the collection, and the artifact of each item by its SHA-256. What was kept in memory is a dictionary by
    item. Errors name the file when there are several.
    """
    results: dict[str, StageResult] = {}
    for item in items:
        try:
            results[item.sha256] = run_item(store, stage, work(item))
        except PytoonError as error:
            if len(items) > 1 and f"“{item.name}”" not in error.message:
                error.message = f"“{item.name}”: {error.message}"
            raise
    parts = {item: result.artifact for item, result in results.items()}
    collection = _collect(store, stage, parts)
    computed = any(result.status == "computed" for result in results.values())
    if not results:
        computed = collection.status == "computed"
    seconds = sum(result.seconds for result in results.values())
    ended = max((result.ended for result in results.values()), default=collection.ended)
    held = {item: result.held for item, result in results.items() if result.held is not None}
    return StageResult(collection.artifact, "computed" if computed else "cached", seconds, ended, held), parts


def _collect(store: Store, stage: Stage, parts: Mapping[str, Artifact]) -> StageResult:
    """The artifact that lists those of the items, with all their devices and precisions."""
    fingerprints = {item: artifact.fingerprint for item, artifact in parts.items()}
    devices = ", ".join(dict.fromkeys(artifact.device for artifact in parts.values()))
    precisions = ", ".join(dict.fromkeys(artifact.precision for artifact in parts.values()))

    def compute(scratch: Path) -> StageOutput:
        return StageOutput(ItemArtifacts(items=fingerprints), device=devices or "cpu", precision=precisions)

    return run_stage(store, stage, compute, inputs=fingerprints)


def item_artifacts(store: Store, collection: Artifact) -> dict[str, Artifact]:
    """The artifact of each item in a collection, by the item's SHA-256.

    Raises ``DependencyMissing`` when one is missing or damaged.
    """
    found = {item: store.find(fingerprint) for item, fingerprint in collection.read(ItemArtifacts).items.items()}
    if not all(found.values()):
        raise DependencyMissing(
            "artifact_missing",
            f"A result of “{collection.stage}” is no longer in the store.",
            f"Materialize “{collection.stage}” for this upload, or the whole graph.",
        )
    return {item: artifact for item, artifact in found.items() if artifact is not None}
