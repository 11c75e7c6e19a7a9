"""The audio track and the thumbnail of a composite."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.engines import composite_parts
from pytoon_pipeline.engines.composite_parts import prepare_composite
from pytoon_pipeline.runtime.background import background
from pytoon_pipeline_tests.harness.finished_video import spec

JOB: Any = SimpleNamespace(chain=lambda: [SimpleNamespace(name="local")])
REMOTE_JOB: Any = SimpleNamespace(chain=lambda: [SimpleNamespace(name="remote")])
CHOICE: Any = SimpleNamespace()
TIMEOUT_SECONDS = 120


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, RenderSpec, str]]:
    """What was made of which plan, by which thread. No thumbnail can be made."""
    made: list[tuple[str, RenderSpec, str]] = []

    def audio(job: object, plan: RenderSpec) -> None:
        made.append(("audio", plan, threading.current_thread().name))

    def thumbnail(job: object, plan: RenderSpec, frame: int) -> None:
        made.append(("thumbnail", plan, threading.current_thread().name))
        raise ValueError("no engine")

    monkeypatch.setattr(composite_parts, "audio_track", audio)
    monkeypatch.setattr(composite_parts, "thumbnail", thumbnail)
    monkeypatch.setattr(composite_parts, "thumbnail_frame", lambda job, plan, choice: 0)
    return made


def prepare(*plans: RenderSpec, job: Any = JOB) -> None:
    """Prepares the composites of ``plans`` in the background of a run, and waits for the end."""
    with background():
        before = set(threading.enumerate())
        for plan in plans:
            prepare_composite(job, plan, CHOICE)
        for thread in set(threading.enumerate()) - before:
            thread.join(TIMEOUT_SECONDS)


def test_audio_and_thumbnail_are_made_in_the_background(prepared: list[tuple[str, RenderSpec, str]]) -> None:
    prepare(spec())
    assert [(what, plan) for what, plan, _ in prepared] == [("thumbnail", spec()), ("audio", spec())]
    assert {thread for _, _, thread in prepared}.isdisjoint({threading.current_thread().name})


def test_another_machine_is_not_asked_for_a_thumbnail_ahead(prepared: list[tuple[str, RenderSpec, str]]) -> None:
    prepare(spec(), job=REMOTE_JOB)
    assert [what for what, *_ in prepared] == ["audio"]


def test_each_plan_is_prepared_once(prepared: list[tuple[str, RenderSpec, str]]) -> None:
    prepare(spec(), spec(), spec("other"))
    assert sorted(what for what, _, _ in prepared) == ["audio", "audio", "thumbnail", "thumbnail"]


def test_nothing_is_prepared_outside_a_run(prepared: list[tuple[str, RenderSpec, str]]) -> None:
    prepare_composite(JOB, spec(), CHOICE)
    assert prepared == []
