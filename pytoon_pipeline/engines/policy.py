"""Engine policies: which engines are tried, in which order, and what is recorded about failures."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError
from pytoon_pipeline.contracts.rendering import EngineAttempt, EngineName, EnginePolicy
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.engines.engine import Engine, RenderRequest
from pytoon_pipeline.engines.fallback import fallback_request
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.store.stages import StageResult

ENGINE_CHAINS: Mapping[EnginePolicy, tuple[EngineName, ...]] = {
    "local_only": ("local", "fallback"),
    "local_preferred": ("local", "remote", "fallback"),
    "api_only": ("remote",),
}


@dataclass(frozen=True)
class RenderOutcome:
    """The segments, the engine that rendered them, the engines that failed before, and the fallback plan if used."""

    segments: list[StageResult]
    engine: EngineName
    attempts: tuple[EngineAttempt, ...]
    fallback_spec: RenderSpec | None = None


def engine_chain(policy: EnginePolicy, available: Mapping[EngineName, Engine]) -> list[Engine]:
    """The available engines that ``policy`` allows, in order. Raises ``DependencyMissing`` when there is none."""
    engines = [available[name] for name in ENGINE_CHAINS[policy] if name in available]
    if not engines:
        raise DependencyMissing(
            "no_engine",
            "The request allows only the remote engine, and none is configured.",
            "Set PYTOON_ENGINE_URL and PYTOON_ENGINE_TOKEN, or choose another engine_policy.",
        )
    return engines


def render(
    engines: list[Engine],
    request: RenderRequest,
    progress: Progress,
    on_failure: Callable[[EngineAttempt], None],
    acquire_slot: Callable[[], AbstractContextManager[None]],
) -> RenderOutcome:
    """The segments of the first engine that succeeds. Engines of this machine hold the slot from ``acquire_slot``.

    ``on_failure`` receives each failed attempt. Raises the error of the last engine. A full disk (``OSError``) is not
    an engine failure and is raised immediately.
    """
    attempts: list[EngineAttempt] = []
    for engine in engines:
        fallback = engine.name == "fallback"
        began = time.monotonic()
        actual = fallback_request(request) if fallback else request
        try:
            with nullcontext() if engine.name == "remote" else acquire_slot():
                segments = engine.render_segments(actual, progress)
        except PytoonError as error:
            attempts.append(_attempt(engine, error, round(time.monotonic() - began, 2)))
            on_failure(attempts[-1])
            if engine is engines[-1]:
                raise
        else:
            return RenderOutcome(segments, engine.name, tuple(attempts), actual.spec if fallback else None)
    raise AssertionError("engine_chain() returned no engine")


def render_thumbnail(
    engines: list[Engine],
    request: RenderRequest,
    frame: int,
    preferred: EngineName | None,
    on_failure: Callable[[EngineAttempt], None],
) -> StageResult:
    """The thumbnail from the engine ``preferred``, which rendered the video, else from another; by default in order.

    Raises the ``PytoonError`` of the last engine.
    """
    *others, last = sorted(engines, key=lambda engine: engine.name != preferred)
    for engine in others:
        try:
            return engine.render_thumbnail(request, frame)
        except PytoonError as error:
            on_failure(_attempt(engine, error, 0))
    return last.render_thumbnail(request, frame)


def _attempt(engine: Engine, error: PytoonError, seconds: float) -> EngineAttempt:
    return EngineAttempt(engine=engine.name, code=error.code, message=error.message, seconds=seconds)
