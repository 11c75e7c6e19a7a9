"""Text of the fallback engine."""

import numpy as np
from pytoon_pipeline.rendering.caption_raster import CaptionRaster

from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.rendering.captions import Event
from pytoon_pipeline.rendering.fallback_text import plain_text


def test_the_fallback_draws_letters_as_written() -> None:
    assert plain_text("{\\an5\\pos(1,2)}a \\{b\\} c\\\u2060d\\Ne{\\1c&H00FF00&}f") == "a {b} c\\d\nef"


def test_fallback_text_is_where_shaped_text_would_be() -> None:
    event = Event(0, 9, "{\\1c&H00FFFF&}WE CHOOSE {\\1c&HFFFFFF&}TO GO")
    boxes = []
    for setting in ("shaped", "plain"):
        style = CaptionStyle.model_validate({"text_engine": setting, "size": 60, "position": 0.8})
        patch = CaptionRaster(style, 540, 960).sprite(event, 5, (540, 960))
        assert patch is not None
        assert patch.image.a is not None
        rows, columns = (np.flatnonzero((patch.image.a > 128).any(axis=axis)) for axis in (1, 0))
        boxes.append((patch.top + rows[0], patch.top + rows[-1], patch.left + columns[0], patch.left + columns[-1]))
    assert np.abs(np.subtract(*boxes)).max() < 24


def test_a_word_that_is_too_wide_shrinks() -> None:
    style = CaptionStyle.model_validate({"text_engine": "plain", "size": 150, "margin": 20})
    patch = CaptionRaster(style, 540, 960).sprite(Event(0, 1, "INCOMPREHENSIBILITIES"), 0, (540, 960))
    assert patch is not None
    assert patch.left >= 0
    assert patch.left + patch.image.size[0] <= 540
