"""Engine policies: which engines are tried, in which order, and what is recorded of failures."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import pytest

from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError, TransientError
from pytoon_pipeline.contracts.media import MediaInfo, StillPicture
from pytoon_pipeline.contracts.rendering import EngineAttempt, EngineName, EnginePolicy
from pytoon_pipeline.contracts.spec.render_spec import AudioMix, CaptionPlan, RenderSpec, Scene, Segment
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.engines.policy import ENGINE_CHAINS, engine_chain, render, render_thumbnail
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.rendering.stages import Progress
from pytoon_pipeline.store.stages import StageResult

ITEM = "a" * 64
RESULT = StageResult(
    Artifact(
        stage="segment",
        version=1,
        fingerprint="f" * 64,
        inputs={},
        parameters={},
        tools={},
        value={},
        files={},
        seconds=0,
        device="cpu",
    ),
    "computed",
    0.5,
)


@dataclass
class FakeEngine:
    """Returns ``RESULT``, or raises ``error``."""

    name: EngineName
    error: Exception | None = None
    requests: list[RenderRequest] = field(default_factory=list)
    in_slot: list[bool] = field(default_factory=list)

    def render_segments(self, request: RenderRequest, progress: Progress) -> list[StageResult]:
        self.in_slot.append(Slot.held)
        return [self._render(request)]

    def render_thumbnail(self, request: RenderRequest, frame: int) -> StageResult:
        return self._render(request)

    def _render(self, request: RenderRequest) -> StageResult:
        self.requests.append(request)
        if self.error is not None:
            raise self.error
        return RESULT


class Slot:
    held = False


@contextmanager
def slot() -> Iterator[None]:
    Slot.held = True
    try:
        yield
    finally:
        Slot.held = False


def broken(code: str) -> PytoonError:
    return TransientError(code, f"It failed with {code}.", "Try again.")


def request(sources: dict[str, Source] | None = None) -> RenderRequest:
    spec = RenderSpec(
        rate=FrameRate(numerator=30), frames=30, scenes=(Scene(start=0, frames=30, layers=()),),
        segments=(Segment(start=0, frames=30),),
        captions=CaptionPlan(style=load_preset("clean-talk").captions, cues=()),
        audio=AudioMix(samples=48_000, loudness=-14, true_peak=-1),
    )  # fmt: skip
    return RenderRequest(spec, sources or {})


def rendered(engines: list[FakeEngine], failures: list[EngineAttempt] | None = None):  # type: ignore[no-untyped-def]
    failed = failures if failures is not None else []
    return render(list(engines), request(), lambda ready, total: None, failed.append, slot)


def test_every_policy_has_a_chain() -> None:
    assert set(ENGINE_CHAINS) == set(get_args(EnginePolicy))


@pytest.mark.parametrize(
    ("policy", "available", "chain"),
    [
        ("local_only", ("fallback", "remote", "local"), ["local", "fallback"]),
        ("local_preferred", ("fallback", "remote", "local"), ["local", "remote", "fallback"]),
        ("local_preferred", ("fallback", "local"), ["local", "fallback"]),
        ("api_only", ("fallback", "remote", "local"), ["remote"]),
    ],
)
def test_the_chain_follows_the_policy_and_what_is_available(
    policy: EnginePolicy, available: tuple[EngineName, ...], chain: list[str]
) -> None:
    engines = {name: FakeEngine(name) for name in available}
    assert [engine.name for engine in engine_chain(policy, engines)] == chain


def test_without_an_allowed_engine_nothing_is_substituted() -> None:
    with pytest.raises(DependencyMissing, match="no_engine"):
        engine_chain("api_only", {"local": FakeEngine("local"), "fallback": FakeEngine("fallback")})


def test_the_first_engine_that_works_renders() -> None:
    local, remote = FakeEngine("local"), FakeEngine("remote")
    outcome = rendered([local, remote])
    assert (outcome.engine, outcome.segments, outcome.attempts, outcome.fallback_spec) == ("local", [RESULT], (), None)
    assert remote.requests == []


def test_failures_are_recorded_in_order_and_reported_at_once() -> None:
    failures: list[EngineAttempt] = []
    engines = [FakeEngine("local", broken("engine_unhealthy")), FakeEngine("remote", broken("remote_busy")),
               FakeEngine("fallback")]  # fmt: skip
    outcome = rendered(engines, failures)
    assert outcome.engine == "fallback"
    assert [(one.engine, one.code) for one in outcome.attempts] == [
        ("local", "engine_unhealthy"), ("remote", "remote_busy"),
    ]  # fmt: skip
    assert outcome.attempts[0].message == "It failed with engine_unhealthy."
    assert outcome.attempts[0].seconds >= 0
    assert tuple(failures) == outcome.attempts


def test_only_the_fallback_engine_gets_the_simplified_plan(tmp_path: Path) -> None:
    local, fallback = FakeEngine("local", broken("x")), FakeEngine("fallback")
    outcome = rendered([local, fallback])
    assert local.requests[0].spec == request().spec
    assert fallback.requests[0].spec != request().spec
    assert fallback.requests[0].spec.fallback
    assert outcome.fallback_spec == fallback.requests[0].spec


def test_the_last_error_is_raised_and_all_failures_are_reported() -> None:
    failures: list[EngineAttempt] = []
    with pytest.raises(TransientError, match="last"):
        rendered([FakeEngine("local", broken("first")), FakeEngine("remote", broken("last"))], failures)
    assert [one.code for one in failures] == ["first", "last"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("a bug")])
def test_a_full_disk_or_a_bug_is_no_engine_failure(error: Exception) -> None:
    failures: list[EngineAttempt] = []
    later = FakeEngine("fallback")
    with pytest.raises(type(error)):
        rendered([FakeEngine("local", error), later], failures)
    assert (failures, later.requests) == ([], [])


def test_engines_of_this_machine_hold_the_slot_and_the_remote_one_does_not() -> None:
    engines = [FakeEngine("local", broken("x")), FakeEngine("remote", broken("x")), FakeEngine("fallback")]
    rendered(engines)
    assert [engine.in_slot for engine in engines] == [[True], [False], [True]]
    assert not Slot.held


def test_the_thumbnail_comes_from_the_engine_that_rendered_the_video_else_from_another() -> None:
    failures: list[EngineAttempt] = []
    local, remote = FakeEngine("local"), FakeEngine("remote", broken("remote_busy"))
    assert render_thumbnail([local, remote], request(), 3, "remote", failures.append) == RESULT
    assert (len(remote.requests), len(local.requests)) == (1, 1)
    assert [(one.engine, one.code, one.seconds) for one in failures] == [("remote", "remote_busy", 0)]
    with pytest.raises(TransientError, match="remote_busy"):
        render_thumbnail([remote], request(), 3, "remote", failures.append)


def test_an_unreadable_file_is_left_out_of_the_simplified_plan(tmp_path: Path) -> None:
    from pytoon_pipeline.engines.fallback import fallback_request, readable

    path = tmp_path / "picture.png"
    path.write_bytes(b"not an image")
    still = StillPicture(width=100, height=100, transparent=False, original="PNG")
    source = Source(path, MediaInfo(container="picture", seconds=0, video=None, audio=None, still=still, streams={}))
    assert not readable(source)
    assert fallback_request(request({ITEM: source})).spec.fallback
