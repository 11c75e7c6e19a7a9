"""OpenCV without the system's libGL: the error names the command that helps."""

import shlex
import sys
from importlib.metadata import version

import pytest

from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.media.opencv import check_opencv


def test_without_a_working_opencv_the_hint_is_a_command_that_can_be_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_opencv().startswith("4.")
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(DependencyMissing) as raised:
        check_opencv()
    assert raised.value.code == "opencv_unusable"
    command = shlex.split(raised.value.hint.partition(": ")[2])
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    assert command[-1] == f"opencv-contrib-python-headless=={version('opencv-contrib-python')}"
