"""The place of a value in a document, for a sentence: its path, and its entries as people count them."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.suggestions import ordinal

# What the entries of a list are called where its name does not say it.
ENTRIES = {"media": "file"}


def readable_path(parts: Sequence[str]) -> str:
    """“edit_plan, 2nd scene, seconds”: numbers in a path count from 0, and people count from 1."""
    return ", ".join(_steps(parts))


def subject(parts: Sequence[str]) -> str:
    """A place as the beginning of a sentence: “edit_plan, 2nd scene: seconds”, “edit_plan, 2nd scene: the scene”."""
    *around, last = _steps(parts) or [""]
    if parts and parts[-1].isdecimal():
        around, last = [*around, last], f"the {entry_word(parts[-2]) if len(parts) > 1 else 'entry'}"
    return f"{', '.join(around)}: {last}" if around else last


def entry_word(name: str) -> str:
    """What an entry of the list ``name`` is called: “layer” for layers."""
    return ENTRIES.get(name) or (name[:-1] if name.endswith("s") else "entry")


def _steps(parts: Sequence[str]) -> list[str]:
    """The names between two entries joined by dots, and each entry by its number: edit_plan, 2nd scene, style.font."""
    steps: list[str] = []
    names: list[str] = []
    for number, part in enumerate(parts):
        if not part.isdecimal() or number == 0:
            names.append(part)
            continue
        name = parts[number - 1]
        # The word for the entry names the list too, unless it is another word or the list stands alone.
        if names and (name in ENTRIES or not name.endswith("s")):
            steps.append(".".join(names))
        elif names[:-1]:
            steps.append(".".join(names[:-1]))
        steps.append(f"{ordinal(int(part) + 1)} {entry_word(name)}")
        names = []
    return [*steps, ".".join(names)] if names else steps
