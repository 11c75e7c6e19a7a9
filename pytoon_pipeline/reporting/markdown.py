"""Text in Markdown tables."""

import re


def cell(text: object, max_chars: int | None = None) -> str:
    """Text for one cell: on one line, with Markdown and HTML escaped. Of more than ``max_chars`` characters, the last
    is an ellipsis.
    """
    line = " ".join(str(text).split())
    if max_chars is not None and len(line) > max_chars:
        line = f"{line[: max_chars - 1].rstrip()}…"
    return re.sub(r"([\\`*\[\]<>!&|])", r"\\\1", line)
