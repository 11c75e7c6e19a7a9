"""The README and the documentation: links lead somewhere, and the commands that they show exist."""

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytoon_pipeline.cli.parser import build_parser

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "samples" / "README.md"]
LINK = re.compile(r"""\]\(([^)\s]+)\)|src="([^"]+)\"""")
BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`((?:\.venv/bin/)?(?:pytoon|make) [^`]+)`(?!`)")
# What stands for a value of one's own or for an option that may be left out: “NAME=VALUE …”, “[--json]”.
PATTERN = re.compile(r"\[|…|\b[A-Z]{3,}\b")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(path: Path) -> set[str]:
    """Names of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(path: Path) -> Iterator[tuple[str, bool]]:
    """Each command that a document shows, and whether it is complete: in a block, people copy it as it stands."""
    text = path.read_text()
    for block in BLOCK.findall(text):
        for line in block.splitlines():
            if re.match(r"(\.venv/bin/)?(pytoon|make) ", line):
                yield line, True
    for command in INLINE.findall(BLOCK.sub("", text)):
        yield " ".join(command.split()), False


def parsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parser of each command of ``parser``."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def problem_of(command: str, complete: bool, targets: set[str]) -> str | None:
    """What is wrong with a command: a name that does not exist, or arguments that the parser refuses."""
    words = shlex.split(command.partition(" &&")[0], comments=True)
    program, name = Path(words[0]).name, words[1]
    if program == "make":
        return None if name in targets or name.startswith("-") else f"there is no target {name}"
    if not complete or PATTERN.search(command.partition("#")[0]):
        return unknown_name(words[1:])
    try:
        build_parser().parse_args(words[1:])
    except SystemExit:
        return "it does not parse"
    return None


def unknown_name(words: list[str]) -> str | None:
    """The first command or option among ``words`` that does not exist. Other words are not looked at."""
    parser = build_parser()
    while words and (inner := parsers(parser)):
        name = words.pop(0)
        if name not in inner:
            return None if name.isupper() else f"there is no command {name}"
        parser = inner[name]
    known = {option for action in parser._actions for option in action.option_strings}
    options = [word.strip("[]").partition("=")[0] for word in words if word.strip("[]").startswith("--")]
    return next((f"there is no option {option}" for option in options if option not in known), None)


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_every_link_and_picture_exists(path: Path) -> None:
    lost = []
    for one in (first or second for first, second in LINK.findall(path.read_text())):
        target, _, anchor = one.partition("#")
        if "://" in target:
            continue
        file = (path.parent / target).resolve() if target else path
        if not file.exists() or (anchor and anchor not in anchors(file)):
            lost.append(one)
    assert lost == []


# The glossary lists parts of commands by name; another test compares it with the parser.
@pytest.mark.parametrize("path", [one for one in DOCUMENTS if one.name != "glossary.md"], ids=relative)
def test_every_command_shown_is_valid(path: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    wrong = [(one, problem) for one, complete in commands(path) if (problem := problem_of(one, complete, targets))]
    assert wrong == []


def test_the_codes_in_troubleshooting_exist() -> None:
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs" / "troubleshooting.md").read_text(), re.MULTILINE)
    codes = {code for row in rows for code in re.findall(r"`([a-z]+(?:_[a-z]+)+)`", row)}
    source = "\n".join(path.read_text() for path in (ROOT / "pytoon_pipeline").rglob("*.py"))
    assert len(codes) > 30
    # Some codes are composed: f"held_{code}".
    composed = tuple(re.findall(r'f"([a-z]+_)\{', source))
    lost = [code for code in sorted(codes) if f'"{code}"' not in source and not code.startswith(composed)]
    assert lost == []


def test_the_index_lists_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert [name for name in sorted(pages) if f"({name})" not in index] == []


def test_the_moving_pictures_are_small_and_move() -> None:
    from PIL import Image

    files = sorted((ROOT / "docs" / "previews").glob("*.webp"))
    assert len(files) == 3
    assert sum(path.stat().st_size for path in files) <= 2_500_000
    for path in files:
        with Image.open(path) as picture:
            assert getattr(picture, "n_frames", 1) > 30, path.name


@pytest.mark.parametrize("path", DOCUMENTS, ids=relative)
def test_every_setting_shown_exists(path: Path) -> None:
    from pytoon_pipeline.intake.assignments import assign
    from pytoon_pipeline.intake.file_settings import assign_to_file, concerns_file

    text = " ".join(path.read_text().split())
    for assignment in re.findall(r"--set ([a-z][\w.]*=(?:'[^']*'|[^\s`'…]+))", text):
        (setting,) = shlex.split(assignment)
        document: dict[str, object] = {}
        if not concerns_file(setting):
            assign(document, setting)
            assert document
            continue
        names = ["beach.jpg"] if setting.startswith("media.text=") else ["beach.jpg", "clip.mp4"]
        entries: list[dict[str, Any]] = [{"file": name} for name in names]
        assign_to_file(entries, setting)
        assert max(map(len, entries)) == 2
