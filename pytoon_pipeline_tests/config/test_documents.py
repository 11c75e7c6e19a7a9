"""What people write: requests and presets, refused with the path of the field."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pytoon_pipeline.config.documents import MAX_DEPTH, Unreadable, parse, read_document
from pytoon_pipeline.config.presets import limit_sources, load_limits, load_preset, preset_names
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.media.fonts import load


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
    adjusted = load_preset("clean-talk", {"silence": {"min_seconds": 0.9}})
    assert adjusted.silence.min_seconds == 0.9
    assert adjusted.silence.threshold_below_speech_db == load_preset("clean-talk").silence.threshold_below_speech_db


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
    with pytest.raises(InvalidInput) as raised:
        read_upload(tmp_path / "v.mp4", sets=sets)
    assert raised.value.code == "invalid_request"
    assert path in raised.value.message


@pytest.mark.parametrize(
    ("adjust", "path"),
    [
        ({"silence": {"min_seconds": "long"}}, "silence.min_seconds"),
        ({"captions": {"colour": "red"}}, "captions.colour"),
    ],
)
def test_wrong_settings_are_named(adjust: dict, path: str) -> None:
    with pytest.raises(InvalidInput, match=path):
        load_preset("clean-talk", adjust)


def test_an_unknown_preset_lists_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="clean-talk"):
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
    with pytest.raises(InvalidInput) as raised:
        read_upload(upload)
    assert raised.value.code == code


def test_a_folder_without_a_request(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no_request"):
        read_upload(tmp_path)


LOLS = "\n".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"a: &a [lol]\n{LOLS}\ntext: *i", "“*”"),
        ("a: &a {b: 1}\nc: {<<: *a}", "“*”"),
        ("text: &a [*a]", "“*”"),
        ("text: " + "[" * 100_000, "nested too deeply"),
        ("text:\n" + "- " * 100_000, "nested too deeply"),
        ("text: [" + "1," * 300_000 + "]", "holds too much"),
        ("text: !!python/object/apply:os.system ['id']", "tag"),
        ("text: !!binary aGVsbG8=", "tag"),
        ("text: !mine x", "tag"),
        ("text: 2001-99-99", "date"),
        ("text: " + "9" * 50_000, "number"),
        ("a: {b: [1, 0x" + "f" * 9999 + "]}", "a.b.1"),
        ("a: {b: .nan}", "a.b"),
        ("a: -.inf", "a is too large"),
        ("1: 2", "name"),
    ],
)
def test_documents_that_explode_are_refused(text: str, said: str) -> None:
    with pytest.raises(Unreadable) as raised:
        parse(text)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 100_000, '{"a": NaN}', '{"a": 1e999}', '{"a": ' + "9" * 5000 + "}", '"\\ud800"', "{"],
)
def test_json_that_explodes_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text, as_json=True)


@pytest.mark.parametrize(
    ("text", "as_json", "said"),
    [
        ("text: Before\npreset: clean-talk\ntext: After\n", False, "“text” is set twice, in lines 1 and 3"),
        ("a:\n  b: 1\n  c: {d: 1, d: 2}\n", False, "“d” is set twice, in lines 3 and 3"),
        ("- {a: 1}\n- b: 1\n  'b': 2\n", False, "“b” is set twice, in lines 2 and 3"),
        ("a:\n- 1\nb: []\na: 2\n", False, "“a” is set twice, in lines 1 and 4"),
        ('{"a": {"b": 1, "c": 2, "b": 3}}', True, "“b” is set twice"),
    ],
)
def test_what_is_set_twice_is_refused(text: str, as_json: bool, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        parse(text, as_json)


def test_the_same_name_in_several_groups_is_no_repetition(tmp_path: Path) -> None:
    assert parse("a: {b: 1}\nc: {b: 2, a: b}\nd: [{b: 1}, {b: 2}]\nb: [a, a]\n")["b"] == ["a", "a"]
    assert parse('{"a": {"b": 1}, "b": [{"b": 1}, {"b": 2}]}', True)["a"] == {"b": 1}
    (tmp_path / "request.yaml").write_text("media: [a.png]\nmedia: [b.png]\n")
    with pytest.raises(InvalidInput, match="document_unreadable") as raised:
        read_upload(tmp_path)
    assert "lines 1 and 2" in raised.value.message
    assert raised.value.hint == "Keep one of them."


def test_nesting_that_people_use_is_read() -> None:
    value: Any = parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert json.dumps(value).count("[") == MAX_DEPTH
    assert parse("a: !!str 5\nb: '*wow*'\nc: 1.5\nd: [x, true]") == {
        "a": "5",
        "b": "*wow*",
        "c": 1.5,
        "d": ["x", True],
    }


def test_escaped_characters_of_json_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps({"text": "Go 🎬"}))
    assert "\\ud83c" in path.read_text()
    assert read_document(path) == {"text": "Go 🎬"}


@pytest.mark.parametrize("name", ["request.yaml", "edit_plan.json", "other.json"])
@pytest.mark.parametrize("target", ["/dev/zero", "/etc/passwd", None])
def test_documents_are_files_of_the_folder(tmp_path: Path, name: str, target: str | None) -> None:
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


def test_names_need_not_be_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff\xfe.mp4")
    (tmp_path / name).write_bytes(b"x")
    upload = read_upload(tmp_path / name)
    upload.request.model_dump_json().encode()
    assert upload.files[0][0].name == name
    (tmp_path / os.fsdecode(b"\xff")).mkdir()
    with pytest.raises(InvalidInput) as raised:
        read_upload(tmp_path / os.fsdecode(b"\xff"))
    raised.value.message.encode()
    assert raised.value.code == "no_request"


def test_long_names_of_settings_are_cut(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_upload(folder(tmp_path, "k" * 500_000 + ": 1"))
    assert len(raised.value.message) < 1000


SHAPE = {"kind": "shape", "fill": {"colours": ["#ff0000"]}}


@pytest.mark.parametrize(
    ("layers", "path"),
    [
        ([SHAPE | {"width": 8000, "height": 8000}], "edit_plan.scenes.0.layers.0"),
        ([SHAPE | {"width": 1080, "height": 1920, "scale": 10}], "edit_plan.scenes.0.layers.0"),
        ([SHAPE | {"width": 1080, "height": 1920, "keyframes": {"scale": [{"time": 0, "value": 9}]}}], "layers.0"),
        ([{"kind": "group", "layers": [SHAPE | {"width": 8000, "height": 8000}]}], "layers.0.layers.0"),
        ([SHAPE | {"width": 4000, "height": 4000}] * 7, "edit_plan.scenes.0: its layers"),
    ],
)
def test_layers_of_gigabytes_are_refused(tmp_path: Path, layers: list[Any], path: str) -> None:
    upload = folder(tmp_path, json.dumps({"edit_plan": {"scenes": [{"seconds": 1, "layers": layers}]}}))
    with pytest.raises(InvalidInput) as raised:
        read_upload(upload)
    assert raised.value.code == "too_large"
    assert path in raised.value.message
