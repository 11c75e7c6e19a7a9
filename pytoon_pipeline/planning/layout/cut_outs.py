"""Cut-out products: on a coloured disc, with a shadow where they touch the ground."""

from collections.abc import Iterator

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import LayoutSettings
from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.contracts.spec.layers import Layer, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.planning.layout.backgrounds import disc
from pytoon_pipeline.planning.layout.cards import shade_of
from pytoon_pipeline.planning.shots import stills

# The disc's diameter as shares of the product's height and width, and its largest width as a share of the frame.
DISC_HEIGHT, DISC_WIDTH, MAX_DISC = 0.84, 1.2, 0.92
# How far the disc may reach above and below the product, in pixels.
DISC_MARGIN = 24
# The contact shadow's size as shares of the product's width, its softness in pixels, and its opacity.
CONTACT_WIDTH, CONTACT_HEIGHT, CONTACT_BLUR, CONTACT_OPACITY = 0.86, 0.1, 18.0, 0.5


def behind_cut_out(
    place: Rect[int], settings: LayoutSettings, accent: Colour, ground: Colour, frames: int, canvas: Canvas
) -> Iterator[Layer]:
    """What stands behind a product in ``place``: a disc in the ``accent`` colour, and the contact shadow."""
    x, y = (place.left + place.right) / 2, (place.top + place.bottom) / 2
    wanted = max(DISC_HEIGHT * place.height, DISC_WIDTH * place.width)
    diameter = 2 * round(min(wanted, MAX_DISC * canvas.width, place.height + 2 * DISC_MARGIN) / 2)
    yield disc(accent, diameter, x, y)
    if settings.shadow:
        yield ShapeLayer(
            name="contact shadow",
            shape="ellipse",
            width=2 * round(CONTACT_WIDTH * place.width / 2),
            height=2 * max(8, round(CONTACT_HEIGHT * place.width / 2)),
            fill=Fill(colours=(shade_of(ground),)),
            effects=(Blur(radius=CONTACT_BLUR),),
            transform=Transform(
                x=constant(x),
                # The shadow swings against the product: it is darkest where the product stands lowest.
                y=stills.bobbing(place.bottom, settings.bob_amplitude / 3, frames, 1),
                opacity=constant(CONTACT_OPACITY),
            ),
        )
