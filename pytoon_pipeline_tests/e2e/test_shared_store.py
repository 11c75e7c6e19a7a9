"""Two homes that share no folder, only a bucket: the second makes the video of the first from what is there."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import dagster as dg
import pytest

from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.running import Outcome, compile_upload
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.objects import s3 as s3_module
from pytoon_pipeline.store.objects.s3 import S3Objects
from pytoon_pipeline.store.opening import open_store
from pytoon_pipeline_tests.harness.object_store import Server, s3_server


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with s3_server() as server:
        for name, value in server.settings("team").items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def render_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_encoder: None
) -> Callable[[str, Path], tuple[Home, Outcome]]:
    def render(name: str, path: Path) -> tuple[Home, Outcome]:
        monkeypatch.setenv("PYTOON_HOME", str(tmp_path / name))
        home = Home.locate()
        with dg.DagsterInstance.ephemeral() as instance:
            known, _ = ingest(home, open_store(home), read_upload(path), pending=False)
            return home, compile_upload(defs().resolve_job_def(COMPILE), instance, home, known.key)

    return render


def delivered(home: Home) -> dict[str, str]:
    """The videos and pictures in the outbox, by name."""
    files = (one for one in home.outbox.rglob("*") if one.suffix in (".mp4", ".jpg"))
    return {one.relative_to(home.outbox).as_posix(): sha256(one.read_bytes()).hexdigest() for one in files}


def test_a_second_home_computes_nothing_again(
    s3: Server, render_in: Callable[[str, Path], tuple[Home, Outcome]], talk: Path
) -> None:
    first, made = render_in("one", talk)
    assert made.error is None
    assert {facts["status"] for facts in made.assets.values()} == {"computed"}
    stored = set(s3.names())
    second, found = render_in("two", talk)
    assert found.error is None
    # Only the files in the outbox are the second home's own work.
    assert found.assets.keys() == made.assets.keys()
    assert {name for name, facts in found.assets.items() if facts["status"] != "cached"} == {"delivered_video"}
    assert set(s3.names()) == stored
    assert len(delivered(first)) >= 2
    assert delivered(first) == delivered(second)


def test_a_run_that_lost_the_object_store_is_repeated_and_ends_well(
    s3: Server, render_in: Callable[[str, Path], tuple[Home, Outcome]], talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_module, "TRIES", 1)
    sent: list[str] = []
    send = S3Objects.send

    def until_the_server_ends(self: S3Objects, path: Path, name: str, sha256: str) -> None:
        sent.append(name)
        if len(sent) == 5:
            s3.stop()
        send(self, path, name, sha256)

    with monkeypatch.context() as outage:
        outage.setattr(S3Objects, "send", until_the_server_ends)
        home, failed = render_in("one", talk)
    assert failed.error is not None
    assert (failed.error.code, failed.error.category) == ("store_unreachable", "transient")
    assert delivered(home) == {}
    s3.start()
    again, made = render_in("one", talk)
    assert made.error is None
    assert len(delivered(again)) >= 2
