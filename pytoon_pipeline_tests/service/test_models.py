"""Listing the speech models of a machine."""

from pathlib import Path

import pytest

from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.models import list_models


def test_the_list_says_what_transcribes_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTOON_TRANSCRIBER", "auto")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = list_models(Home(tmp_path))
    assert found.used == "pocketsphinx en-us"
    assert "“base” is not on this machine" in (found.reason or "")
    assert {one.name: one.path for one in found.models}["base"] is None
    monkeypatch.setenv("PYTOON_TRANSCRIBER", "whisper")
    assert list_models(Home(tmp_path)).used is None
