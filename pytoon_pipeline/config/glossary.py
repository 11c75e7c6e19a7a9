"""Meanings of the words that people write, from the glossary in ``docs/``."""

import re
from pathlib import Path

from pytoon_pipeline.config.folder import PACKAGE
from pytoon_pipeline.contracts.errors import DependencyMissing

PRESETS = "Presets"
_LINE = re.compile(r"- `([^`]+)`: (.+)")


def meanings(section: str) -> dict[str, str]:
    """The words of one section with their meanings. Raises ``DependencyMissing`` when Pytoon is not fully installed."""
    _, _, after = _glossary().read_text(encoding="utf-8").partition(f"\n## {section}\n")
    lines = after.partition("\n## ")[0].splitlines()
    return {found[1]: found[2] for line in lines if (found := _LINE.fullmatch(line))}


def _glossary() -> Path:
    """The file in the source tree, else the copy inside the installed package."""
    for place in (PACKAGE.parent / "docs" / "glossary.md", PACKAGE / "_glossary.md"):
        if place.is_file():
            return place
    raise DependencyMissing("glossary_missing", "The glossary does not exist.", "Reinstall Pytoon.")
