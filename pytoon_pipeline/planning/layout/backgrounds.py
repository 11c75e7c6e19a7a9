"""Backgrounds: a colour, a gradient, soft shapes that drift, or a blurred copy of the product."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import BackgroundSettings
from pytoon_pipeline.contracts.spec.easing import EaseInOut
from pytoon_pipeline.contracts.spec.effects import Blur, Grade
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.media.colour import luminance_of, mix_luminance
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.backdrops import Backdrop, Backdrops, colour_backdrop, everywhere
from pytoon_pipeline.planning.shots.stills import crop_backdrop, fixed, full_frame, layer_of, window

# Where shapes start and end, (x, y) as shares of the frame. Each drifts slowly on its own path.
PATHS = (((0.05, 0.15), (0.35, 0.3)), ((0.95, 0.85), (0.7, 0.65)), ((0.1, 0.95), (0.3, 0.8)))
SHAPE_SIZE = 900
COPY_BRIGHTNESS = -0.10

Background = tuple[tuple[Layer, ...], Backdrops]


def designed_background(settings: BackgroundSettings, frames: int, canvas: Canvas) -> Background:
    """The layers of a background of colours, and its backdrop."""
    colours = settings.colours if settings.kind == "gradient" else settings.colours[:1]
    fill = Fill(colours=colours, angle=settings.angle)
    layers: list[Layer] = [ShapeLayer(name="background", fill=fill, **full_frame(canvas))]
    layers += [
        _drifting(colour, path, frames, settings, canvas) for colour, path in zip(settings.shapes, PATHS, strict=False)
    ]
    return tuple(layers), everywhere(_ground_backdrop(colours, settings))


def _ground_backdrop(colours: Sequence[Colour], settings: BackgroundSettings) -> Backdrop:
    """The darkest and lightest of the ground's colours, also where a shape lies over them."""
    plain = [luminance_of(colour) for colour in colours]
    covered = [
        mix_luminance(luminance_of(shape), one, settings.shape_opacity) for shape in settings.shapes for one in plain
    ]
    return Backdrop(min(plain + covered), max(plain + covered))


def plain_background(colour: Colour, canvas: Canvas) -> Background:
    """A background of one colour."""
    fill = Fill(colours=(colour,))
    return (ShapeLayer(name="background", fill=fill, **full_frame(canvas)),), everywhere(colour_backdrop(colour))


def blurred_copy(
    material: AnalysedMedia, settings: BackgroundSettings, canvas: Canvas, source_start: int = 0
) -> Background:
    """A blurred, darkened copy of a picture or clip over the whole frame."""
    camera = fixed(*window(material, canvas.aspect))
    effects = (Blur(radius=settings.blur), Grade(brightness=COPY_BRIGHTNESS))
    layer = layer_of(material, camera, effects, source_start, "blurred copy", **full_frame(canvas))
    return (layer,), crop_backdrop(material, camera, 1, canvas)


def fill_background(material: AnalysedMedia, canvas: Canvas, source_start: int = 0) -> Background:
    """A picture or clip over the whole frame."""
    camera = fixed(*window(material, canvas.aspect))
    return (layer_of(material, camera, (), source_start, "background", **full_frame(canvas)),), crop_backdrop(
        material, camera, 1, canvas
    )


def disc(colour: Colour, diameter: float, x: float, y: float) -> ShapeLayer:
    """A disc with its centre at ``x``, ``y``."""
    return ShapeLayer(
        name="disc",
        shape="ellipse",
        width=diameter,
        height=diameter,
        fill=Fill(colours=(colour,)),
        transform=Transform(x=constant(x), y=constant(y)),
    )


def _drifting(
    colour: Colour,
    path: tuple[tuple[float, float], tuple[float, float]],
    frames: int,
    settings: BackgroundSettings,
    canvas: Canvas,
) -> Layer:
    (x0, y0), (x1, y1) = path
    last = max(1, frames - 1)

    def track(start: float, end: float, length: int) -> tuple[Keyframe, ...]:
        return (
            Keyframe(value=round(start * length, 2)),
            Keyframe(frame=last, value=round(end * length, 2), easing=EaseInOut()),
        )

    return ShapeLayer(
        name="shape",
        shape="ellipse",
        width=SHAPE_SIZE,
        height=SHAPE_SIZE,
        fill=Fill(colours=(colour,)),
        effects=(Blur(radius=settings.shape_blur),) if settings.shape_blur else (),
        transform=Transform(
            x=track(x0, x1, canvas.width), y=track(y0, y1, canvas.height), opacity=constant(settings.shape_opacity)
        ),
    )
