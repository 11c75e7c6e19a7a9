"""The key of rendered segments: what an engine rendered, and with what."""

import errno
import shutil
from types import SimpleNamespace
from typing import cast

import pytest

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import system_error
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.rendering import EngineAttempt
from pytoon_pipeline.engines.policy import RenderOutcome
from pytoon_pipeline.engines.render_job import RenderJob
from pytoon_pipeline.engines.segments import BYTES_PER_SECOND, SEGMENTS, bytes_needed, key_as_rendered, render_segments
from pytoon_pipeline.store.stages import Stage, StageKey, StageOutput, run_stage
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.finished_video import spec

KEY = StageKey(SEGMENTS, {"spec": "x"}, {"segment": 1}, {"ffmpeg": "here"})
FAILED = EngineAttempt(engine="local", code="render_failed", message="It failed.", seconds=1)


class Nothing(Record):
    pass


def rendered(store: Store, ffmpeg: str, fallback: bool = False) -> RenderOutcome:
    segment = run_stage(
        store, Stage("segment", 1), lambda scratch: StageOutput(Nothing()), inputs={}, tools={"ffmpeg": ffmpeg}
    )
    if fallback:
        return RenderOutcome([segment], "fallback", (FAILED,), spec(fallback=True))
    return RenderOutcome([segment], "local", ())


def test_this_machine_renders_under_the_key_that_it_asks_for(store: Store) -> None:
    assert key_as_rendered(KEY, rendered(store, "here")).fingerprint == KEY.fingerprint


def test_a_video_that_does_not_fit_on_the_disk_is_not_begun(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    long = spec().model_copy(update={"frames": 30 * 600})
    free = SimpleNamespace(free=int(600 * BYTES_PER_SECOND * 0.9))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    source = SourceMedia(key="0" * 32, title="talk", items=(), request={})
    job = cast(RenderJob, SimpleNamespace(store=store, source=source, metadata=SimpleNamespace(fingerprint="m")))
    with pytest.raises(OSError, match="disk space") as raised:
        render_segments(job, long)
    assert raised.value.errno == errno.ENOSPC
    error = system_error(raised.value)
    assert (error.code, error.category) == ("store_not_writable", "transient")
    assert "Free some disk space" in error.hint
    store.ensure_free_space(bytes_needed(long.model_copy(update={"frames": 30 * 60})))


def test_a_larger_frame_needs_more_space() -> None:
    assert bytes_needed(spec().model_copy(update={"resolution": "4k"})) == 4 * bytes_needed(spec())


def test_the_tools_of_another_machine_count(store: Store) -> None:
    remote = key_as_rendered(KEY, rendered(store, "there"))
    assert remote.tools == {"ffmpeg": "there"}
    assert remote.fingerprint != KEY.fingerprint


def test_the_fallback_never_takes_the_place_of_the_requested_plan(store: Store) -> None:
    fallback = key_as_rendered(KEY, rendered(store, "here", fallback=True))
    assert fallback.parameters["engine_attempts"] == [["local", "render_failed"]]
    assert fallback.fingerprint != KEY.fingerprint
