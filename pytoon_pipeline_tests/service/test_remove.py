"""The use case, the command, and what Dagster has recorded of the upload."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import dagster as dg
import jsonschema
import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.results import RemoveResult
from pytoon_pipeline.contracts.schemas import schema
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.partitions import PARTITION_TAG, UPLOADS, add_partitions
from pytoon_pipeline.defs.run_records import DagsterRunRecords
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import run_lock
from pytoon_pipeline.service.remove import remove
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner

Said = pytest.CaptureFixture[str]


@pytest.fixture
def key(home: Home, store: Store, tmp_path: Path) -> str:
    """The key of “offer”, of which there is a video."""
    (tmp_path / "offer").mkdir()
    (tmp_path / "offer" / "request.yaml").write_text("text: Half price")
    upload, _ = ingest(home, store, read_upload(tmp_path / "offer"), pending=False)
    FakeRunner(home).compile(upload.key)
    return upload.key


def test_the_command_asks_before_it_removes(
    home: Home, key: str, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer, code in (("no\n", "not_removed"), ("\n", "not_removed"), ("", "no_answer")):
        monkeypatch.setattr("sys.stdin", StringIO(answer))
        assert main(["remove", "offer", "--json"]) == 1
        printed = capsys.readouterr()
        assert json.loads(printed.out)["error"]["code"] == code
        assert "Remove “offer” (offer) with its video, its files and results?" in printed.err
    assert Uploads(home).keys() == [key]
    assert main(["remove", "offer", "--yes", "--json"]) == 0
    answered = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(schema(RemoveResult)).validate(answered)
    assert (answered["key"], answered["versions"], answered["remaining"]) == (key, 1, [])
    assert Uploads(home).keys() == []
    assert main(["remove", "offer", "--yes"]) == 1
    assert "unknown_upload" in capsys.readouterr().err


def test_runs_and_the_partition_go_too_unless_a_run_is_in_progress(home: Home, key: str) -> None:
    with running.instance(home) as instance:

        @contextmanager
        def records(home: Home) -> Iterator[DagsterRunRecords]:
            yield DagsterRunRecords(instance, home)

        add_partitions(instance, ["offer", "another"])
        run = instance.add_run(
            dg.DagsterRun(job_name=COMPILE, status=dg.DagsterRunStatus.STARTED, tags={PARTITION_TAG: "offer"})
        )
        with run_lock(home.run_lock(run.run_id)), pytest.raises(InvalidInput, match="run_in_progress"):
            remove(home, key, records)
        assert Uploads(home).delivered(key) is not None
        instance.report_run_canceled(run)
        remove(home, key, records)
        assert instance.get_dynamic_partitions(UPLOADS) == ["another"]
        assert instance.get_run_by_id(run.run_id) is None


def test_the_command_counts_versions(key: str, capsys: Said) -> None:
    assert main(["remove", "offer", "--yes"]) == 0
    assert "Removed: 1 version of the video;" in capsys.readouterr().err
