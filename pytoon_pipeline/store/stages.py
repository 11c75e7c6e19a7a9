"""Doing a piece of work once: look for its fingerprint first, make it only when it is not there."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pytoon_pipeline.contracts.artifact import Artifact, StoredFile
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.store.fingerprint import fingerprint
from pytoon_pipeline.store.store import Store
from pytoon_pipeline.store.workroom import workroom


@dataclass(frozen=True)
class Stage:
    """A named kind of work. ``version`` goes up when its code gives another result for the same inputs."""

    name: str
    version: int


@dataclass(frozen=True)
class Product:
    """What a stage makes: a record, files that lie in its workroom or in the store already, and the device used."""

    value: Record
    files: Mapping[str, Path] = field(default_factory=dict)
    stored: Mapping[str, StoredFile] = field(default_factory=dict)
    device: str = "cpu"


@dataclass(frozen=True)
class Done:
    """An artifact, whether it had to be made, and the seconds that this took now."""

    artifact: Artifact
    status: Literal["computed", "cached"]
    seconds: float


def run_stage(
    store: Store,
    stage: Stage,
    make: Callable[[Path], Product],
    *,
    inputs: Mapping[str, str],
    parameters: Mapping[str, Any] | None = None,
    tools: Mapping[str, str] | None = None,
) -> Done:
    """Finds or makes the artifact of ``stage`` for these inputs.

    ``make`` gets an empty folder for its files. Whatever it raises leaves nothing in the store.
    """
    began = time.perf_counter()
    name = fingerprint(stage.name, stage.version, inputs, parameters or {}, tools or {})
    if found := store.find(name):
        return Done(found, "cached", time.perf_counter() - began)
    with workroom(store.work) as room:
        product = make(room)
        files = dict(product.stored) | {role: store.take(path) for role, path in product.files.items()}
    seconds = time.perf_counter() - began
    artifact = Artifact(
        stage=stage.name,
        version=stage.version,
        fingerprint=name,
        inputs=dict(inputs),
        parameters=dict(parameters or {}),
        tools=dict(tools or {}),
        value=product.value.model_dump(mode="json"),
        files=files,
        seconds=round(seconds, 4),
        device=product.device,
    )
    store.keep(artifact)
    return Done(artifact, "computed", seconds)
