"""American spelling of names in documents: ``color`` is read as ``colour``."""

from typing import Any

from pytoon_pipeline.contracts.errors import InvalidInput

SPELLINGS = {"color": "colour", "colors": "colours"}


def british(value: Any) -> Any:
    """``value`` with names such as ``background_color`` in British spelling, at every depth.

    Raises ``InvalidInput`` for a group that has both.
    """
    if isinstance(value, list):
        return [british(one) for one in value]
    if not isinstance(value, dict):
        return value
    names = {name: british_name(name) for name in value}
    for name, spelt in names.items():
        if spelt != name and spelt in value:
            raise InvalidInput("invalid_request", f"“{name}” and “{spelt}” are the same setting.", "Keep one of them.")
    return {names[name]: british(inner) for name, inner in value.items()}


def british_name(name: str) -> str:
    """A name, or several joined by dots, in British spelling."""
    if "color" not in name:
        return name
    return ".".join("_".join(SPELLINGS.get(word, word) for word in part.split("_")) for part in name.split("."))
