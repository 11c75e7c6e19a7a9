"""Backup and restore as ``docs/operations.md`` says: the commands there are run as they stand."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.postgres import empty_catalog, postgres, program

ROOT = Path(__file__).parents[2]
SECTION = re.search(r"## Backup, restore, upgrade\n(.+?)\n## ", (ROOT / "docs" / "operations.md").read_text(), re.S)
BACK_UP, RESTORE, DUMP, RESTORE_DUMP = re.findall(r"```\n(.+?)```", SECTION[1] if SECTION else "", re.S)
KEY = "a" * 32


def run(command: str, folder: Path) -> None:
    dump = program("pg_dump")
    places = [str(Path(sys.executable).parent), *([str(Path(dump).parent)] if dump else []), os.environ["PATH"]]
    environment = {**os.environ, "BACKUP": str(folder), "PATH": os.pathsep.join(places), "PYTHONPATH": str(ROOT)}
    subprocess.run(["bash", "-euc", command], check=True, env=environment, stdout=subprocess.DEVNULL)


def test_a_restored_home_has_everything(
    finished_talk: Path, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = Uploads(home).keys()
    run(BACK_UP, tmp_path)
    shutil.rmtree(home.root)
    monkeypatch.setenv("PYTOON_HOME", str(tmp_path / "restored"))
    run(RESTORE.replace("pytoon setup", f"{sys.executable} -m pytoon_pipeline.cli.main setup"), tmp_path)
    restored = Home.locate()
    assert Uploads(restored).keys() == keys
    capsys.readouterr()
    assert main(["render", str(finished_talk), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert {stage["status"] for stage in result["stages"]} == {"cached"}
    assert Path(result["video"]).is_relative_to(restored.outbox)
    assert Path(result["video"]).stat().st_size > 0


def test_a_dump_of_the_catalog_restores_it(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres() as url:
        monkeypatch.setenv("PYTOON_CATALOG", url)
        uploads = Uploads(home)
        upload = SourceMedia(key=KEY, title="Été 100 %", items=(), request={"text": "x"})
        uploads.register(upload)
        run(DUMP, tmp_path)
        uploads.stop(KEY)
        empty_catalog(url)
        run(RESTORE_DUMP, tmp_path)
        assert uploads.get(KEY) == upload
        assert uploads.is_pending(KEY)
        other = upload.model_copy(update={"key": "b" * 32})
        uploads.register(other)
        assert uploads.name(other.key) != uploads.name(KEY), "names stay unique"
