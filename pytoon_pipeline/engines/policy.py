"""Which engines are asked, in which order, and what is told of those that failed."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Literal

from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError
from pytoon_pipeline.contracts.rendering import EngineAttempt, EngineName
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.engines.engine import Engine, RenderRequest
from pytoon_pipeline.engines.fallback import fallback_request
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.store.stages import StageResult

EnginePolicy = Literal["local_only", "local_preferred", "api_only"]
ENGINE_CHAINS: Mapping[EnginePolicy, tuple[EngineName, ...]] = {
    "local_only": ("local", "fallback"),
    "local_preferred": ("local", "remote", "fallback"),
    "api_only": ("remote",),
}


@dataclass(frozen=True)
class RenderOutcome:
    """Segments, who rendered them, who could not, and the plain plan when that is what they show."""

    segments: list[StageResult]
    engine: EngineName
    attempts: tuple[EngineAttempt, ...]
    fallback_spec: RenderSpec | None = None


def engine_chain(policy: EnginePolicy, available: Mapping[EngineName, Engine]) -> list[Engine]:
    """The engines that ``policy`` allows and that are there. Raises ``DependencyMissing`` when there is none."""
    engines = [available[name] for name in ENGINE_CHAINS[policy] if name in available]
    if not engines:
        raise DependencyMissing(
            "no_engine",
            "The request wants its video rendered by the remote engine only, and none is set up.",
            "Set PYTOON_ENGINE_URL and PYTOON_ENGINE_TOKEN, or another engine_policy.",
        )
    return engines


def render(
    engines: list[Engine], request: RenderRequest, progress: Progress, on_failure: Callable[[EngineAttempt], None],
    acquire_slot: Callable[[], AbstractContextManager[None]],
) -> RenderOutcome:  # fmt: skip
    """Segments of the first engine that gives them; ``told`` hears of each that does not. Engines of this machine wait
    for their ``turn``.

    Raises what the last one raised. A full disk (``OSError``) is nobody's fault here and goes through.
    """
    tried: list[EngineAttempt] = []
    for last, engine in ((engine is engines[-1], engine) for engine in engines):
        began = time.monotonic()
        shown = replace(request, spec=fallback_request(request)) if engine.name == "fallback" else request
        try:
            with nullcontext() if engine.name == "remote" else acquire_slot():
                segments = engine.render_segments(shown, progress)
        except PytoonError as error:
            seconds = round(time.monotonic() - began, 2)
            tried.append(EngineAttempt(engine=engine.name, code=error.code, message=error.message, seconds=seconds))
            on_failure(tried[-1])
            if last:
                raise
        else:
            return RenderOutcome(segments, engine.name, tuple(tried), shown.spec if engine.name == "fallback" else None)
    raise AssertionError("order() gives at least one engine")


def render_thumbnail(
    engines: list[Engine], work: RenderRequest, frame: int, first: EngineName, told: Callable[[EngineAttempt], None]
) -> StageResult:
    """The thumbnail, by the engine ``first`` that rendered the video, else by another. Raises ``PytoonError``."""
    in_order = sorted(engines, key=lambda engine: engine.name != first)
    for engine in in_order[:-1]:
        try:
            return engine.render_thumbnail(work, frame)
        except PytoonError as error:
            told(EngineAttempt(engine=engine.name, code=error.code, message=error.message, seconds=0))
    return in_order[-1].render_thumbnail(work, frame)
