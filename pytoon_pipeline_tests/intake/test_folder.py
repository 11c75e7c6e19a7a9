"""Uploads without a list of media: folders, and several files on the command line."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.request import MAX_MEDIA
from pytoon_pipeline.intake.folder import natural, sort_files
from pytoon_pipeline.intake.uploads import Upload, read_upload
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.inbox import Desk, clip, picture


def make(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"x")
    return folder


def files(upload: Upload) -> list[tuple[str, str]]:
    return [(path.name, role) for path, role in upload.files]


def test_a_folder_without_a_request_is_its_media_in_name_order(tmp_path: Path) -> None:
    folder = make(tmp_path / "My holiday", "img10.jpg", "IMG2.JPG", "img1.mp4", "img1.srt", "song.mp3", ".hidden.jpg",
                  "Thumbs.db", "notes.txt", "stray.srt", "half.jpg.part")  # fmt: skip
    (folder / "img1.srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nHello\n")
    upload = read_upload(folder)
    assert upload.title == "My holiday"
    assert files(upload) == [
        ("img1.mp4", "media"), ("img1.srt", "subtitles"), ("IMG2.JPG", "media"), ("img10.jpg", "media"),
        ("song.mp3", "music"),
    ]  # fmt: skip
    (note,) = upload.notes
    assert note.code == "files_ignored"
    assert "“notes.txt” and “stray.srt”." in note.message
    assert read_upload(folder, sets=["text=Hello"]).request.text == "Hello"


@pytest.mark.parametrize(
    ("text", "media"),
    [
        ("text: Hello", ["1.png", "2.png", "3.png"]),
        ("background: 2.png", ["1.png", "3.png"]),
        ("media: [3.png]", ["3.png"]),
        ("media: []\ntext: Hello", []),
    ],
)
def test_a_request_without_a_list_takes_what_it_does_not_name_otherwise(
    tmp_path: Path, text: str, media: list[str]
) -> None:
    folder = make(tmp_path / "set", "1.png", "2.png", "3.png")
    (folder / "request.yaml").write_text(text)
    upload = read_upload(folder)
    assert [path.name for path, role in upload.files if role == "media"] == media
    assert not upload.notes
    assert upload.listed == ("media" in text)


def test_one_of_several_audio_files_must_be_chosen(tmp_path: Path) -> None:
    folder = make(tmp_path / "set", "1.png", "a.mp3", "b.wav")
    upload = read_upload(folder)
    assert (upload.request.music, [note.code for note in upload.notes]) == (None, ["music_not_chosen"])
    chosen = read_upload(folder, sets=["music=b.wav"])
    assert (chosen.request.music, chosen.notes) == ("b.wav", ())


@pytest.mark.parametrize(
    ("names", "code", "says"),
    [
        ([], "no_media", "no photos or clips"),
        (["song.mp3", "a.txt"], "no_media", "no photos or clips"),
        ([f"{n}.jpg" for n in range(MAX_MEDIA + 1)], "too_many_media", "has 41 photos and clips"),
    ],
)
def test_a_folder_that_makes_no_video(tmp_path: Path, names: list[str], code: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as raised:
        read_upload(make(tmp_path / "set", *names))
    assert raised.value.code == code
    (tmp_path / "outer" / "inner").mkdir(parents=True)
    with pytest.raises(InvalidInput, match="“inner”"):
        read_upload(tmp_path / "outer")


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    make(tmp_path, "private.png")
    folder = make(tmp_path / "set", "a.png")
    (folder / "b.png").symlink_to(tmp_path / "private.png")
    with pytest.raises(InvalidInput, match="outside_folder"):
        read_upload(folder)


def test_several_files_are_one_video(tmp_path: Path) -> None:
    one, two = make(tmp_path / "one", "b.jpg", "a.jpg", "song.wav", "x.txt"), make(tmp_path / "two", "a.jpg")
    upload = read_upload(one / "b.jpg", more=[two / "a.jpg", one / "a.jpg", one / "song.wav", one / "x.txt"])
    assert upload.files == (
        (one / "b.jpg", "media"), (two / "a.jpg", "media"), (one / "a.jpg", "media"), (one / "song.wav", "music"),
    )  # fmt: skip
    assert upload.title == "b and 2 more"
    assert [note.code for note in upload.notes] == ["files_ignored"]


def test_files_that_a_shell_has_sorted_are_put_in_name_order(tmp_path: Path) -> None:
    folder = make(tmp_path, "img1.jpg", "img10.jpg", "img2.jpg")
    first, *more = sorted(folder.iterdir())
    upload = read_upload(first, more=more)
    assert [name for name, _ in files(upload)] == ["img1.jpg", "img2.jpg", "img10.jpg"]
    assert [note.code for note in upload.notes] == ["name_order"]
    last, *before = reversed([first, *more])
    upload = read_upload(last, more=before)
    assert [name for name, _ in files(upload)] == ["img2.jpg", "img10.jpg", "img1.jpg"], "as a person gave them"


@pytest.mark.parametrize(
    ("name", "code"),
    [("request.yaml", "request_among_files"), ("gone.jpg", "file_missing"), ("folder", "folder_among_files")],
)
def test_what_cannot_be_one_of_several_files(tmp_path: Path, name: str, code: str) -> None:
    make(tmp_path, "a.jpg", "request.yaml")
    (tmp_path / "folder").mkdir()
    for first, other in (("a.jpg", name), (name, "a.jpg")):
        with pytest.raises(InvalidInput) as raised:
            read_upload(tmp_path / first, more=[tmp_path / other])
        assert raised.value.code == code


def test_the_inbox_takes_a_folder_of_photos_and_clips(desk: Desk) -> None:
    folder = desk.home.inbox / "Our day"
    folder.mkdir()
    picture(folder / "2.png")
    clip(folder / "10.mp4")
    assert desk.settle().keys == (), "more may follow"
    (key,) = desk.look(desk.operations.missing_file_timeout_seconds).keys
    upload = desk.uploads.get(key)
    assert (upload.title, [item.name for item in upload.items]) == ("Our day", ["2.png", "10.mp4"])


@given(st.lists(st.text(max_size=12), max_size=8), st.randoms(use_true_random=False))
def test_name_order_is_total_and_numbers_count_by_value(names: list[str], order: random.Random) -> None:
    shuffled = list(names)
    order.shuffle(shuffled)
    assert sorted(shuffled, key=natural) == sorted(names, key=natural)
    assert len({natural(name) for name in names}) == len(set(names))


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_numbers_count_by_value(one: int, other: int) -> None:
    assert (natural(f"a{one}.jpg") < natural(f"a{other}.jpg")) == (one < other)


@given(st.lists(st.text(min_size=1, max_size=12).filter(lambda name: "/" not in name and "\0" not in name)))
def test_every_visible_file_is_of_one_kind(names: list[str]) -> None:
    found = sort_files(names)
    sorted_names = [*found.media, *found.audio, *found.others]
    assert len(sorted_names) <= len(names)
    assert set(sorted_names) <= set(names)


def test_of_a_live_photo_the_photo_is_used(tmp_path: Path) -> None:
    identifier = ("-movflags", "use_metadata_tags", "-metadata", "com.apple.quicktime.content.identifier=A1")
    media.video(tmp_path / "IMG_1.mov", 1, "160x120", "25", False, *identifier)
    media.video(tmp_path / "shoe.mov", 1, "160x120", "25", False)
    make(tmp_path, "IMG_1.jpg", "shoe.jpg")
    upload = read_upload(tmp_path)
    assert [path.name for path, _ in upload.files] == ["IMG_1.jpg", "shoe.jpg", "shoe.mov"]
    assert [note.code for note in upload.notes] == ["live_photos"]
