"""Reads answers of a language model strictly.

An answer is a JSON object with numbered operations. Each is one idea, and is validated by itself: what is wrong is
refused, with its number and the reason.
"""

import json
import re
import unicodedata
from typing import Any, TypeVar

from pydantic import ValidationError

from pytoon_pipeline.contracts.base import Record

FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL | re.IGNORECASE)
# Some models think aloud before they answer.
THOUGHTS_END = "</think>"
MAX_OPERATIONS, MAX_WHY = 500, 120

R = TypeVar("R", bound=Record)


class RefusedAnswer(ValueError):
    """An answer, or an operation of one, that is not used; its text is the reason, a clause."""


def read_answer(text: str) -> dict[str, Any]:
    """The JSON object in an answer, which may stand in a Markdown fence. Raises ``RefusedAnswer``."""
    text = text.rpartition(THOUGHTS_END)[2].strip()
    if not text:
        raise RefusedAnswer("its answer is empty")
    if (fenced := FENCE.search(text)) is not None:
        text = fenced[1]
    try:
        found = json.loads(text, parse_constant=_no_constant)
        # Half a character of two, as “\ud83d” alone, cannot be stored.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise RefusedAnswer("its answer is not valid JSON") from None
    if not isinstance(found, dict):
        raise RefusedAnswer("its answer is not a JSON object")
    return found


def read_operations(text: str, name: str) -> list[object]:
    """The list ``name`` in an answer, and nothing else. Raises ``RefusedAnswer``."""
    found = read_answer(text)
    operations = found.get(name)
    if not isinstance(operations, list) or len(found) != 1:
        raise RefusedAnswer(f"its answer is not an object with the list “{name}” and nothing else")
    if len(operations) > MAX_OPERATIONS:
        raise RefusedAnswer(f"its answer has {len(operations)} operations, and {MAX_OPERATIONS} is the limit")
    return operations


def checked(record: type[R], value: object) -> R:
    """``value`` as ``record``. Raises ``RefusedAnswer`` that names the first field that is wrong."""
    try:
        return record.model_validate(value, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(one)[:40] for one in first["loc"]) or "it"
        if first["type"] == "extra_forbidden":
            raise RefusedAnswer(f"“{printable(place)}” is no field that it may set") from None
        raise RefusedAnswer(f"{place}: {first['msg'].lower()}") from None


def printable(text: str, limit: int = MAX_WHY) -> str:
    """``text`` on one line, without control characters, and not longer than ``limit``."""
    spaced = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
    line = " ".join(spaced.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _no_constant(name: str) -> float:
    raise ValueError(name)
