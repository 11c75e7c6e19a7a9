"""The place of a value in a document, for a sentence: its path, and its entries as people count them."""

from collections.abc import Sequence
from itertools import pairwise

from pytoon_pipeline.contracts.suggestions import ordinal

# What the entries of a list are called where its name does not say it.
ENTRIES = {"media": "file"}


def readable_path(parts: Sequence[str]) -> str:
    """“edit_plan.scenes.1.seconds (the 2nd scene)”: numbers in a path count from 0, and people count from 1."""
    name = ".".join(parts)
    return f"{name} ({entries})" if (entries := _entries(parts)) else name


def entry_word(name: str) -> str:
    """What an entry of the list ``name`` is called: “layer” for layers."""
    return ENTRIES.get(name) or (name[:-1] if name.endswith("s") else "entry")


def _entries(parts: Sequence[str]) -> str:
    """“the 1st layer of the 2nd scene”; empty for a path without entries."""
    found = [
        f"the {ordinal(int(number) + 1)} {entry_word(name)}" for name, number in pairwise(parts) if number.isdecimal()
    ]
    return " of ".join(reversed(found))
