"""What several folders of tests share."""

import functools
import gc
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import filelock
import pytest
from hypothesis import HealthCheck, settings

from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.running import Outcome, compile_upload
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.quick_encoder import encode_quickly

TESTS = Path(__file__).parent
LONGEST = ("e2e", "defs", "cli", "api", "quality", "rendering", "engines")

# No test may depend on the speed of the machine. With CI set, the same examples are used every time.
settings.register_profile(
    "any_speed", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("any_speed")


def pytest_configure() -> None:
    """Lets the processes that tests start react to signals, also where the shell starts tests in the background.

    Garbage is collected less often: importing and running tests creates many objects that stay.
    """
    gc.set_threshold(20_000)
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each processor: for half of the time, tests wait for processes that they start."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders whose files take longest run first: at the end, no worker waits for another's long file."""
    items.sort(key=lambda item: item.path.relative_to(TESTS).parts[0] not in LONGEST)


def pytest_collection_finish() -> None:
    """What all tests import stays in memory: no later collection of garbage looks through it."""
    gc.collect()
    gc.freeze()


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
def quick_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encodes with fewer tools: for tests of what is rendered and why."""
    encode_quickly(monkeypatch)


def _compile(home: Home, instance: dg.DagsterInstance, path: Path, *sets: str, preset: str | None = None) -> Outcome:
    known, _ = ingest(home, Store(home.store, home.work), read_upload(path, preset=preset, sets=sets), pending=False)
    return compile_upload(defs().resolve_job_def(COMPILE), instance, home, known.key)


@pytest.fixture
def compile_file(home: Home, instance: dg.DagsterInstance) -> Callable[..., Outcome]:
    """Runs the whole graph for a file, with fields of the request as ``name=value`` strings."""
    return functools.partial(_compile, home, instance)


@pytest.fixture(scope="session")
def _finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder with ``talk.mp4``, and with a home in which it is finished. All workers of the run share it."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "finished"
    with filelock.FileLock(folder.with_suffix(".lock")), pytest.MonkeyPatch.context() as environment:
        if not folder.exists():
            making = folder.with_suffix(".making")
            making.mkdir()
            talk = making / "talk.mp4"
            media.run("-i", str(media.SAMPLE), "-t", "4", "-c:v", "libx264", "-preset", "ultrafast", str(talk))
            environment.setenv("PYTOON_HOME", str(making / "home"))
            environment.setenv("PYTOON_TRANSCRIBER", "pocketsphinx")
            encode_quickly(environment)
            with dg.DagsterInstance.ephemeral() as instance:
                outcome = _compile(Home.locate(), instance, talk)
            assert outcome.error is None
            making.rename(folder)
    return folder


@pytest.fixture
def talk(_finished: Path, tmp_path: Path) -> Path:
    """Four seconds of the sample: a face, a voice, and a pause."""
    return Path(shutil.copy(_finished / "talk.mp4", tmp_path))


@pytest.fixture
def finished_talk(_finished: Path, talk: Path, home: Home, quick_encoder: None) -> Path:
    """``talk``, of which the home already has the video, made with ``quick_encoder``."""
    shutil.copytree(_finished / "home", home.root, symlinks=True)
    return talk


@pytest.fixture
def own_presets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the presets that a test may edit."""
    folder = tmp_path / "presets"
    shutil.copytree(presets_folder(), folder)
    monkeypatch.setenv("PYTOON_PRESETS", str(folder))
    return folder
