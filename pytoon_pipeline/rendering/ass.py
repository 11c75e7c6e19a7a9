"""Text for libass: what a person wrote is drawn literally, never read as styling."""

from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.colour import rgb

# Keeps a backslash from forming a command with the letter behind it; it has no width.
WORD_JOINER = "\u2060"
# Lets libass find the base direction of a line from its characters (Unicode Bidirectional Algorithm, P2 and P3).
AUTO_DIRECTION = -1


def escape(text: str) -> str:
    """``text`` such that libass draws exactly its characters."""
    return text.replace("\\", "\\" + WORD_JOINER).replace("{", "\\{").replace("}", "\\}")


def with_fallback_fonts(text: str, name: str) -> str:
    """``text`` in the font ``name``; words with characters that it lacks name the fallback that has them."""
    font = fonts.load(name)
    if not font.missing(text):
        return escape(text)
    words = []
    for word in text.split(" "):
        other = fonts.fitting(word, name)
        words.append(escape(word) if other is font else f"{{\\fn{other.family}}}{escape(word)}{{\\fn{font.family}}}")
    return " ".join(words)


def colour_tag(colour: str) -> str:
    """Override that sets the fill."""
    r, g, b = rgb(colour)
    return f"\\1c&H{b:02X}{g:02X}{r:02X}&"
