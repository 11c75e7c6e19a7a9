"""``pytoon new``: questions, answers and what they leave behind."""

import io
import json
from pathlib import Path

import pytest

from pytoon_pipeline.cli.main import main
from pytoon_pipeline.cli.prompts import wrapped
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline_tests.harness.inbox import picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    picture(made / "1.png")
    picture(made / "2.png")
    return made


def answer(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_lines_of_a_pipe_are_answers(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "Hello", "", "night-neon", "", "wrong colour", "gold", "", "2", "900", "20")
    assert main(["new", str(folder)]) == 0
    printed = capsys.readouterr()
    assert f"Render the video: pytoon render {folder}" in printed.out
    assert " 1  1.png" in printed.err
    request = read_upload(folder).request
    assert (request.preset, request.adjust, request.platform, request.max_seconds) == (
        "night-neon", {"headline": {"colour": "gold"}}, "tiktok", 20,
    )  # fmt: skip


def test_an_existing_request_is_replaced_only_when_the_person_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    request = folder / "request.yaml"
    request.write_text("text: Mine")
    answer(monkeypatch, "perhaps", "no")
    assert main(["new", str(folder)]) == 0
    assert main(["new", str(folder), "--yes", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "request_exists"
    assert request.read_text() == "text: Mine"
    answer(monkeypatch, "yes", *[""] * 8)
    assert main(["new", str(folder)]) == 0
    assert "Mine" not in request.read_text()


@pytest.mark.parametrize("answers", [0, 1, 4])
def test_input_that_ends_early_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answers: int
) -> None:
    answer(monkeypatch, *[""] * answers)
    assert main(["new", str(folder)]) == 1
    assert "Use --yes" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["1.png", "2.png"]


def test_ctrl_c_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted(io.StringIO):
        def readline(self, size: int = -1) -> str:
            raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin", Interrupted())
    assert main(["new", str(folder)]) == 1
    assert "Nothing was written." in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["1.png", "2.png"]


def test_without_questions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", str(folder), "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "request": str(folder / "request.yaml"), "command": f"pytoon render {folder}",
    }  # fmt: skip


@pytest.mark.parametrize("columns", [10, 40, 80])
def test_a_menu_shows_a_long_title_whole(columns: int) -> None:
    title = "soft-editorial: quiet pictures with a serif headline, for magazines and slow products"
    lines = wrapped(title, columns).splitlines()
    assert " ".join(line.strip() for line in lines) == title
    assert max(map(len, lines)) <= max(columns, 20)
