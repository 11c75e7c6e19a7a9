"""Doing a piece of work once: look for its fingerprint first, make it only when it is not there."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pytoon_pipeline.contracts.artifact import Artifact, StoredFile
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.store.fingerprint import fingerprint
from pytoon_pipeline.store.store import Store

# permanent: depends on the media alone and is never removed. conditional: the same, computed only where it is needed.
# dynamic: small, changes with the request. by_rule: can be recomputed, garbage collection removes it by age and size.
# kept: what a person gets or reads.
Retention = Literal["permanent", "conditional", "dynamic", "by_rule", "kept"]


@dataclass(frozen=True)
class Stage:
    """A named kind of work. Increase ``version`` when the code computes another result from the same inputs."""

    name: str
    version: int
    retention: Retention = "permanent"


@dataclass(frozen=True)
class StageOutput:
    """What a stage makes: a record, files that lie in its workroom or in the store already, the device and precision.

    ``precision`` is that of a model's numbers; none for what has no model.
    """

    value: Record
    files: Mapping[str, Path] = field(default_factory=dict)
    stored: Mapping[str, StoredFile] = field(default_factory=dict)
    device: str = "cpu"
    precision: str = ""


@dataclass(frozen=True)
class StageResult:
    """An artifact, whether it had to be made, and the seconds that this took now."""

    artifact: Artifact
    status: Literal["computed", "cached"]
    seconds: float


@dataclass(frozen=True)
class StageKey:
    """All that decides what a stage gives. Its fingerprint is the name of the result."""

    stage: Stage
    inputs: Mapping[str, str]
    parameters: Mapping[str, Any]
    tools: Mapping[str, str]

    @cached_property
    def fingerprint(self) -> str:
        return fingerprint(self.stage.name, self.stage.version, self.inputs, self.parameters, self.tools)


def run_stage(
    store: Store,
    stage: Stage,
    make: Callable[[Path], StageOutput],
    *,
    inputs: Mapping[str, str],
    parameters: Mapping[str, Any] | None = None,
    tools: Mapping[str, str] | None = None,
) -> StageResult:
    """Finds or makes the artifact of ``stage`` for these inputs.

    ``make`` gets an empty folder for its files. Whatever it raises leaves nothing in the store.
    """
    return get_or_compute(store, StageKey(stage, inputs, parameters or {}, tools or {}), make)


def get_or_compute(store: Store, recipe: StageKey, make: Callable[[Path], StageOutput]) -> StageResult:
    """Finds or makes what ``recipe`` gives."""
    began = time.perf_counter()
    if found := store.reuse(recipe.fingerprint):
        return StageResult(found, "cached", time.perf_counter() - began)
    store.ensure_free_space()
    with scratch_dir(store.work) as scratch:
        product = make(scratch)
        files = dict(product.stored) | {role: store.adopt(path) for role, path in product.files.items()}
    seconds = time.perf_counter() - began
    artifact = Artifact(
        stage=recipe.stage.name,
        version=recipe.stage.version,
        fingerprint=recipe.fingerprint,
        inputs=dict(recipe.inputs),
        parameters=dict(recipe.parameters),
        tools=dict(recipe.tools),
        value=product.value.model_dump(mode="json"),
        files=files,
        seconds=round(seconds, 4),
        device=product.device,
        precision=product.precision,
    )
    store.put_artifact(artifact)
    return StageResult(artifact, "computed", seconds)
