"""What ``status``, ``history``, ``open`` and ``retry`` print: for any terminal, any title and many uploads."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.cli import details, opener, status, tables
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.cli.text import age, fit, printable, width
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.results import HistoryResult, StatusResult, UploadStatus
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner

KEYS = [f"{n:032x}" for n in range(40)]


def register(home: Home, key: str, title: str, *, pending: bool = False) -> None:
    Uploads(home).register(SourceMedia(key=key, title=title, items=(), request={"text": "x"}), pending=pending)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(arguments) == code
    return capsys.readouterr().out


@pytest.fixture
def home(home: Home) -> Home:
    """A finished video whose latest change failed, a failed upload and a waiting one; the failed one is the oldest."""
    register(home, KEYS[0], "A talk with a very long title that no narrow terminal can show in one of its lines")
    register(home, KEYS[1], "Shoe")
    register(home, KEYS[2], "日本語 ビデオ", pending=True)
    Uploads(home).fail(KEYS[0], InvalidInput("not_media", "“talk.mp4” is not a video.", "Use another file."))
    FakeRunner(home).compile(KEYS[1])
    Uploads(home).fail(KEYS[1], TransientError("full", "The disk is full.", "Free some space."))
    return home


def test_without_a_terminal_each_upload_is_one_whole_line(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "status").splitlines()
    assert [line.split()[0] for line in lines] == ["STATUS", "completed", "failed", "waiting"]
    assert "v1" in lines[1]
    assert lines[1].endswith("Latest change failed: The disk is full.")
    assert "“talk.mp4” is not a video." in lines[2]
    assert "日本語 ビデオ" in lines[3]


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 200])
def test_rows_fit_the_terminal(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setattr(tables, "terminal_width", lambda: columns)
    lines = printed(capsys, "status").splitlines()
    assert max(map(width, lines)) <= columns
    if columns >= 40:
        assert [word for word in ("completed", "failed", "waiting") if any(word in line for line in lines)]
        assert any("Shoe" in line for line in lines)
        assert any("is not a video" in line for line in lines), "the reason is on a line of its own where it is narrow"


def test_titles_with_control_characters_or_300_characters_are_printed_safely(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    register(home, KEYS[3], "red \x1b[31m\r\nnext\x07" + "x" * 300)
    for arguments in (["status"], ["status", KEYS[3]], ["history", KEYS[3]]):
        text = printed(capsys, *arguments)
        assert all(char.isprintable() or char == "\n" for char in text)
    assert StatusResult.model_validate_json(printed(capsys, "status", "--json"))


def test_json_has_every_upload_and_fits_its_model(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    for key in KEYS[3:]:
        register(home, key, f"clip {key}")
    InboxIndex(home).put([Row("bad.mp4", "1", 0.0, "rejected", code="x", message="X.", hint="Y.")])
    found = StatusResult.model_validate_json(printed(capsys, "status", "--json"))
    assert (len(found.uploads), len(found.inbox)) == (len(KEYS), 1)
    one = UploadStatus.model_validate_json(printed(capsys, "status", "Shoe", "--json"))
    assert one in found.uploads
    assert one.failed_change is not None
    assert (one.failed_change.code, [note.code for note in one.notes], len(one.attempt_history)) == ("full", ["n"], 1)
    two = StatusResult.model_validate_json(printed(capsys, "status", "Shoe", KEYS[0], "--json"))
    assert [upload.title for upload in two.uploads][:1] == ["Shoe"]
    failed = json.loads(printed(capsys, "status", "--state", "failed", "--json"))
    assert [upload["key"] for upload in failed["uploads"]] == [KEYS[0]]


def test_a_long_list_shows_what_needs_a_person_and_counts_the_rest(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    for key in KEYS[3:]:
        register(home, key, f"clip {key}", pending=True)
    lines = printed(capsys, "status").splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["completed", "failed", "waiting"]
    assert len(lines) == 1 + status.MAX_ROWS + 2
    assert lines[-2] == f"… and {len(KEYS) - status.MAX_ROWS} more: {len(KEYS) - status.MAX_ROWS} waiting."
    assert len(printed(capsys, "status", "--all").splitlines()) == 1 + len(KEYS)
    assert len(printed(capsys, "status", "--state", "failed").splitlines()) == 2


def test_one_upload_is_shown_with_everything(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "status", "shoe")
    for part in ("completed, version 1", KEYS[1], "Shoe.mp4", "A note. [n]", "as requested: advise, score 93.1"):
        assert part in text
    assert "latest change failed: The disk is full. [full]\n    Free some space." in text
    assert "status “nothing”" not in printed(capsys, "status", "nothing", code=1)


def test_the_history_of_a_video(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    uploads = Uploads(home)
    uploads.register(uploads.get(KEYS[1]).model_copy(update={"request": {"text": "y"}}))
    FakeRunner(home).compile(KEYS[1])
    lines = printed(capsys, "history", "Shoe").splitlines()
    assert [line.split()[:2] for line in lines[1:4:2]] == [["VERS", "WHEN"], ["*", "v2"]]
    assert lines[4].strip() == 'text: "x" → "y"'
    assert len(HistoryResult.model_validate_json(printed(capsys, "history", "Shoe", "--json")).versions) == 2
    assert "no finished video yet" in printed(capsys, "history", KEYS[2])
    variant = HistoryResult(key=f"{KEYS[0]}-teaser", name="garden-teaser", title="garden", versions=())
    assert details.of_history(variant).startswith("garden (teaser) has ")


def test_opening_uses_the_program_of_the_system_or_prints_the_path(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(opener.shutil, "which", lambda name: None)
    video = Path(printed(capsys, "open", "Shoe").strip())
    assert video.name == "Shoe.mp4"
    assert main(["open", "Shoe"]) == 0
    assert "this is only its path" in capsys.readouterr().err
    answer = json.loads(printed(capsys, "open", "Shoe", "--folder", "--version", "1", "--json"))
    assert answer == {"path": str(video.parent), "opened": False}
    program = tmp_path / "xdg-open"
    program.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/shown\n')
    program.chmod(0o755)
    monkeypatch.setattr(opener.shutil, "which", lambda name: str(program))
    assert json.loads(printed(capsys, "open", "Shoe", "--json"))["opened"]
    assert (tmp_path / "shown").read_text().strip() == str(video)


def test_retrying_queues_by_name(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "retry", "A talk", "Shoe").splitlines()[1] == "Shoe"
    assert Uploads(home).is_pending(KEYS[0])
    assert "nothing_to_retry" in printed(capsys, "retry", "Shoe", "--json", code=1)


def test_an_empty_home_says_how_to_begin(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTOON_HOME", str(tmp_path / "none"))
    assert main(["status"]) == 0
    assert "pytoon render PATH" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_the_list_imports_nothing_that_takes_long() -> None:
    """Each of these takes a tenth of the half second in which ``pytoon status`` answers for 10,000 uploads."""
    code = (
        "import sys\n"
        "from pytoon_pipeline.cli.main import main\n"
        "main(['status']); main(['status', '--json'])\n"
        "own = ('pytoon_pipeline.contracts.results', 'pytoon_pipeline.contracts.spec', 'pytoon_pipeline.intake')\n"
        "heavy = (*own, 'sqlalchemy', 'rich', 'dagster', 'numpy', 'yaml')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@given(text=st.text(max_size=80), columns=st.integers(min_value=1, max_value=60))
def test_any_text_fits_any_column(text: str, columns: int) -> None:
    cell = fit(printable(text), columns)
    assert width(cell) == columns
    assert cell.isprintable()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59, "59 s"), (61, "1 min"), (7300, "2 h"), (200000, "2 d"), (-5, "0 s")]
)
def test_ages_have_one_unit(seconds: float, text: str) -> None:
    assert age(time.time() - seconds) == text
