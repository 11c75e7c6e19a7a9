"""Examining a machine that lacks something."""

import sys
import time
from pathlib import Path

import pytest

from pytoon_pipeline.catalog import postgresql
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.media import fallback_fonts, fonts
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.doctor import examine
from pytoon_pipeline.store.objects import s3 as s3_module
from pytoon_pipeline_tests.harness.broken_engine import failing
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.model_server import model_server, says
from pytoon_pipeline_tests.harness.object_store import Server, s3_server
from pytoon_pipeline_tests.harness.postgres import postgres


def test_a_broken_opencv_is_found_and_nothing_else_fails(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    result = examine(home, "absent")
    assert not result.ok
    assert result.opencv.startswith("missing: OpenCV cannot be loaded")
    assert "pip install" in result.opencv
    assert result.encoder == "not checked: it needs OpenCV"
    assert (result.home, result.home_reason) == (str(home.root), "set by PYTOON_HOME")


def test_text_that_cannot_be_drawn_is_found(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "libx264 works" in examine(home, "absent").encoder
    failing(monkeypatch)
    result = examine(home, "absent")
    assert not result.ok
    assert result.encoder.startswith("missing: Text cannot be drawn: MemoryError: no raster.")
    assert "uharfbuzz" in result.encoder


def test_scripts_are_listed_with_packages_for_the_others(home: Home) -> None:
    result = examine(home, "absent")
    assert result.scripts["Thai"] == "NotoSansThai-Bold.ttf, NotoSansThai-Black.ttf"
    assert result.scripts["emoji"] == "NotoColorEmoji.ttf"
    assert "Tibetan" in result.other_scripts["fonts-noto-core"]


def test_a_missing_font_of_a_script_is_found(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fallback_fonts, "FILES", tmp_path)
    for cached in (fallback_fonts._shipped, fonts.load):
        cached.cache_clear()
    try:
        result = examine(home, "absent")
    finally:
        monkeypatch.undo()
        for cached in (fallback_fonts._shipped, fonts.load):
            cached.cache_clear()
    assert not result.ok
    assert result.scripts["Thai"].startswith("missing: The font “Noto Sans Thai Bold”")


def test_the_language_model_is_named_and_tried(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examine(home, "absent").language_model.startswith("none; to use one, set PYTOON_LLM_URL")
    with model_server(says("")) as server:
        monkeypatch.setenv("PYTOON_LLM_URL", server.url)
        with pytest.raises(InvalidInput, match="PYTOON_LLM_MODEL is not"):
            examine(home, "absent")
        monkeypatch.setenv("PYTOON_LLM_MODEL", "test-model")
        found = examine(home, "absent")
        assert found.language_model.startswith("test-model at 127.0.0.1:")
        assert found.language_model.endswith(", for correction, highlights, post, translation: works")
        monkeypatch.setenv("PYTOON_LLM_MODEL", "other")
        assert examine(home, "absent").language_model.endswith("does not list this model")
    away = examine(home, "absent")
    assert away.language_model.endswith("no answer, because it cannot be reached")
    assert away.ok, "no video needs it"


def test_a_catalog_that_is_away_is_found(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examine(home, "absent").catalog == f"{home.catalog}: 0 uploads"
    monkeypatch.setattr(postgresql, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setenv("PYTOON_CATALOG", f"postgresql://u:secret@127.0.0.1:{free_port()}/videos")
    result = examine(home, "absent")
    assert not result.ok
    assert result.catalog.startswith("missing: The catalog at 127.0.0.1")
    assert "secret" not in result.catalog


def test_a_clock_that_differs_from_that_of_the_catalog_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    with postgres() as url:
        monkeypatch.setenv("PYTOON_CATALOG", url)
        assert examine(home, "absent").catalog.endswith(": 0 uploads")
        monkeypatch.setattr(time, "time", lambda: real() - 300)
        assert examine(home, "absent").catalog.endswith(". The clock of this machine is 300 s behind")


def test_the_object_store_is_written_to_and_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examine(home, "absent").object_store.startswith("none; to share results")
    with s3_server() as server:
        for name, value in server.settings("team").items():
            monkeypatch.setenv(name, value)
        result = examine(home, "absent")
        assert result.ok
        assert result.object_store == f"s3://videos/team at {server.url}: reachable and writable"
        assert server.names() == []
        (home.store / "objects").mkdir(parents=True)
        assert examine(home, "absent").object_store.endswith("to send it: pytoon store --share")
        monkeypatch.setenv("PYTOON_STORE", "s3://nowhere")
        result = examine(home, "absent")
        assert not result.ok
        assert "NoSuchBucket" in result.object_store


def test_an_object_store_that_is_away_is_found(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_module, "TRIES", 1)
    for name, value in Server(free_port()).settings().items():
        monkeypatch.setenv(name, value)
    result = examine(home, "absent")
    assert not result.ok
    assert result.object_store.startswith("missing: The object store s3://videos at http://127.0.0.1")
