"""The ground below footage that does not fill the frame: the picture fades into it, and a disc rises from below."""

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.layers import ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.style import Fill, OpacityStop
from pytoon_pipeline.media.colour import mixed
from pytoon_pipeline.planning.captions.panels import PanelSettings
from pytoon_pipeline.planning.shots.framing import ShotFraming

# The height over which the picture fades, in pixels, and the opacity of the ground from its beginning to its end.
FADE = 240
EASED = (0.0, 0.1, 0.35, 0.68, 0.92, 1.0)


# A disc lighter than the ground by this share of white, below the captions, in pixels.
DISC_SIZE, DISC_GAP, DISC_LIGHTER = 2200, 40, 0.12
# Less of a disc than this, in pixels, is not shown.
MIN_DISC = 200


def with_ground(scene: Scene, framing: ShotFraming, panel: PanelSettings) -> Scene:
    """``scene`` on a ground in the colour of ``panel``, into which a single view fades at its lower edge."""
    layers = scene.layers
    if len(framing.views) == 1:
        canvas, top = framing.canvas, panel.bottom + DISC_GAP
        rising = ShapeLayer(
            name="disc",
            shape="ellipse",
            width=DISC_SIZE,
            height=DISC_SIZE,
            fill=Fill(colours=(mixed(panel.colour, "#FFFFFF", DISC_LIGHTER),)),
            transform=Transform(x=constant(canvas.centre[0]), y=constant(top + DISC_SIZE / 2)),
        )
        layers = (*((rising,) if canvas.height - top >= MIN_DISC else ()), *layers, _fade(framing.views[0].area, panel))
    return scene.model_copy(update={"background": panel.colour, "layers": layers})


def _fade(area: Rect[int], panel: PanelSettings) -> ShapeLayer:
    top, steps = max(0, area.bottom - FADE), len(EASED) - 1
    stops = tuple(OpacityStop(at=n / steps, opacity=opacity) for n, opacity in enumerate(EASED))
    return ShapeLayer(
        name="ground",
        width=area.width,
        height=area.bottom - top,
        fill=Fill(colours=(panel.colour,), opacity=stops),
        transform=Transform(x=constant((area.left + area.right) / 2), y=constant((top + area.bottom) / 2)),
    )
