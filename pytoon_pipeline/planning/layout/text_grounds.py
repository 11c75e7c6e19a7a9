"""The grounds of a video without media: the preset's own, its accent, and its colours the other way round, in turn."""

from dataclasses import dataclass

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.preset import BackgroundSettings, HeadlineSettings, Preset
from pytoon_pipeline.media.colour import contrast, luminance_of, mixed, opposite
from pytoon_pipeline.planning.layout.titles import BOXED

# A ground is another one when it differs from the preset's by this contrast.
MIN_DIFFERENCE = 1.4
# Shapes and the second colour of a ground are this much farther from the text's colour.
SHAPE_SHARE, SHAPE_OPACITY, SECOND_SHARE = 0.28, 0.8, 0.1


@dataclass(frozen=True)
class TextGround:
    """A ground, and how texts look on it."""

    background: BackgroundSettings
    headline: HeadlineSettings


def text_grounds(preset: Preset, min_contrast: float) -> tuple[TextGround, ...]:
    """The grounds that texts stand on in turn; only the preset's own where its texts have plates."""
    headline, background = preset.headline, preset.background
    own = TextGround(background, headline)
    if headline.background in BOXED or background.kind == "blur":
        return (own,)
    base = background.colours[0]
    texts = (headline.colour, base, "#111111", "#FFFFFF")
    found = [own]
    for colour, accent in ((headline.accent, base), (headline.colour, headline.accent)):
        text = next((one for one in texts if _contrast(one, colour) >= min_contrast + 0.5), None)
        if text is not None and _contrast(colour, base) >= MIN_DIFFERENCE:
            found += [_ground(preset, colour, text, accent)]
    if len(found) == 3:
        # The preset's own ground stands between the others.
        return (found[0], found[1], found[0], found[2])
    return tuple(found)


def _ground(preset: Preset, colour: Colour, text: Colour, accent: Colour) -> TextGround:
    away = opposite(text)
    second = mixed(colour, away, SECOND_SHARE)
    shapes = tuple(mixed(colour, away, SHAPE_SHARE) for _ in preset.background.shapes)
    # Sharp discs: soft ones would hardly be seen in colours this close.
    drawn = {"shapes": shapes, "shape_opacity": SHAPE_OPACITY, "shape_blur": 0}
    background = preset.background.model_copy(update={"colours": (colour, second), **drawn})
    return TextGround(background, preset.headline.model_copy(update={"colour": text, "accent": accent}))


def _contrast(one: Colour, other: Colour) -> float:
    return contrast(luminance_of(one), luminance_of(other))
