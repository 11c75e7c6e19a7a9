"""The command line: what scripts rely on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.render_results import STAGES, RenderResult
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness import media

FIELDS = set(RenderResult.model_fields)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return media.video(tmp_path / "clip.mp4", 1.2, sound=False)


def output(capsys: pytest.CaptureFixture[str]) -> dict:
    """Standard output must be exactly one JSON object."""
    return json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("quick_encoder")
def test_render_prints_one_object(clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(clip), "--json", "--out", str(tmp_path / "out")]) == 0
    result = output(capsys)
    assert set(result) == FIELDS
    assert result["status"] == "completed"
    assert result["error"] is None
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "clip.mp4", "clip.jpg", "clip.post.json", "clip.spec.json", "clip.manifest.json",
    }, "a video without any text has no subtitles"  # fmt: skip
    for name in ("video", "thumbnail", "spec", "manifest"):
        assert Path(result[name]).parent == tmp_path / "out"
    assert result["title"] == "clip"
    assert result["subtitles"] == []
    assert result["qc"]["verdict"] == "pass", "a video without sound is silent as planned"
    assert set(result["qc"]) == {"score", "verdict", "findings", "seconds"}
    assert "no_sound" in {note["code"] for note in result["notes"]}
    assert result["segments"] == {"total": 1, "rendered": 1, "cached": 0}
    assert next(stage["name"] for stage in result["stages"]) == "source_media"

    assert main(["status", result["key"], "--json"]) == 0
    assert output(capsys)["status"] == "completed"


def test_a_current_video_is_answered_without_dagster(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(clip), "--json"]) == 0
    first = output(capsys)
    assert {stage["status"] for stage in first["stages"]} == {"computed"}, "also those that were computed ahead"
    assert all(stage["started_at"] for stage in first["stages"])
    code = (
        "import sys\nfrom pytoon_pipeline.cli.main import main\n"
        f"code = main(['render', {str(clip)!r}, '--json'])\n"
        "heavy = ('dagster', 'torch', 'mediapipe', 'cv2', 'av', 'pyarrow', 'numpy', 'pydantic_settings')\n"
        "print(code, [name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "0 []"
    assert "up to date" in done.stderr
    assert "Preset: clean-talk" in done.stderr
    assert "[no_sound]" in done.stderr, "what was decided and noted is said again"
    again = json.loads(done.stdout)
    assert {stage["status"] for stage in again["stages"]} == {"cached"}
    assert again["segments"] == {"total": 1, "rendered": 0, "cached": 1}
    for answer in (first, again):
        assert [stage.pop("name") for stage in answer["stages"]] == list(STAGES)
        for name in ("stages", "segments", "wall_seconds"):
            answer.pop(name)
    assert again == first


@pytest.mark.usefixtures("quick_encoder")
def test_progress_goes_to_standard_error(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", str(clip)]) == 0
    printed = capsys.readouterr()
    assert printed.out.strip().endswith("clip.mp4")
    assert "rendered_segments" in printed.err
    assert "computed" in printed.err
    assert "[no_sound]" in printed.err, "the notes of the plan are for people too"


@pytest.mark.parametrize(
    ("content", "code"), [(None, "file_missing"), (b"", "empty_file"), (b"not a video", "not_media")]
)
def test_bad_input_has_a_code_a_sentence_and_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, code: str
) -> None:
    path = tmp_path / "bad.mp4"
    if content is not None:
        path.write_bytes(content)
    assert main(["render", str(path), "--json"]) == 1
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert set(result) == FIELDS
    assert result["status"] == "failed"
    assert result["error"]["code"] == code
    assert result["error"]["message"].endswith(".")
    assert result["error"]["hint"]
    assert "Traceback" not in printed.err
    assert result["error"]["hint"] in printed.err


@pytest.mark.usefixtures("quick_encoder")
def test_a_failed_upload_is_listed_and_the_next_one_works(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"\0\0\0\x18ftypisom" + bytes(60))
    assert main(["render", str(bad)]) == 1
    assert main(["render", str(clip)]) == 0
    capsys.readouterr()
    assert main(["status", "--json"]) == 0
    rows = output(capsys)["uploads"]
    assert {(row["title"], row["status"]) for row in rows} == {("bad", "failed"), ("clip", "completed")}
    assert main(["status"]) == 0
    assert "not_media" not in capsys.readouterr().out


def test_submitted_uploads_are_listed(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["submit", str(clip), "--json"]) == 0
    result = output(capsys)
    for name in (*result["keys"], *result["titles"]):
        assert main(["status", name, "--json"]) == 0
        found = output(capsys)
        assert (found["status"], found["title"]) == ("waiting", clip.stem)


def test_wrong_usage_is_exit_code_two(clip: Path) -> None:
    for arguments in ([], ["render"], ["render", str(clip), "--colour", "red"], ["dance"]):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 2


def test_any_finished_video_can_be_checked(clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["qc", str(clip), "--json"]) == 1
    result = output(capsys)
    assert result["verdict"] == "fail"
    assert {finding["code"] for finding in result["findings"]} >= {"format"}
    assert main(["qc", str(tmp_path / "none.mp4")]) == 1


def test_doctor_describes_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    facts = output(capsys)
    assert facts["ok"]
    assert "works" in facts["encoder"]
    assert "clean-talk" in facts["presets"]


def test_loading_the_code_location_imports_nothing_heavy() -> None:
    code = (
        "import sys, pytoon_pipeline.definitions\n"
        "print([name for name in ('torch', 'mediapipe', 'cv2', 'av', 'pyarrow', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def command(*arguments: str, reads: int | None = None, stream: str = "stdout") -> tuple[int, bytes]:
    """Runs the installed command as a shell does, reads so many bytes of ``stream`` and closes it. Gives the exit
    code, and all of the other stream. The pipes are small, so that the command still writes when they are closed.
    """
    run = [sys.executable, "-m", "pytoon_pipeline.cli.main", *arguments]
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, pipesize=4096) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        closed, other = process.stdout, process.stderr
        if stream == "stderr":
            closed, other = other, closed
        if reads:
            closed.read(reads)
        closed.close()
        said = other.read()
    return process.returncode, said


@pytest.mark.parametrize("options", [["--json"], ["--all"]])
def test_a_closed_pipe_ends_the_command_quietly(options: list[str]) -> None:
    uploads = Uploads(Home.locate())
    for n in range(600):
        uploads.register(SourceMedia(key=f"{n:032x}", title="a long title " * 12, items=(), request={"text": "x"}))
    code, complaints = command("status", *options, reads=100)
    assert (code, complaints) == (141, b""), "as when SIGPIPE had ended it, and without a traceback"


def test_wrong_usage_and_help_end_quietly_on_a_closed_pipe() -> None:
    code, complaints = command("render", "--help")
    assert (code in (0, 141), complaints) == (True, b"")
    code, printed = command("render", stream="stderr")
    assert (code in (2, 141), printed) == (True, b"")


def test_unread_progress_does_not_stop_the_work(clip: Path) -> None:
    code, path = command("render", str(clip), stream="stderr")
    assert Path(path.decode().strip()).is_file()
    assert code in (0, 141)
