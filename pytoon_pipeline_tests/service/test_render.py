"""Rendering as a use case, with a runner that needs no graph: when it runs, and when the store answers."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.attempt import Attempt
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput, TransientError
from pytoon_pipeline.contracts.render_results import STAGES, RenderResult
from pytoon_pipeline.delivery import environment
from pytoon_pipeline.delivery.release import release
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.render import RenderTask, render
from pytoon_pipeline.service.sources import RequestOptions
from pytoon_pipeline.service.status import status
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner, Recorded

# What may differ between an answer of a run and the same answer from the store.
TIMING = {"stages", "segments", "wall_seconds"}


@pytest.fixture
def offer(tmp_path: Path) -> Path:
    folder = tmp_path / "offer"
    folder.mkdir()
    (folder / "request.yaml").write_text(json.dumps({"text": "Half price", "media": ["a.png"]}))
    Image.new("RGB", (8, 8), "red").save(folder / "a.png")
    return folder


@pytest.fixture
def runner(home: Home) -> FakeRunner:
    return FakeRunner(home)


def rendered(runner: FakeRunner, path: Path, *sets: str, out: Path | None = None) -> RenderResult:
    task = RenderTask(path, RequestOptions(assignments=sets), out)
    return render(runner.home, task, runner.open, Recorded())


def test_a_run_reports_its_progress_and_its_stages_in_order(runner: FakeRunner, offer: Path) -> None:
    progress = Recorded()
    runner.lost = 2
    result = render(runner.home, RenderTask(offer), runner.open, progress)
    assert (result.status, result.error, result.title) == ("completed", None, "offer")
    assert [stage.name for stage in result.stages] == list(STAGES)
    assert set(progress.stages) == set(STAGES)
    assert progress.frames == [(result.segments.total, result.segments.rendered)]
    assert progress.notes == ["opened", "lost_runs"]
    paths = (result.video, result.thumbnail, *result.subtitles, result.spec, result.manifest)
    assert len(paths) == 6
    assert all(path and Path(path).is_file() for path in paths)
    assert [note.code for note in result.notes] == ["n"]
    assert result.qc is not None
    assert (result.qc.score, result.qc.verdict, result.qc.findings[0].code) == (93.1, "advise", "blur")


def test_all_outputs_of_a_request_use_one_runner(runner: FakeRunner, offer: Path) -> None:
    progress = Recorded()
    task = RenderTask(offer, RequestOptions(assignments=["outputs=[9:16, 1:1, 16:9]"]))
    result = render(runner.home, task, runner.open, progress)
    assert [one.aspect for one in (result, *result.other_outputs)] == ["9:16", "1:1", "16:9"]
    assert len(set(runner.keys)) == 3
    assert progress.notes.count("opened") == 1


def test_a_current_delivery_is_returned_without_a_runner(runner: FakeRunner, offer: Path) -> None:
    first = rendered(runner, offer)
    second = rendered(runner, offer)
    assert len(runner.keys) == 1
    assert first.model_dump(exclude=TIMING) == second.model_dump(exclude=TIMING)
    assert [stage.name for stage in second.stages] == [stage.name for stage in first.stages]
    assert {stage.status for stage in second.stages} == {"cached"}
    assert (second.segments.total, second.segments.rendered) == (first.segments.total, 0)
    assert second.segments.cached == first.segments.total > 0


def test_a_held_video_is_held_also_from_the_store(runner: FakeRunner, offer: Path) -> None:
    runner.held = True
    first = rendered(runner, offer)
    assert (first.status, first.video, first.thumbnail, first.subtitles) == ("failed", None, None, ())
    assert first.error is not None
    assert first.error.code == "held_flash"
    assert first.manifest is not None
    assert first.key is not None
    second = rendered(runner, offer)
    assert len(runner.keys) == 1
    assert first.model_dump(exclude=TIMING) == second.model_dump(exclude=TIMING)

    release(runner.home, first.key, "me", "it is art")
    released = rendered(runner, offer)
    assert len(runner.keys) == 1, "a released video is current, too"
    assert (released.status, released.error) == ("degraded", None)
    assert released.video is not None
    assert Path(released.video).is_relative_to(runner.home.outbox)
    assert released.video == status(runner.home, first.key).video


def test_results_are_copied_also_from_the_store(runner: FakeRunner, offer: Path, tmp_path: Path) -> None:
    rendered(runner, offer)
    result = rendered(runner, offer, out=tmp_path / "out")
    assert len(runner.keys) == 1
    paths = [result.video, result.thumbnail, *result.subtitles, result.post, result.spec, result.manifest]
    names = {f"offer.{ending}" for ending in ("mp4", "jpg", "srt", "vtt", "post.json", "spec.json", "manifest.json")}
    assert {Path(str(path)).name for path in paths} == names == {path.name for path in (tmp_path / "out").iterdir()}
    assert {Path(str(path)).parent for path in paths} == {tmp_path / "out"}


def test_a_folder_of_results_keeps_every_video(runner: FakeRunner, offer: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def video(*sets: str) -> str:
        result = rendered(runner, offer, *sets, out=out)
        return f"{Path(str(result.video)).name}: {Path(str(result.video)).read_text()}"

    first = video()
    assert first.startswith("offer.mp4: ")
    assert video("text=Other").startswith("offer.v2.mp4: ")
    assert video() == first, "the same video takes its own place again"
    (out / "offer.manifest.json").write_text(json.dumps({"key": "another", "request": {}, "media": []}))
    (out / "offer.v2.manifest.json").unlink()
    assert video().startswith("offer-2.mp4: "), "the files of another video stay"
    assert video("text=Other").startswith("offer.v2-2.mp4: "), "so do files that are not from Pytoon"
    assert video().startswith("offer-2.mp4: ")
    assert len(list(out.glob("*.mp4"))) == 4


def _fail(home: Home, key: str) -> None:
    Uploads(home).fail(key, TransientError("x", "X.", "Y."))


def _attempt(home: Home, key: str) -> None:
    Uploads(home).record(key, Attempt(number=2, plan="other", verdict="fail", score=1, codes=("blur",)))


def _request_again(home: Home, key: str) -> None:
    uploads = Uploads(home)
    uploads.register(uploads.get(key), pending=True)


def _another_engine(home: Home, key: str) -> None:
    uploads = Uploads(home)
    record = uploads.delivered(key)
    assert record is not None
    uploads.deliver(key, record.model_copy(update={"engine": "fallback"}))


def _older_pytoon(home: Home, key: str) -> None:
    """A record without files and environment, as a delivery by an older version has it."""
    uploads = Uploads(home)
    record = uploads.delivered(key)
    assert record is not None
    uploads.deliver(key, record.model_copy(update={"files": {}, "environment": None}))


@pytest.mark.parametrize("change", [_fail, _attempt, _request_again, _another_engine, _older_pytoon])
def test_what_happened_since_the_delivery_needs_a_run(
    runner: FakeRunner, offer: Path, change: Callable[[Home, str], None]
) -> None:
    first = rendered(runner, offer)
    assert first.key is not None
    change(runner.home, first.key)
    rendered(runner, offer)
    assert len(runner.keys) == 2


@pytest.mark.parametrize("name", ["video", "thumbnail", "subtitles", "spec", "manifest"])
@pytest.mark.parametrize("damage", ["deleted", "changed", "truncated"])
def test_a_delivery_that_is_not_intact_needs_a_run(runner: FakeRunner, offer: Path, name: str, damage: str) -> None:
    result = rendered(runner, offer).model_dump()
    path = Path(result[name][1] if name == "subtitles" else result[name])
    content = path.read_bytes()
    if damage == "deleted":
        path.unlink()
    else:
        path.write_bytes(content[:-1] + b"#" if damage == "changed" else content[:-1])
    again = rendered(runner, offer)
    assert len(runner.keys) == 2
    assert path.read_bytes() == content
    assert again.error is None
    rendered(runner, offer)
    assert len(runner.keys) == 2


def test_another_request_or_title_needs_a_run(runner: FakeRunner, offer: Path) -> None:
    rendered(runner, offer)
    rendered(runner, offer, "fit=cover")
    assert len(runner.keys) == 2
    rendered(runner, offer)
    assert len(runner.keys) == 2, "its version is still there"
    result = rendered(runner, offer.rename(offer.with_name("another")))
    assert len(runner.keys) == 3
    assert len(set(runner.keys)) == 1
    assert (result.title, Path(str(result.video)).name) == ("another", "offer.mp4"), "a key keeps its name"


@pytest.mark.parametrize(
    ("file", "old", "new", "runs"),
    [
        ("clean-product.yaml", "\n", "\n# only a comment\n", 1),
        ("clean-talk.yaml", "loudness: -14", "loudness: -15", 1),
        ("clean-product.yaml", "ken_burns: [in, out]", "ken_burns: [hold]", 2),
        ("limits.yaml", "value: 600.5", "value: 600.6", 2),
        ("brands/acme.yaml", "Made to last.", "Made to last!", 2),
    ],
)
def test_edited_presets_need_a_run_when_they_decide_something(
    runner: FakeRunner, offer: Path, own_presets: Path, file: str, old: str, new: str, runs: int
) -> None:
    rendered(runner, offer, "brand=acme")
    path = own_presets / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    rendered(runner, offer, "brand=acme")
    assert len(runner.keys) == runs


def test_another_logo_needs_a_run(runner: FakeRunner, offer: Path, own_presets: Path) -> None:
    rendered(runner, offer, "brand=acme")
    logo = own_presets / "brands" / "acme.png"
    logo.write_bytes(logo.read_bytes() + b"x")
    rendered(runner, offer, "brand=acme")
    assert len(runner.keys) == 2


def test_other_code_dependencies_or_transcriber_need_a_run(
    runner: FakeRunner, offer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered(runner, offer)
    for n, (name, value) in enumerate(
        (
            ("code_digest", lambda package: "other"),
            ("code_digest", lambda package: None),
            ("dependencies", lambda: {"av": "99"}),
        )
    ):
        with monkeypatch.context() as patched:
            patched.setattr(environment, name, value)
            rendered(runner, offer)
        assert len(runner.keys) == 2 + 2 * n
        rendered(runner, offer)
        assert len(runner.keys) == 3 + 2 * n
    monkeypatch.setenv("PYTOON_TRANSCRIBER", "auto")
    rendered(runner, offer)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/other/ffmpeg")
    rendered(runner, offer)
    assert len(runner.keys) == 9


def test_a_failed_run_is_the_answer(runner: FakeRunner, offer: Path) -> None:
    runner.error = InvalidInput("too_short", "It is too short.", "Use a longer one.")
    result = rendered(runner, offer)
    assert (result.status, result.video, result.qc, result.segments.total) == ("failed", None, None, 0)
    assert result.error is not None
    assert result.error.model_dump() == runner.error.as_dict()
    assert [stage.name for stage in result.stages] == ["source_media"]
    assert result.key
    assert status(runner.home, result.key).status == "failed"


def test_input_that_cannot_be_read_is_an_answer_and_starts_no_runner(runner: FakeRunner, tmp_path: Path) -> None:
    result = rendered(runner, tmp_path / "none.mp4")
    assert (result.status, result.key, result.stages) == ("failed", None, ())
    assert result.error is not None
    assert result.error.code == "file_missing"
    assert runner.keys == []


def test_a_run_that_leaves_no_delivery_is_an_error(runner: FakeRunner, offer: Path) -> None:
    runner.error = DependencyMissing("gone", "Gone.", "Wait.")
    result = rendered(runner, offer)
    assert result.error is not None
    assert result.error.code == "gone"
