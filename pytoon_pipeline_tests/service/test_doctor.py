"""Examining a machine that lacks something."""

import sys

import pytest

from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.doctor import examine


def test_a_broken_opencv_is_found_and_nothing_else_fails(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    result = examine(home, "absent")
    assert not result.ok
    assert result.opencv.startswith("missing: OpenCV cannot be loaded")
    assert "pip install" in result.opencv
    assert result.encoder == "not checked: it needs OpenCV"
    assert (result.home, result.home_reason) == (str(home.root), "set by PYTOON_HOME")
