"""What several tests of the engines share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytoon_pipeline.engines.engine import RenderRequest
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.render_server import Server, other_store, work_in


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return media.video(tmp_path_factory.mktemp("source") / "v.mp4", 2, "640x360", "25", False, "-crf", "0")


@pytest.fixture
def work(video: Path, store: Store) -> RenderRequest:
    return work_in(store, video)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers, each on a store of its own unless it is given another one's home."""
    running: list[Server] = []

    def start(home: Path = tmp_path / "server", **settings: object) -> Server:
        running.append(Server(other_store(home), **settings))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for one in running:
        one.close()
