"""Reading an upload: a file or a folder with a request, refused with the path of the field."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceItem
from pytoon_pipeline.intake.ingest import canonical_request
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline_tests.harness.inbox import picture


@pytest.mark.parametrize(
    ("sets", "path"),
    [
        (["max_seconds=601"], "max_seconds"),
        (["colour=red"], "“colour” alone is not enough"),
        (["media=[{file: a.mp4, start: 3, end: 2}]"], "media, 1st file: “a.mp4” starts at 3 s but ends at 2 s"),
        (["text.hook=[1]"], "text"),
        (["fit=stretch"], "fit"),
        (["variant=../x"], "variant"),
        (["nonsense"], "the form NAME=VALUE"),
    ],
)
def test_invalid_fields_are_named(tmp_path: Path, sets: list[str], path: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_upload(tmp_path / "v.mp4", sets=sets)
    assert raised.value.code == "invalid_request"
    assert path in raised.value.message


def folder(tmp_path: Path, request: str) -> Path:
    upload = tmp_path / "My shoe video"
    upload.mkdir()
    (upload / "clip.mp4").write_bytes(b"x")
    (upload / "request.yaml").write_text(request)
    return upload


def test_a_folder_with_a_request(tmp_path: Path) -> None:
    upload = read_upload(folder(tmp_path, "preset: bold-talk\nmedia: [clip.mp4]\nadjust: {captions: {size: 90}}\n"))
    assert upload.title == "My shoe video"
    assert [(path.name, role) for path, role in upload.files] == [("clip.mp4", "media")]
    assert upload.request.preset == "bold-talk"


VOICED = "archetype: hero\nmedia: [{file: clip.mp4, voice: a.wav}, {file: b.png, voice: {file: c.wav, language: fr}}]\n"


def voiced(tmp_path: Path, request: str = VOICED) -> Path:
    upload = folder(tmp_path, request)
    picture(upload / "b.png")
    for name in ("a.wav", "c.wav"):
        (upload / name).write_bytes(name.encode())
    (upload / "c.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    return upload


def test_the_voices_of_items_come_after_them_with_what_belongs_to_them(tmp_path: Path) -> None:
    upload = read_upload(voiced(tmp_path))
    assert [(path.name, role) for path, role in upload.files] == [
        ("clip.mp4", "media"), ("a.wav", "voice"), ("b.png", "media"), ("c.wav", "voice"), ("c.srt", "subtitles"),
    ]  # fmt: skip
    items = [SourceItem(name=path.name, sha256=path.name, bytes=1, role=role) for path, role in upload.files]
    renamed = [item.model_copy(update={"name": f"other-{item.name}"}) for item in items]
    media = canonical_request(upload.request, renamed)["media"]
    assert [entry["voice"]["file"] for entry in media] == ["a.wav", "c.wav"]


@pytest.mark.parametrize(
    ("request_text", "code", "message"),
    [
        (VOICED + "voice: c.wav", "invalid_request", "both the video and “clip.mp4” have a voice-over"),
        (VOICED.replace("hero", "overlay"), "voice_of_item", "archetype hero only"),
        (VOICED.replace("a.wav", "../a.wav"), "outside_folder", "a.wav"),
    ],
)
def test_voices_of_items_that_cannot_be_used(tmp_path: Path, request_text: str, code: str, message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_upload(voiced(tmp_path, request_text))
    assert (raised.value.code, message in raised.value.message) == (code, True)


def test_json_is_accepted(tmp_path: Path) -> None:
    assert (
        read_upload(folder(tmp_path, '{"media": [{"file": "clip.mp4"}], "max_seconds": 20}')).request.max_seconds == 20
    )


@pytest.mark.parametrize(
    ("request_text", "code"),
    [
        ("media: [../secret.mp4]", "outside_folder"),
        ("media: [/etc/passwd]", "outside_folder"),
        ("media: [link.mp4]", "outside_folder"),
        ("media: [clip.mp4]\nmusic: ../secret.mp4", "outside_folder"),
        ("archetype: overlay\nbackground: link.mp4\nmedia: [clip.mp4]", "outside_folder"),
        ("a: [", "document_unreadable"),
        ("- a", "document_unreadable"),
        ("a: \x00", "document_unreadable"),
    ],
)
def test_a_folder_that_cannot_be_used(tmp_path: Path, request_text: str, code: str) -> None:
    (tmp_path / "secret.mp4").write_bytes(b"x")
    upload = folder(tmp_path, request_text)
    (upload / "link.mp4").symlink_to(tmp_path / "secret.mp4")
    with pytest.raises(InvalidInput) as raised:
        read_upload(upload)
    assert raised.value.code == code


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no_media"):
        read_upload(tmp_path)


@pytest.mark.parametrize("name", ["request.yaml", "edit_plan.json", "other.json"])
@pytest.mark.parametrize("target", ["/dev/zero", "/etc/passwd", None])
def test_documents_must_be_regular_files_of_the_folder(tmp_path: Path, name: str, target: str | None) -> None:
    upload = folder(tmp_path, "edit_plan: other.json")
    if name == "edit_plan.json":
        (upload / "request.yaml").unlink()
    (upload / name).unlink(missing_ok=True)
    if target is None:
        os.mkfifo(upload / name)
    else:
        (upload / name).symlink_to(target)
    with pytest.raises(InvalidInput) as raised:
        read_upload(upload)
    assert raised.value.code == ("outside_folder" if target else "not_a_file")


def test_a_file_alone_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "clip.mp4").write_bytes(b"x")
    link = tmp_path / "link.mp4"
    link.symlink_to(tmp_path / "elsewhere" / "clip.mp4")
    assert read_upload(link).files == ((link, "media"),)


def test_names_need_not_be_valid_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\xfe.mp4")
    (tmp_path / name).write_bytes(b"x")
    upload = read_upload(tmp_path / name)
    upload.request.model_dump_json().encode()
    assert upload.files[0][0].name == name
    (tmp_path / os.fsdecode(b"\xff")).mkdir()
    with pytest.raises(InvalidInput) as raised:
        read_upload(tmp_path / os.fsdecode(b"\xff"))
    raised.value.message.encode()
    assert raised.value.code == "no_media"


def test_long_names_of_settings_are_truncated_in_messages(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_upload(folder(tmp_path, "k" * 500_000 + ": 1"))
    assert len(raised.value.message) < 1000


SHAPE = {"kind": "shape", "fill": {"colours": ["#ff0000"]}}


@pytest.mark.parametrize(
    ("layers", "path"),
    [
        ([SHAPE | {"width": 8000, "height": 8000}], "edit_plan, 1st scene, 1st layer: "),
        ([SHAPE | {"width": 1080, "height": 1920, "scale": 10}], "edit_plan, 1st scene, 1st layer: "),
        ([SHAPE | {"width": 1080, "height": 1920, "keyframes": {"scale": [{"time": 0, "value": 9}]}}], "1st layer: "),
        ([{"kind": "group", "layers": [SHAPE | {"width": 8000, "height": 8000}]}], "1st layer, 1st layer: "),
        ([SHAPE | {"width": 4000, "height": 4000}] * 7, "edit_plan, 1st scene: the layers"),
    ],
)
def test_layers_that_need_gigabytes_are_rejected(tmp_path: Path, layers: list[Any], path: str) -> None:
    upload = folder(tmp_path, json.dumps({"edit_plan": {"scenes": [{"seconds": 1, "layers": layers}]}}))
    with pytest.raises(InvalidInput) as raised:
        read_upload(upload)
    assert raised.value.code == "too_large"
    assert path in raised.value.message


def test_settings_without_effect_are_noted(tmp_path: Path) -> None:
    photo = picture(tmp_path / "1.png")
    notes = read_upload(photo, sets=["headline.colour=gold", "captions.size=90"]).notes
    assert [note.code for note in notes] == ["setting_unused"] * 2
    assert not read_upload(photo, sets=["headline.colour=gold", "text=Hello"]).notes


def test_an_option_that_replaces_all_texts_says_which_and_how_to_change_one(tmp_path: Path) -> None:
    upload = folder(tmp_path, "media: [clip.mp4]\ntext: {hook: A, beats: [B], cta: C}\n")
    (note,) = read_upload(upload, sets=["text=New"]).notes
    assert note.code == "texts_replaced"
    assert "its hook, beats and cta" in note.message
    assert "--set text.hook=…" in note.message
    assert read_upload(upload, sets=["text.hook=New"]).notes == ()
    assert read_upload(upload, sets=["text={hook: A, beats: [D], cta: E}"]).notes == ()


def test_a_voice_over_has_a_language_of_its_own(tmp_path: Path) -> None:
    home = folder(tmp_path, "media: [clip.mp4]\nvoice: {file: said.wav, language: de}\n")
    (home / "said.wav").write_bytes(b"sound")
    written, set_ = read_upload(home), read_upload(home, sets=["voice.language=fr"])
    assert [(one.request.voice.file, one.request.voice.language) for one in (written, set_) if one.request.voice] == [
        ("said.wav", "de"), ("said.wav", "fr"),
    ]  # fmt: skip
    items = [SourceItem(name="said.wav", sha256="a" * 64, bytes=1, origin="", role="voice")]
    assert canonical_request(written.request, items) != canonical_request(set_.request, items)
    (home / "request.yaml").write_text("media: [clip.mp4]\nvoice: said.wav\n")
    voice = read_upload(home, sets=["voice.language=fr"]).request.voice
    assert voice is not None
    assert (voice.file, voice.language) == ("said.wav", "fr")
    (home / "request.yaml").write_text("media: [clip.mp4]\n")
    attached = read_upload(home, files={"voice": home / "said.wav"}).request.voice
    assert attached is not None
    assert (attached.file, attached.language) == ("said.wav", None)


def test_files_with_the_words_of_a_voice_over_belong_to_it(tmp_path: Path) -> None:
    home = folder(tmp_path, "media: [clip.mp4]\nvoice: said.wav\n")
    (home / "said.wav").write_bytes(b"sound")
    (home / "said.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    (home / "said.transcript.txt").write_text("[0:00.00] Hello\n")
    upload = read_upload(home)
    assert [(path.name, role) for path, role in upload.files[1:]] == [
        ("said.wav", "voice"), ("said.srt", "subtitles"), ("said.transcript.txt", "transcript"),
    ]  # fmt: skip
    assert not upload.notes
