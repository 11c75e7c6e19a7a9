"""Texts in Markdown tables."""

import re


def cell(text: object, longest: int | None = None) -> str:
    """Text, at most ``longest`` characters of it, that neither ends its cell or line nor means anything in Markdown."""
    return re.sub(r"([\\`*\[\]<>!&|])", r"\\\1", " ".join(str(text).split())[:longest])
