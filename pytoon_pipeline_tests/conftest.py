"""What several folders of tests share."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from hypothesis import HealthCheck, settings

from pytoon_pipeline.config import presets
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.running import Outcome, compile_upload
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store

# No test may depend on the speed of the machine. With CI set, the same examples are used every time.
settings.register_profile(
    "any_speed", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("any_speed")


def pytest_configure() -> None:
    """Lets the processes that tests start react to signals, also where the shell starts tests in the background."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each processor: for half of the time, tests wait for processes that they start."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a home of its own, and no test downloads models."""
    monkeypatch.setenv("PYTOON_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTOON_TRANSCRIBER", "pocketsphinx")


@pytest.fixture
def home() -> Home:
    return Home.locate()


@pytest.fixture
def store(home: Home) -> Store:
    return Store(home.store, home.work)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture
def compile_file(home: Home, store: Store, instance: dg.DagsterInstance) -> Callable[..., Outcome]:
    """Runs the whole graph for a file, with fields of the request as ``name=value`` strings."""

    def run(path: Path, *sets: str, preset: str | None = None) -> Outcome:
        upload = read_upload(path, preset=preset, sets=sets)
        known, _ = ingest(home, store, upload, pending=False)
        return compile_upload(defs().resolve_job_def(COMPILE), instance, home, known.key)

    return run


@pytest.fixture
def own_presets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the presets that a test may edit."""
    folder = tmp_path / "presets"
    shutil.copytree(presets.presets_folder(), folder)
    monkeypatch.setenv("PYTOON_PRESETS", str(folder))
    return folder
