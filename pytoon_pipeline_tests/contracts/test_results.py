"""The answers fit the schemas that are published for them."""

import json
from pathlib import Path

import jsonschema
import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.render_results import ErrorInfo
from pytoon_pipeline.contracts.results import RESULTS, ErrorResult, SetupResult, SubmitResult
from pytoon_pipeline.contracts.schemas import DOCUMENTS, schema
from pytoon_pipeline.quality import warm_up
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.delivered import failed_result
from pytoon_pipeline.service.doctor import examine
from pytoon_pipeline.service.generation import generate
from pytoon_pipeline.service.render import RenderTask, render
from pytoon_pipeline.service.setup import setup
from pytoon_pipeline.service.status import all_status, status
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner, Recorded


def check(result: Record, name: str) -> None:
    assert type(result) is RESULTS[name]
    jsonschema.Draft202012Validator(schema(DOCUMENTS[name])).validate(json.loads(result.model_dump_json()))


def test_every_answer_has_a_schema() -> None:
    assert set(RESULTS) <= set(DOCUMENTS)


@pytest.mark.parametrize("held", [False, True])
def test_render_and_status(home: Home, tmp_path: Path, held: bool) -> None:
    (tmp_path / "request.yaml").write_text("text: Hi")
    runner = FakeRunner(home, held=held)
    result = render(home, RenderTask(tmp_path), runner.open, Recorded())
    check(result, "render_result")
    check(status(home, str(result.key)), "upload_status")
    check(all_status(home), "status_result")


def test_the_render_answer_has_the_fields_that_scripts_read() -> None:
    answer = json.loads(failed_result(InvalidInput("x", "X.", "Y.")).model_dump_json())
    assert list(answer) == [
        "key", "name", "title", "version", "status", "video", "video_seconds", "thumbnail", "subtitles",
        "extra_files", "post", "spec",
        "manifest", "qc", "decisions", "notes", "stages", "segments", "attempts", "retries", "engine", "highlights",
        "wall_seconds", "error", "aspect", "resolution", "codec", "other_outputs",
    ]  # fmt: skip
    assert answer["error"] == {"code": "x", "message": "X.", "hint": "Y."}
    assert answer["segments"] == {"total": 0, "rendered": 0, "cached": 0}


def test_the_other_answers(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[bool] = []
    monkeypatch.setattr(warm_up, "compile_kernels", lambda: compiled.append(True))
    check(failed_result(InvalidInput("x", "X.", "Y.")), "render_result")
    check(generate("backdrop", "sea", 3, tmp_path / "a.png"), "generate_result")
    check(ErrorResult(error=ErrorInfo(code="x", message="X.", hint="Y.")), "error_result")
    check(SubmitResult(keys=("0" * 32,), titles=("a",), inbox=("a.mp4",)), "submit_result")
    check(examine(home, "as written by Pytoon"), "doctor_result")
    runner = FakeRunner(home, lost=3)
    result = setup(home, runner.open, lambda note: None)
    check(result, "setup_result")
    assert result == SetupResult(dagster=str(home.dagster), lost_runs=3)
    assert compiled == [True]


def test_the_status_of_many_uploads_lists_the_newest_first(home: Home) -> None:
    uploads = Uploads(home)
    for n in range(3):
        uploads.register(SourceMedia(key=f"{n:032x}", title=f"title {n}", items=(), request={"text": "x"}))
    assert [upload.title for upload in all_status(home).uploads] == ["title 2", "title 1", "title 0"]
