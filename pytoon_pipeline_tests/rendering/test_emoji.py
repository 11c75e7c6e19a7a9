"""Emoji are drawn in their colours, at the place and size that shaping gives."""

import numpy as np
import pytest

from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline.media.fonts import font_runs, text_width
from pytoon_pipeline.rendering import emoji
from pytoon_pipeline.rendering.emoji import ColourPixels

FONT = "Roboto Black"


def drawn(text: str, size: float = 100, x: float = 0, y: float = 0, **more: object) -> ColourPixels:
    (run,) = font_runs(text, FONT)
    return emoji.draw(run, size, x, y, **more)  # type: ignore[arg-type]


def centre(pixels: ColourPixels) -> tuple[float, float]:
    """The centre of the coverage on the pixel grid."""
    alpha = pixels.rgba[:, :, 3].astype(float)
    rows, columns = np.indices(alpha.shape) + 0.5
    return (
        pixels.left + float((columns * alpha).sum() / alpha.sum()),
        pixels.top + float((rows * alpha).sum() / alpha.sum()),
    )


def test_an_emoji_stands_on_the_baseline_as_high_as_capitals_and_a_little_more() -> None:
    size = 200.0
    em = font_runs("A", FONT)[0].font.em * font_runs("A", FONT)[0].scale * size
    pixels = drawn("😀", size)
    rows = np.flatnonzero(pixels.rgba[:, :, 3].max(axis=1) > 128) + pixels.top
    assert 1.0 <= np.ptp(rows) / em <= 1.15
    # Its middle is that of capitals, 0.36 em above the baseline.
    assert centre(pixels)[1] == pytest.approx(-0.36 * em, abs=0.05 * em)


@pytest.mark.parametrize(("x", "y"), [(0.5, 0.0), (0.25, 1.75), (7.0, -3.5)])
def test_an_emoji_moves_by_fractions_of_a_pixel(x: float, y: float) -> None:
    before, after = centre(drawn("🎉")), centre(drawn("🎉", x=x, y=y))
    assert np.subtract(after, before) == pytest.approx([x, y], abs=0.05)


def test_emoji_stand_beside_each_other_in_the_direction_of_the_text() -> None:
    advance = text_width("❤️", FONT, 100)
    (first, _), (second, _) = centre(drawn("❤️")), centre(drawn("☕"))
    assert centre(drawn("❤️❤️"))[0] == pytest.approx(first + advance / 2, abs=0.05)
    assert centre(drawn("❤️❤️", letter_spacing=10))[0] == pytest.approx(first + (advance + 10) / 2, abs=0.05)
    both = drawn("❤️☕", direction="rtl")
    single = drawn("☕")
    offset = single.left - both.left
    part = both.rgba[single.top - both.top :, offset:][: single.rgba.shape[0], : single.rgba.shape[1]]
    # The cup, which comes second, is at the left.
    assert np.abs(part[:, :60].astype(int) - single.rgba[:, :60]).mean() < 1
    assert second > 0


def test_planes_are_premultiplied_colours_of_the_video() -> None:
    planes = drawn("❤️").planes()
    solid = planes[3] == 1
    # The red of the heart, #f44336.
    assert np.median(np.array(planes)[:3, solid], axis=1) == pytest.approx(yuv("#f44336"), abs=2)
    assert not np.array(planes)[:, planes[3] == 0].any()
