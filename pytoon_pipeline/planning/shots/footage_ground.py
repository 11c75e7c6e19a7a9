"""The ground below footage that does not fill the frame: the picture fades into it."""

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.spec.layers import ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import Scene
from pytoon_pipeline.contracts.style import Fill, OpacityStop
from pytoon_pipeline.planning.shots.framing import ShotFraming

# The height over which the picture fades, in pixels, and the opacity of the ground from its beginning to its end.
FADE = 240
EASED = (0.0, 0.1, 0.35, 0.68, 0.92, 1.0)


def with_ground(scene: Scene, framing: ShotFraming, colour: Colour) -> Scene:
    """``scene`` on a ground of ``colour``, into which a single view fades at its lower edge."""
    layers = scene.layers
    if len(framing.views) == 1:
        area = framing.views[0].area
        top = max(0, area.bottom - FADE)
        steps = len(EASED) - 1
        stops = tuple(OpacityStop(at=n / steps, opacity=opacity) for n, opacity in enumerate(EASED))
        fade = ShapeLayer(
            name="ground",
            width=area.width,
            height=area.bottom - top,
            fill=Fill(colours=(colour,), opacity=stops),
            transform=Transform(x=constant((area.left + area.right) / 2), y=constant((top + area.bottom) / 2)),
        )
        layers = (*layers, fade)
    return scene.model_copy(update={"background": colour, "layers": layers})
