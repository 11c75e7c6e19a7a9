"""Text in Markdown tables."""

import re


def cell(text: object, max_chars: int | None = None) -> str:
    """Text for one cell: at most ``max_chars`` characters on one line, with Markdown and HTML escaped."""
    return re.sub(r"([\\`*\[\]<>!&|])", r"\\\1", " ".join(str(text).split())[:max_chars])
