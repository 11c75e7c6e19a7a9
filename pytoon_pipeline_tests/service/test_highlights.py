"""Rendering highlights: the answer has all of them."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.highlights import Highlight
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.contracts.render_results import ErrorInfo, RenderResult
from pytoon_pipeline.intake.uploads import Upload, read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service import highlights
from pytoon_pipeline.store.store import Store

FOUND = [Highlight(rank=n, start=10 * n, end=10 * n + 5, score=90 - n, title=f"Part {n}") for n in (1, 2)]


@pytest.fixture
def asked(tmp_path: Path) -> Upload:
    (tmp_path / "talk.mp4").write_bytes(b"content")
    return read_upload(tmp_path / "talk.mp4", sets=["highlights.count=3", "highlights.seconds=[5,20]"])


def render(tmp_path: Path, asked: Upload, failing: str = "none") -> RenderResult:
    def one(upload: SourceMedia) -> RenderResult:
        if upload.key.endswith(failing):
            return RenderResult(status="failed", error=ErrorInfo(code="c", message="m", hint="h"))
        return RenderResult(key=upload.key, name=upload.title, status="completed", video=f"/{upload.key[-3:]}.mp4")

    home = Home(tmp_path / "home")
    return highlights.render_highlights(home, Store(home.store, home.work), asked, one)


def test_all_highlights_are_rendered(tmp_path: Path, asked: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highlights, "find_highlights", lambda *_: FOUND)
    result = render(tmp_path, asked)
    assert (result.status, result.video) == ("completed", "/h01.mp4")
    assert [(one.title, one.video, one.score) for one in result.highlights] == [
        ("Part 1", "/h01.mp4", 89),
        ("Part 2", "/h02.mp4", 88),
    ]
    assert [note.code for note in result.notes] == ["few_highlights"]


def test_one_that_fails_does_not_harm_the_others(
    tmp_path: Path, asked: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(highlights, "find_highlights", lambda *_: FOUND)
    result = render(tmp_path, asked, failing="h01")
    assert (result.status, result.video, result.error) == ("degraded", "/h02.mp4", None)
    assert [one.status for one in result.highlights] == ["failed", "completed"]


def test_a_talk_without_highlights_is_an_error(tmp_path: Path, asked: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise InvalidInput("no_highlights", "None.", "Ask for another length.")

    monkeypatch.setattr(highlights, "find_highlights", none)
    result = render(tmp_path, asked)
    assert result.status == "failed"
    assert result.error is not None
    assert result.error.code == "no_highlights"


def test_a_model_that_was_not_used_is_noted(tmp_path: Path, asked: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    use = ModelUse(task="highlights", model="m", failure="it cannot be reached")
    found = [one.model_copy(update={"language_model": use}) for one in FOUND]
    monkeypatch.setattr(highlights, "find_highlights", lambda *_: found)
    note = render(tmp_path, asked).notes[0]
    assert note.code == "model_not_used"
    assert "m was not used for the choice of highlights: it cannot be reached." in note.message
