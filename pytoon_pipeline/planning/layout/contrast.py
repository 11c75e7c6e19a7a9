"""Makes text stand out from its backdrop: an outline, a shadow or a plate, whichever reaches the contrast."""

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.style import TextBackground, TextStyle
from pytoon_pipeline.media.colour import contrast, luminance_of, mix_luminance, opposite
from pytoon_pipeline.planning.backdrops import Backdrop

# Thinner outlines vanish when a video is played small.
MIN_OUTLINE = 5.0
SHADOW = 3.0


def ensure_contrast(settings: HeadlineSettings, size: int, backdrop: Backdrop, min_contrast: float) -> TextStyle:
    """The style of a text at ``size`` whose contrast with ``backdrop`` is at least ``min_contrast``."""
    colour = settings.colour
    bare = TextStyle(font=settings.font, size=size, colour=colour, align=settings.align)
    too_low = backdrop.min_contrast(colour) < min_contrast
    partner = settings.background_colour
    if contrast(luminance_of(colour), luminance_of(partner)) < min_contrast:
        partner = opposite(colour)
    outlined = {"outline": max(MIN_OUTLINE, settings.outline), "outline_colour": partner}
    match settings.background:
        case "box":
            return bare.model_copy(update={"background": text_background(settings.box, colour, backdrop, min_contrast)})
        case "auto_box" if too_low:
            return bare.model_copy(update={"background": text_background(settings.box, colour, backdrop, min_contrast)})
        case "auto_box":
            return bare
        case "outline":
            return bare.model_copy(update=outlined)
        case "auto" if too_low and backdrop.min_contrast(opposite_of(backdrop, colour)) >= min_contrast:
            return bare.model_copy(update={"colour": opposite_of(backdrop, colour)})
        case _ if too_low:
            shadow = SHADOW if settings.background == "shadow" else 0.0
            return bare.model_copy(update={**outlined, "shadow": shadow})
        case "shadow":
            return bare.model_copy(update={"shadow": SHADOW, "outline_colour": partner})
        case _:
            return bare


def text_background(box: TextBackground, colour: Colour, backdrop: Backdrop, min_contrast: float) -> TextBackground:
    """The plate behind a text of ``colour``: as opaque as the contrast needs, and if need be in another colour."""
    for plate_colour in (box.colour, opposite(colour)):
        own, under = luminance_of(colour), luminance_of(plate_colour)
        for step in range(round(box.opacity * 20), 21):
            share = step / 20
            mixed = [mix_luminance(under, one, share) for one in (backdrop.darkest, backdrop.lightest)]
            if min(contrast(own, one) for one in mixed) >= min_contrast and not min(mixed) <= own <= max(mixed):
                return box.model_copy(update={"colour": plate_colour, "opacity": share})
    return box.model_copy(update={"colour": opposite(colour), "opacity": 1.0})


def opposite_of(backdrop: Backdrop, colour: Colour) -> Colour:
    """``colour``, else black or white: whichever stands out from the backdrop."""
    options = (colour, "#111111", "#FFFFFF")
    return max(options, key=backdrop.min_contrast)
