"""What a person gives to render: a folder without a request, or several files."""

from pathlib import Path

from pytoon_pipeline.contracts.progress import Noted
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.render import RenderTask, render
from pytoon_pipeline.service.sources import RequestOptions
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner, Recorded
from pytoon_pipeline_tests.harness.inbox import picture


def test_several_files_are_one_video_and_the_result_says_what_was_left_out(home: Home, tmp_path: Path) -> None:
    first, second, other = picture(tmp_path / "b.png"), picture(tmp_path / "a.png", "#AA3300"), tmp_path / "notes.txt"
    other.write_text("x")
    task = RenderTask(first, RequestOptions(), more=(second, other))
    runner = FakeRunner(home)
    for _ in range(2):
        result = render(home, task, runner.open, Recorded())
        assert (result.title, result.error) == ("b and 1 more", None)
        assert [note.code for note in result.notes][:1] == ["files_ignored"]


def test_a_folder_needs_no_request(home: Home, tmp_path: Path) -> None:
    (tmp_path / "My day").mkdir()
    picture(tmp_path / "My day" / "1.png")
    result = render(home, RenderTask(tmp_path / "My day"), FakeRunner(home).open, Recorded())
    assert (result.title, result.status, result.error) == ("My day", "completed", None)


def test_the_request_of_a_folder_stands_for_the_folder(home: Home, tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    (tmp_path / "request.yaml").write_text("text: Hello")
    upload = RequestOptions().read(tmp_path / "request.yaml")
    assert (upload.title, upload.request.text) == (tmp_path.name, "Hello")
    assert [path.name for path, _ in upload.files] == ["a.png"]


def test_media_known_under_another_title_are_noted(home: Home, tmp_path: Path) -> None:
    for folder in ("Spring", "Summer"):
        (tmp_path / folder).mkdir()
        picture(tmp_path / folder / "a.png")
    runner = FakeRunner(home)
    first = render(home, RenderTask(tmp_path / "Spring"), runner.open, Recorded())
    second = render(home, RenderTask(tmp_path / "Summer"), runner.open, Recorded())
    assert "known_media" not in [note.code for note in first.notes]
    (known,) = [note.message for note in second.notes if note.code == "known_media"]
    assert "a version of “Spring”" in known
    assert known.endswith("add: --set variant=summer")


def test_what_a_person_may_want_to_change_is_said_before_rendering(home: Home, tmp_path: Path) -> None:
    task = RenderTask(picture(tmp_path / "a.png"), RequestOptions(assignments=("headline.colour=gold",)))
    seen = Recorded()
    render(home, task, FakeRunner(home).open, seen)
    first = seen.events[0]
    assert isinstance(first, Noted)
    assert first.note.code == "setting_unused"
