"""A command whose work another process does ahead of its run."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

COMMAND = (sys.executable, "-m", "pytoon_pipeline.cli.main", "render", "--json")


@pytest.fixture
def still(tmp_path: Path) -> Path:
    Image.new("RGB", (640, 640), (30, 90, 160)).save(path := tmp_path / "still.png")
    return path


def rendering(home: Path, still: Path) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    environment = dict(os.environ, PYTOON_HOME=str(home))
    return subprocess.Popen([*COMMAND, str(still)], stdout=pipe, stderr=pipe, text=True, env=environment)


def result_of(process: "subprocess.Popen[str]") -> dict[str, Any]:
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    return dict(json.loads(output))


def test_a_run_does_not_need_the_other_process(tmp_path: Path, still: Path) -> None:
    with rendering(tmp_path / "home", still) as process:
        assert process.stderr is not None
        while not (children := psutil.Process(process.pid).children()):
            assert process.poll() is None, "it works in another process"
        children[0].kill()
        assert result_of(process)["status"] == "completed"
