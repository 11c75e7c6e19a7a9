"""``NAME=VALUE`` from the command line: its two sides, and the value as the person means it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pytoon_pipeline.config.expectations import expectation
from pytoon_pipeline.config.parsing import Unreadable, parse
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.runtime.files import printable_name

MAX_SHOWN = 60
# The # of a colour inside brackets, where YAML would begin a comment.
CODE_IN_LIST = re.compile(r"""(?<=[\[,{:])\s*(#[^\s,\]}"']+)""")


def name_and_value(assignment: str) -> tuple[str, str]:
    """The two sides of ``NAME=VALUE``. Raises ``InvalidInput`` for another form."""
    name, equals, text = assignment.partition("=")
    if not equals or not name.strip():
        raise InvalidInput(
            "invalid_request",
            f"“{printable_name(assignment)[:MAX_SHOWN]}” does not have the form NAME=VALUE.",
            "For example: --set max_seconds=30 or --set headline.colour=gold",
        )
    return name.strip(), text


def setting_value(path: Sequence[str], text: str) -> Any:
    """The value of ``text`` as the field at ``path`` of a request takes it.

    Only brackets and braces are read as YAML lists and groups.
    """
    stripped = text.strip()
    if stripped[:1] in ("[", "{"):
        return _parsed(CODE_IN_LIST.sub(r' "\1"', stripped), text)
    if stripped[:1] in ("'", '"'):
        return _parsed(stripped, text)
    value = None if "#" in text else _parsed(stripped, text)
    if value is None:
        return text if stripped else None
    if isinstance(value, str):
        # Whatever the field accepts: its schema, which takes a tenth of a second to make, is not needed.
        return stripped
    record, place = (Preset, path[1:]) if path[0] == "adjust" else (Request, path)
    accepts = expectation(record, tuple(int(one) if one.isdecimal() else one for one in place), {})
    return text if isinstance(value, Mapping | list) or (accepts.is_text and not accepts.is_list) else value


def _parsed(text: str, otherwise: str) -> Any:
    try:
        return parse(text)
    except Unreadable:
        return otherwise
