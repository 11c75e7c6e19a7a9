"""Several remote engines render one video: each takes a part, and what a failed one had is rendered by others."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.engines.remote.fleet import SharedWork
from pytoon_pipeline.store.stages import StageResult
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.render_server import FRAMES, Server, locally, names, quiet, remote, through

DEAD = "http://127.0.0.1:9"


def test_each_engine_renders_a_part_and_the_files_are_equal(
    work: RenderRequest, store: Store, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    segments, thumbnail = locally(work, tmp_path / "local")
    servers, heard = [serving(tmp_path / name) for name in ("one", "two")], []
    fleet = remote(store, *(server.url for server in servers))
    made = fleet.render_segments(work, lambda *ready: heard.append(ready))
    assert names(made) == names(segments)
    assert all(server.count("POST", "/v1/renders") for server in servers)
    assert (heard[0], heard[-1]) == ((0, FRAMES), (FRAMES, FRAMES))
    assert heard == sorted(set(heard))
    assert fleet.render_thumbnail(work, 20).artifact.files == thumbnail.artifact.files


def test_what_a_failed_engine_had_is_rendered_by_another(
    work: RenderRequest, store: Store, tmp_path: Path, serving: Callable[..., Server]
) -> None:
    segments, thumbnail = locally(work, tmp_path / "local")
    healthy, cut_off = serving(tmp_path / "healthy"), serving(tmp_path / "cut off")
    with through(cut_off, breaks=1000, lasting=2000) as proxy:
        fleet = remote(store, DEAD, proxy.url, healthy.url)
        assert names(fleet.render_segments(work, quiet)) == names(segments)
        assert fleet.render_thumbnail(work, 20).artifact.files == thumbnail.artifact.files


def test_when_all_have_failed_the_error_says_so(work: RenderRequest, store: Store) -> None:
    with pytest.raises(TransientError) as raised:
        remote(store, DEAD, DEAD).render_segments(work, quiet)
    assert raised.value.code == "remote_unreachable"


@given(
    frames=st.lists(st.integers(1, 60), max_size=30),
    # After how many pieces of work each worker fails.
    patience=st.lists(st.integers(0, 20), min_size=1, max_size=4),
    cached=st.sets(st.integers(0, 29)),
)
def test_every_segment_is_rendered_once_or_the_error_is_raised(
    frames: list[int], patience: list[int], cached: set[int]
) -> None:
    told: list[tuple[int, int]] = []
    work = SharedWork(frames, len(patience), lambda *ready: told.append(ready))
    results = [StageResult(None, "computed", number) for number in range(len(frames))]  # type: ignore[arg-type]
    work.begin({number: results[number] for number in cached if number < len(frames)})
    rendered: list[int] = []

    def render(pieces: int) -> None:
        for left in range(pieces, -1, -1):
            if not (taken := work.take()):
                return
            if not left:
                work.give_back(taken, TransientError("gone", "It is gone.", "Wait."))
                return
            work.advance(taken, frames[taken[0]], sum(frames[number] for number in taken))
            rendered.extend(taken)
            work.finish(taken, [results[number] for number in taken])

    threads = [threading.Thread(target=render, args=(pieces,)) for pieces in patience]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    missing = set(range(len(frames))) - cached
    assert len(rendered) == len(set(rendered))
    assert told == sorted(set(told))
    if set(rendered) == missing:
        assert work.finished() == results
        assert told[-1] == (sum(frames), sum(frames))
    else:
        assert set(rendered) < missing
        with pytest.raises(TransientError):
            work.finished()
