"""A logo as a layer, and how it stands out from what is behind it."""

from pytoon_pipeline.contracts.spec.effects import Effect
from pytoon_pipeline.contracts.spec.layers import ImageLayer, Transform, constant
from pytoon_pipeline.media.colour import contrast
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.shots.stills import fixed

# What samples show where a picture is transparent, as relative luminance; near it nothing is known of the logo's ink.
TRANSPARENT, NEAR = 0.216, 0.06


def logo_layer(
    logo: AnalysedMedia,
    name: str,
    size: tuple[float, float],
    centre: tuple[float, float],
    opacity: float = 1.0,
    effects: tuple[Effect, ...] = (),
) -> ImageLayer:
    """The whole logo at ``size`` (width, height) around ``centre``, in pixels."""
    picture = logo.sampled.picture
    x, y = centre
    return ImageLayer(
        name=name,
        item=logo.item,
        width=size[0],
        height=size[1],
        crop_path=fixed((picture.width, picture.height), picture.centre),
        effects=effects,
        transform=Transform(x=constant(x), y=constant(y), opacity=constant(opacity)),
    )


def logo_contrast(logo: AnalysedMedia, ground: float) -> float:
    """The contrast ratio of the logo's darkest or lightest part, whichever is higher, with the luminance ``ground``.

    A logo of several colours can be read as long as one of them stands out.
    """
    tones = logo.sampled.tones
    darkest, lightest = min(tones.darkest), max(tones.lightest)
    if not logo.transparent:
        return max(contrast(darkest, ground), contrast(lightest, ground))
    inks = [one for one in (darkest, lightest) if abs(one - TRANSPARENT) > NEAR] or [TRANSPARENT]
    return max(contrast(one, ground) for one in inks)
