"""Stages: a result is computed once and then found by its fingerprint."""

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
from pytoon_pipeline.store.in_flight import InFlight
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
    """The output of a stage: a record, ``files`` in its scratch directory, and files that are ``stored`` already.

    ``device`` and ``precision`` are those of the model; without a model the precision is empty. ``held`` is not stored:
    later steps of this process use it in place of the files.
    """

    value: Record
    files: Mapping[str, Path] = field(default_factory=dict)
    stored: Mapping[str, StoredFile] = field(default_factory=dict)
    device: str = "cpu"
    precision: str = ""
    held: Any = None


@dataclass(frozen=True)
class StageResult:
    """An artifact, whether it was computed or cached, and the seconds that this took.

    ``ended`` is the Unix time at which it was there. ``held`` is what a computation in this process has kept in memory.
    """

    artifact: Artifact
    status: Literal["computed", "cached"]
    seconds: float
    ended: float = field(default_factory=time.time)
    held: Any = None

    @property
    def started(self) -> float:
        """The Unix time at which it was started; of several items in a row, as if without pauses."""
        return self.ended - self.seconds

    def __getstate__(self) -> dict[str, Any]:
        # Another process has no use for what this one keeps in memory.
        return {**self.__dict__, "held": None}


in_flight: InFlight[StageResult] = InFlight("stage")


@dataclass(frozen=True)
class StageKey:
    """Everything that affects the result of a stage. Its fingerprint identifies the result."""

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
    compute: Callable[[Path], StageOutput],
    *,
    inputs: Mapping[str, str],
    parameters: Mapping[str, Any] | None = None,
    tools: Mapping[str, str] | None = None,
) -> StageResult:
    """Returns the artifact of ``stage`` for these inputs, cached or computed.

    ``compute`` receives an empty directory for its files. When it raises, nothing is stored.
    """
    return get_or_compute(store, StageKey(stage, inputs, parameters or {}, tools or {}), compute)


def get_or_compute(store: Store, key: StageKey, compute: Callable[[Path], StageOutput]) -> StageResult:
    """Returns the artifact of ``key``, cached or computed. Only one thread computes it, see ``store/in_flight.py``."""
    return in_flight.run((store.root, key.fingerprint), lambda: _find_or_compute(store, key, compute))


def _find_or_compute(store: Store, key: StageKey, compute: Callable[[Path], StageOutput]) -> StageResult:
    started = time.perf_counter()
    if found := store.reuse(key.fingerprint):
        return StageResult(found, "cached", time.perf_counter() - started)
    store.ensure_free_space()
    with scratch_dir(store.work) as scratch:
        output = compute(scratch)
        files = dict(output.stored) | {role: store.adopt(path) for role, path in output.files.items()}
    seconds = time.perf_counter() - started
    artifact = Artifact(
        stage=key.stage.name,
        version=key.stage.version,
        fingerprint=key.fingerprint,
        inputs=dict(key.inputs),
        parameters=dict(key.parameters),
        tools=dict(key.tools),
        value=output.value.model_dump(mode="json"),
        files=files,
        seconds=round(seconds, 4),
        device=output.device,
        precision=output.precision,
    )
    standing = store.put_artifact(artifact)
    # What is in memory belongs to the own result.
    held = output.held if standing.files == artifact.files else None
    return StageResult(standing, "computed", seconds, held=held)
