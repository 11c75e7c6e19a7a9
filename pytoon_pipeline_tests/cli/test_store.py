"""``pytoon store``: sizes that people read, and the same figures as JSON."""

import json

import pytest

from pytoon_pipeline.cli.main import main
from pytoon_pipeline.cli.store import _size
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.object_store import s3_server
from pytoon_pipeline_tests.harness.stages import make_letters


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (99_960, "100 kB"), (999_600, "1.0 MB"), (3 * 10**15, "3000 TB")],
)
def test_sizes_have_a_unit_that_people_read(count: int, shown: str) -> None:
    assert _size(count) == shown


def test_the_table_and_json_agree(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTOON_HOME", str(home.root))
    (home.outbox / "a").mkdir(parents=True)
    (home.outbox / "a" / "a.srt").write_bytes(b"t" * 1500)
    assert main(["store"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["outbox", "1", "1.5", "kB", "kept"]
    assert main(["store", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["classes"][0] == {
        "name": "outbox", "retention": "kept", "files": 1, "bytes": 1500,
    }  # fmt: skip


def test_sharing_sends_what_the_bucket_lacks(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_letters(Store(home.store, home.work))
    assert main(["store", "--share"]) == 1
    assert "PYTOON_STORE is not set" in capsys.readouterr().err
    with s3_server() as server:
        for name, value in server.settings("team").items():
            monkeypatch.setenv(name, value)
        assert main(["store", "--share"]) == 0
        assert capsys.readouterr().out.startswith("In s3://videos/team at http://127.0.0.1")
        assert len(server.names("team/")) == 2
        assert main(["store", "--share", "--json"]) == 0
        shown = json.loads(capsys.readouterr().out)
        assert (shown["files"], shown["records"], shown["bytes"]) == (1, 1, 3)
