"""Colours as people write them: a CSS name, ``#rgb``, ``#rrggbb`` or ``rgb(…)``. Records hold ``#rrggbb``."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from pytoon_pipeline.contracts.suggestions import did_you_mean

CODE = re.compile(r"#[0-9a-fA-F]{6}")
EXAMPLE = 'For example: gold, or "#FFD60A" in quotes.'
MAX_SHOWN = 40


def colour_code(text: str) -> str | None:
    """A colour as ``#rrggbb``; none for text that is not a colour. A code that is complete stays as it is."""
    if CODE.fullmatch(text):
        return text
    from PIL import ImageColor

    try:
        channels = ImageColor.getrgb(text.strip()) if len(text) <= MAX_SHOWN else ()
    except ValueError:
        return None
    opaque = len(channels) == 3 and max(channels) <= 255
    return "#{:02X}{:02X}{:02X}".format(*channels) if opaque else None


def colour_hint(text: str) -> str:
    """How to write a colour in place of ``text``, which is none."""
    from PIL import ImageColor

    if not text.startswith("#"):
        return did_you_mean(text, ImageColor.colormap).strip() or EXAMPLE
    if CODE.fullmatch(text[:7]) and re.fullmatch(r"[0-9a-fA-F]{2}", text[7:]):
        return f'Colours cannot be transparent. Leave out the last two characters: "{text[:7]}"'
    wrong = "".join(dict.fromkeys(re.sub(r"[0-9a-fA-F]", "", text[1:])))[:MAX_SHOWN]
    fault = f"The code is too {'short' if len(text) < 7 else 'long'}"
    if wrong:
        fault = f"“{wrong}” is not allowed in a colour code"
    return f'{fault}: it must be # and six characters from 0–9 and A–F, such as "#FFD60A".'


def read_colour(value: Any) -> Any:
    """``value`` as ``#rrggbb``; what is not text stays as it is. Raises ``PydanticCustomError`` for other text."""
    if not isinstance(value, str):
        return value
    code = colour_code(value)
    if code is None:
        raise PydanticCustomError("colour", "not a colour")
    return code


# A colour in a JSON Schema.
ColourAsWritten = Annotated[str, Field(json_schema_extra={"format": "color"})]
Colour = Annotated[str, BeforeValidator(read_colour, json_schema_input_type=ColourAsWritten)]
