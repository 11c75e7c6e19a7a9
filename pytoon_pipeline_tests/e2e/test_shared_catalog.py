"""Two homes that share no folder, only a catalog on PostgreSQL and a bucket, as two machines have them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.leases import Leases
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.object_store import s3_server
from pytoon_pipeline_tests.harness.postgres import postgres


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with postgres() as url, s3_server() as server:
        for name, value in {"PYTOON_CATALOG": url, **server.settings()}.items():
            monkeypatch.setenv(name, value)
        yield


def rendering(home: Path, clip: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", str(clip), "--json"]
    environment = {**os.environ, "PYTOON_HOME": str(home)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)


def computed(result: dict[str, Any]) -> set[str]:
    return {stage["name"] for stage in result["stages"] if stage["status"] != "cached"}


@pytest.mark.usefixtures("shared")
def test_an_equal_request_on_both_is_rendered_once(tmp_path: Path) -> None:
    clip, homes = media.video(tmp_path / "clip.mp4", 2, sound=False), [tmp_path / "one", tmp_path / "two"]
    with rendering(homes[0], clip) as first, rendering(homes[1], clip) as second:
        results = [json.loads(one.communicate()[0]) for one in (first, second)]
    assert {one["status"] for one in results} == {"completed"}, [one.get("error") for one in results]
    made, found = sorted(results, key=lambda one: -one["segments"]["rendered"])
    assert made["segments"]["rendered"] == made["segments"]["total"] > 0
    assert found["segments"]["rendered"] == 0
    assert computed(found) <= {"source_media", "delivered_video"}
    assert Path(found["video"]).read_bytes() == Path(made["video"]).read_bytes()
    assert Path(found["video"]) != Path(made["video"])
    home = Home(homes[0])
    assert len(Uploads(home).versions(found["key"])) == 1, "both are the same version"
    assert Leases(Database(home)).live() == {}
