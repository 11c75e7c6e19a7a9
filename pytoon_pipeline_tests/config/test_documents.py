"""YAML and JSON documents: parsed within limits, or refused with the reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from pytoon_pipeline.config.documents import read_document
from pytoon_pipeline.config.parsing import MAX_DEPTH, Unreadable, parse
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.uploads import read_upload

LOLS = "\n".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"a: &a [lol]\n{LOLS}\ntext: *i", "line 1 marks with &a"),
        ("a: &a {b: 1}\nc: {<<: *a}", "line 1 marks with &a"),
        ("text: &a [*a]", "line 1 marks with &a"),
        ("text: " + "[" * 100_000, "nested too deeply"),
        ("text:\n" + "- " * 100_000, "nested too deeply"),
        ("text: [" + "1," * 300_000 + "]", "too many values"),
        # An error in a long line is described in a time that grows with the length of the line only.
        ("text: [" + "[1]," * 40_000 + "}", "is not closed"),
        ("text: {" + ": " * 100_000 + "]", "is not closed"),
        ("text: a" + " " * 100_000 + "#b", "what follows the # is ignored"),
        ("text: a" + " " * 100_000 + "#\nb", "near line 3"),
        ("- " + " " * 100_000 + "[\n1: 2.a" + ".a" * 100_000 + ",", "line 2"),
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
def test_yaml_that_expands_without_limit_is_rejected(text: str, said: str) -> None:
    with pytest.raises(Unreadable) as raised:
        parse(text)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("text", "as_json", "said", "hint"),
    [
        ("media: [é.jpg\n", False, "the bracket “[” in line 1 is not closed", "After its last entry, add: ]"),
        ("text: {hook: a\nmusic: b\n", False, "the bracket “{” in line 1 is not closed", "add: }"),
        ("a: [1, 2}\n", False, "the bracket “[” in line 1 is not closed", "add: ]"),
        ('{"scenes": [}', True, "the bracket “[” in line 1 is not closed", "add: ]"),
        ('{"scenes":\n [{"seconds": 1]}', True, "the bracket “{” in line 2 is not closed", "add: }"),
        ('a: é\ntext: "Hello\nmusic: b\n', False, 'the quote " in line 2 is not closed', 'After the text, add: "'),
        ('{"a" 1}', True, "there is an error near line 1", "Check commas"),
        ('{"a" 1}' + "[" * 100_000, True, "there is an error near line 1", "Check commas"),
        ("media:\n  1: a.jpg\n", False, "in line 2, “1” is not the name of a setting", "write: media: [a.jpg]"),
        ("yes: a\n", False, "in line 1, “yes” is not the name of a setting", "Begin the line"),
    ],
)
def test_an_error_names_the_line_where_it_begins(text: str, as_json: bool, said: str, hint: str) -> None:
    with pytest.raises(Unreadable) as raised:
        parse(text, as_json)
    assert str(raised.value) == said
    assert hint in raised.value.hint


def test_a_name_in_quotes_may_look_like_a_number() -> None:
    assert parse('"1": a') == {"1": "a"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- text: Hello\n", "line 1 begins with a dash. Remove the dash: text: Hello"),
        (
            "- text: a\n- brand: b\n",
            "2 lines begin with a dash, but no setting stands above them. Remove these dashes: text: a",
        ),
        (
            "\n- a.jpg\n- b.jpg\n",
            "2 lines begin with a dash, but no setting stands above them. To list files, write: media: [a.jpg]",
        ),
        ("Hello\n", "has no settings. Begin each line with the name of a setting, such as: text: Hello"),
    ],
)
def test_a_document_without_names_is_told_how_to_write_them(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "request.yaml").write_text(text)
    with pytest.raises(InvalidInput) as raised:
        read_document(tmp_path / "request.yaml")
    assert f"{raised.value.message} {raised.value.hint}".endswith(said)


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 100_000, '{"a": NaN}', '{"a": 1e999}', '{"a": ' + "9" * 5000 + "}", '"\\ud800"', "{"],
)
def test_invalid_or_too_deep_json_is_rejected(text: str) -> None:
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
def test_a_field_that_is_set_twice_is_rejected(text: str, as_json: bool, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        parse(text, as_json)


def test_the_same_name_in_several_mappings_is_allowed(tmp_path: Path) -> None:
    assert parse("a: {b: 1}\nc: {b: 2, a: b}\nd: [{b: 1}, {b: 2}]\nb: [a, a]\n")["b"] == ["a", "a"]
    assert parse('{"a": {"b": 1}, "b": [{"b": 1}, {"b": 2}]}', True)["a"] == {"b": 1}
    (tmp_path / "request.yaml").write_text("media: [a.png]\nmedia: [b.png]\n")
    with pytest.raises(InvalidInput, match="document_unreadable") as raised:
        read_upload(tmp_path)
    assert "lines 1 and 2" in raised.value.message
    assert raised.value.hint == "Keep one of them."


def test_ordinary_nesting_is_read() -> None:
    value: Any = parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert json.dumps(value).count("[") == MAX_DEPTH
    assert parse("a: !!str 5\nb: '*wow*'\nc: 1.5\nd: [x, true]") == {
        "a": "5",
        "b": "*wow*",
        "c": 1.5,
        "d": ["x", True],
    }


def test_surrogate_pairs_in_json_become_one_character(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps({"text": "Go 🎬"}))
    assert "\\ud83c" in path.read_text()
    assert read_document(path) == {"text": "Go 🎬"}


def test_who_changes_what_was_read_changes_it_for_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "request.yaml"
    path.write_text("media: [a.jpg]")
    read_document(path)["media"].append("b.jpg")
    assert read_document(path) == {"media": ["a.jpg"]}
    path.write_text("media: [c.jpg]")
    assert read_document(path) == {"media": ["c.jpg"]}, "a file that has changed is read anew"
