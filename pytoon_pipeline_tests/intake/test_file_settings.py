"""Settings of single photos and clips by their names."""

import json
from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.file_settings import assign_to_file, matching
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline_tests.harness.inbox import picture

PHOTOS = ("beach.jpg", "img 2.final.jpg", "sun.jpg", "sun.png")


def texts(*assignments: str, files: tuple[str, ...] = PHOTOS) -> dict[str, str | None]:
    entries = [{"file": name} for name in files]
    for one in assignments:
        assign_to_file(entries, one)
    return {entry["file"]: entry.get("text") for entry in entries if len(entry) > 1}


def refused(assignment: str, *files: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as raised:
        texts(assignment, files=files)
    return raised.value


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("beach.jpg", "beach.jpg"), ("beach", "beach.jpg"), ("BEACH", "beach.jpg"),
        ("img 2.final.jpg", "img 2.final.jpg"),
        ("img 2.final", "img 2.final.jpg"), ("sun.png", "sun.png"), ("Sun.JPG", "sun.jpg"),
    ],
)  # fmt: skip
def test_a_file_is_named_with_or_without_its_extension(name: str, found: str) -> None:
    assert texts(f" media.{name}.text =Hello") == {found: "Hello"}


def test_names_are_compared_as_people_see_them() -> None:
    assert matching("cafe\u0301", ["caf\u00e9.jpg"]) == [0]
    assert matching("1", ["1.jpg", "2.jpg"]) == [0]
    assert matching("a.jpg", ["a.jpg.jpg", "a.jpg"]) == [1]


def test_the_only_file_needs_no_name() -> None:
    assert texts("media.text=Hello", files=("a.b.jpg",)) == {"a.b.jpg": "Hello"}
    assert texts("media.text=Hello", "media.a.text=", files=("a.jpg",)) == {"a.jpg": None}


@pytest.mark.parametrize(
    ("assignment", "message", "hint"),
    [
        ("media.1.text=Hi", "uses a file’s number", "For the 1st, write: --set media.a.jpg.text=Hi"),
        ("media.0.start=3", "uses a file’s number", "For the 1st, write: --set media.a.jpg.start=3"),
        ("media.2.text=Hi", "uses a file’s number", "For the 2nd, write: --set media.b.jpg.text=Hi"),
        ("media.9.text=Hi", "uses a file’s number", "--set media.a.jpg.text=Hi"),
        ("media.c d.jpg.text=Hi", "no photo or clip “c d.jpg”", "The files are “a.jpg” and “b.jpg”"),
        ("media.b.jpeg.text=It's 9", "no photo or clip “b.jpeg”", 'Did you mean: --set media.b.jpg.text="It\'s 9"'),
        (
            "media.text=Hi",
            "does not say which",
            "For one of them, write: --set media.a.jpg.text=Hi — For the whole video, write: --set text=Hi",
        ),
        ("media.a.jpg=Hi", "does not say what", "For a text, write: --set media.a.jpg.text=Hi"),
        ("media.a.titel=Hi", "no setting “titel”", "Did you mean: --set media.a.jpg.text=Hi"),
        (
            "media.a.colour=red",
            "no setting “colour”",
            "For the headline in the whole video, write: --set headline.colour=red",
        ),
        ("media.a.text", "NAME=VALUE", "--set"),
    ],
)
def test_an_error_names_the_files_and_says_what_to_write(assignment: str, message: str, hint: str) -> None:
    error = refused(assignment, "a.jpg", "b.jpg")
    assert message in error.message
    assert hint in error.hint


def test_a_name_of_several_files_is_refused() -> None:
    error = refused("media.sun.text=Hi", *PHOTOS)
    assert error.message == "“media.sun” can be “sun.jpg” or “sun.png”."
    options = [f"For sun.{kind}, write: --set media.sun.{kind}.text=Hi" for kind in ("jpg", "png")]
    assert error.hint == " — ".join(options)
    assert "name of 2 files" in refused("media.a.jpg.text=Hi", "a.jpg", "a.jpg").message
    assert "no photo or clip" in refused("media.a.jpg.text=Hi").message


def test_settings_of_one_of_several_files(tmp_path: Path) -> None:
    first, second = picture(tmp_path / "1.png"), picture(tmp_path / "2.png", "#AA3300")
    several = read_upload(first, sets=["media.2.png.text=Second"], more=[second])
    folder = read_upload(tmp_path, sets=["media.2.text=Second", "text=Hello"])
    for upload in (several, folder):
        assert [(one.file, one.text) for one in upload.request.media] == [("1.png", None), ("2.png", "Second")]
    with pytest.raises(InvalidInput, match=r"“2\.png”: start is “soon”; it must be a number"):
        read_upload(tmp_path, sets=["media.2.start=soon"])


def test_a_listed_file_keeps_its_other_settings_and_a_folder_its_music(tmp_path: Path) -> None:
    picture(tmp_path / "1.png")
    picture(tmp_path / "2.png", "#AA3300")
    (tmp_path / "song.mp3").write_bytes(b"x")
    assert read_upload(tmp_path, sets=["media.1.text=First"]).request.music == "song.mp3"
    (tmp_path / "request.yaml").write_text(json.dumps({"media": [{"file": "2.png", "text": "Two", "end": 3}, "1.png"]}))
    media = read_upload(tmp_path, sets=["media.1.text=One", "media.2.end=4"]).request.media
    assert [(one.file, one.text, one.end) for one in media] == [("2.png", "Two", 4), ("1.png", "One", None)]


@pytest.mark.parametrize(
    ("assignment", "hint"),
    [
        ("2.text=Hi", "For the 2nd, write: --set media.beach.png.text=Hi"),
        ("items.2.text=Hi", "For the 2nd, write: --set media.beach.png.text=Hi"),
        ("photo1.text=Hi", "For the 1st, write: --set media.alps.png.text=Hi"),
        ("alps.png.text=Hi", "Write: --set media.alps.png.text=Hi"),
        ("beach.png=Hi", "Write: --set media.beach.png.text=Hi"),
        (
            "text.2=Hi",
            "For the 2nd, write: --set media.beach.png.text=Hi — For several lines one after the other, write: --set",
        ),
        ("text.1.text=Hi", "--set media.alps.png.text=Hi"),
        ("picture.text=Hi", "--set media.alps.png.text=Hi — For the whole video, write: --set text=Hi"),
        ("stils.fit=cover", "Did you mean “stills.fit”?"),
        ("text.hok=Hi", "Did you mean “hook”?"),
    ],
)
def test_an_assignment_that_is_meant_for_a_file_says_how(tmp_path: Path, assignment: str, hint: str) -> None:
    picture(tmp_path / "alps.png")
    picture(tmp_path / "beach.png", "#AA3300")
    with pytest.raises(InvalidInput) as raised:
        read_upload(tmp_path, sets=[assignment])
    assert hint in raised.value.hint
