"""What people write: requests and presets, refused with the path of the field."""

from pathlib import Path

import pytest

from pytoon_pipeline.contracts.errors import BadInput
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.media.fonts import load
from pytoon_pipeline.planning.presets import limit_sources, load_limits, load_preset, preset_names
from pytoon_pipeline.planning.requests import read_upload


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_valid(name: str) -> None:
    preset = load_preset(name)
    assert preset.description
    assert load(preset.captions.font).file.is_file()


def test_every_limit_says_where_it_comes_from() -> None:
    assert set(limit_sources()) == set(Limits.model_fields)
    assert all(len(source) > 10 for source in limit_sources().values())
    assert load_limits().loudness_tolerance == 1.0


def test_single_settings_can_be_adjusted() -> None:
    adjusted = load_preset("clean-talk", {"silence": {"minimum": 0.9}})
    assert adjusted.silence.minimum == 0.9
    assert adjusted.silence.drop_db == load_preset("clean-talk").silence.drop_db


@pytest.mark.parametrize(
    ("sets", "path"),
    [
        (["max_seconds=600"], "max_seconds"),
        (["colour=red"], "colour: there is no such setting"),
        (["media=[{file: a.mp4, start: 3, end: 2}]"], "media.0"),
        (["text.hook=[1]"], "text"),
        (["fit=stretch"], "fit"),
        (["variant=../x"], "variant"),
        (["preset=../../etc/passwd"], "preset"),
        (["nonsense"], "not name=value"),
    ],
)
def test_wrong_fields_are_named(tmp_path: Path, sets: list[str], path: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_upload(tmp_path / "v.mp4", sets=sets)
    assert raised.value.code == "invalid_request"
    assert path in raised.value.message


@pytest.mark.parametrize(
    ("adjust", "path"),
    [({"silence": {"minimum": "long"}}, "silence.minimum"), ({"captions": {"colour": "red"}}, "captions.colour")],
)
def test_wrong_settings_are_named(adjust: dict, path: str) -> None:
    with pytest.raises(BadInput, match=path):
        load_preset("clean-talk", adjust)


def test_an_unknown_preset_lists_the_known_ones() -> None:
    with pytest.raises(BadInput, match="clean-talk"):
        load_preset("nope")


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
    with pytest.raises(BadInput) as raised:
        read_upload(upload)
    assert raised.value.code == code


def test_a_folder_without_a_request(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no_request"):
        read_upload(tmp_path)
