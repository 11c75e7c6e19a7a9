"""Values that the shell has split: the command as the person meant it."""

import shlex
from pathlib import Path

import pytest

from pytoon_pipeline.cli.options import request_options
from pytoon_pipeline.cli.parser import build_parser
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.shell_words import shell_pair, shell_word


def hint(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        build_parser().read(shlex.split(command))
    return capsys.readouterr().err.splitlines()[1].strip()


@pytest.mark.parametrize(
    ("command", "meant"),
    [
        ("render a b --set text=Our summer", "pytoon render a b --set text='Our summer'"),
        ("render a --set=text=Our summer --json", "pytoon render a --set text='Our summer' --json"),
        ("render a --set text = Hi", "pytoon render a --set text=Hi"),
        ("render a --set fit cover", "pytoon render a --set fit=cover"),
        ('render a --set "text=It\'s" summer', 'pytoon render a --set text="It\'s summer"'),
        ("render a --music my song.mp3 --out my videos", "pytoon render a --music 'my song.mp3' --out 'my videos'"),
        ("open My holiday", "pytoon open 'My holiday'"),
    ],
)
def test_the_hint_is_the_command_that_works(command: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = hint(command, capsys)
    assert said.endswith(f": {meant}")
    build_parser().read(shlex.split(meant)[1:])


def test_a_file_after_an_option_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.jpg").touch()
    (tmp_path / "summer").mkdir()
    assert (
        hint("render a.jpg --set text=Hi b.jpg", capsys) == "Put files first: pytoon render a.jpg b.jpg --set text=Hi"
    )
    assert hint("render summer --set text=Our summer", capsys) == "Write: pytoon render summer --set text='Our summer'"


@pytest.mark.parametrize("command", ["render", "submit"])
def test_a_path_with_spaces_needs_quotes_and_keeps_the_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "My holiday photos").mkdir()
    given = [command, "--preset", "night-neon", "My", "holiday", "photos/", "--set", "text=Hello you", "--json"]
    with pytest.raises(InvalidInput, match="unquoted_path") as raised:
        request_options(build_parser().read(given))
    meant = "'My holiday photos' --preset night-neon --set 'text=Hello you' --json"
    assert raised.value.hint == f"Write: pytoon {command} {meant}"


@pytest.mark.parametrize("text", ["plain", "two words", "It's", 'say "hi"', "It's $5", "café", "", "a;b", "`x`'s"])
def test_a_shell_reads_a_word_as_it_was(text: str) -> None:
    assert shlex.split(shell_word(text)) == [text]
    assert shlex.split(shell_pair("media.my file.jpg.text", text)) == [f"media.my file.jpg.text={text}"]
    assert shlex.split(shell_pair("text", text)) == [f"text={text}"]
