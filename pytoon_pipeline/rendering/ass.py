"""Text for libass: user text is drawn literally and is never parsed as override tags."""

from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.colour import rgb

# Keeps a backslash from forming an escape sequence with the next letter; it has no width.
WORD_JOINER = "\u2060"
# libass then derives the base direction of a line from its characters (Unicode Bidirectional Algorithm, P2 and P3).
AUTO_DIRECTION = -1


def escape(text: str) -> str:
    """Returns ``text`` escaped so that libass draws exactly its characters."""
    return text.replace("\\", "\\" + WORD_JOINER).replace("{", "\\{").replace("}", "\\}")


def with_fallback_fonts(text: str, name: str) -> str:
    """Returns ``text`` escaped, with an override tag around each word that needs a fallback for the font ``name``."""
    font = fonts.load(name)
    if not font.missing(text):
        return escape(text)
    parts = []
    for run in fonts.font_runs(text, name):
        escaped = escape(run.text)
        parts.append(escaped if run.font is font else f"{{\\fn{run.font.family}}}{escaped}{{\\fn{font.family}}}")
    return "".join(parts)


def colour_tag(colour: str) -> str:
    """The override tag that sets the fill colour."""
    r, g, b = rgb(colour)
    return f"\\1c&H{b:02X}{g:02X}{r:02X}&"
