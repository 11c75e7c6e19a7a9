"""Backgrounds: a colour, a gradient, shapes in a lighter or darker tone that drift, or a blurred copy."""

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import BackgroundSettings
from pytoon_pipeline.contracts.spec.easing import EaseInOut
from pytoon_pipeline.contracts.spec.effects import Blur, Grade
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer, ShapeLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.media.oklch import GREY, Oklch, hue_distance, oklch
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.backdrops import Backdrops, colour_backdrop, everywhere
from pytoon_pipeline.planning.shots.stills import crop_backdrop, fixed, full_frame, layer_of, window

# Where shapes start and end, (x, y) as shares of the frame. Each drifts slowly on its own path.
PATHS = (((0.05, 0.15), (0.35, 0.3)), ((0.95, 0.85), (0.7, 0.65)), ((0.1, 0.95), (0.3, 0.8)))
SHAPE_SIZE = 900
# The large shape with a clean edge, which comes in from the upper right.
ARC_SIZE, ARC_PATH = 1360, ((0.98, 0.06), (0.84, 0.12))
# A shape is lighter or darker than its ground by this much (OKLCH), and keeps this share of its chroma. It
# takes on the hue of its own colour only within so many degrees.
MIN_TONE, MAX_TONE, MIN_CHROMA, RELATED_HUES = 0.04, 0.085, 0.85, 70.0
COPY_BRIGHTNESS = -0.10

Background = tuple[tuple[Layer, ...], Backdrops]


def designed_background(settings: BackgroundSettings, frames: int, canvas: Canvas) -> Background:
    """The layers of a background of colours, and its backdrop."""
    colours = settings.colours if settings.kind == "gradient" else settings.colours[:1]
    fill = Fill(colours=colours, angle=settings.angle)
    shapes = [
        _tone(shape, colours[n % len(colours)], settings.shape_opacity) for n, shape in enumerate(settings.shapes)
    ]
    layers: list[Layer] = [ShapeLayer(name="background", fill=fill, **full_frame(canvas))]
    if settings.shape_blur:
        layers += [
            _drifting(colour, SHAPE_SIZE, path, frames, canvas, settings.shape_blur)
            for colour, path in zip(shapes, PATHS, strict=False)
        ]
    else:
        # One large shape with a clean edge: several would look like patches.
        shapes = shapes[:1]
        layers += [_drifting(colour, ARC_SIZE, ARC_PATH, frames, canvas) for colour in shapes]
    return tuple(layers), everywhere(colour_backdrop(*colours, *shapes))


def _tone(shape: Colour, ground: Colour, share: float) -> Colour:
    """``ground`` changed by ``share`` towards ``shape``, without the grey that opposite hues mix to."""
    own, other = oklch(ground), oklch(shape)
    related = min(own.chroma, other.chroma) < GREY or hue_distance(own.hue, other.hue) <= RELATED_HUES
    hue = other.hue if related and own.chroma < GREY else own.hue
    chroma = own.chroma + share * (other.chroma - own.chroma) if related else own.chroma
    lightness = own.lightness + share * (other.lightness - own.lightness)
    step = min(MAX_TONE, max(MIN_TONE, abs(lightness - own.lightness))) * (1 if lightness >= own.lightness else -1)
    return Oklch(min(1.0, max(0.0, own.lightness + step)), max(chroma, own.chroma * MIN_CHROMA), hue).hex


def tinted(settings: BackgroundSettings, material: AnalysedMedia) -> BackgroundSettings:
    """The settings with all colours in the hue of a picture's dark tone, as light and as strong as they are; unchanged
    for a grey picture.
    """
    shade = oklch(material.sampled.tones.shade)
    if shade.chroma < GREY:
        return settings

    def hue(colour: Colour) -> Colour:
        return oklch(colour)._replace(hue=shade.hue).hex

    return settings.model_copy(
        update={"colours": tuple(map(hue, settings.colours)), "shapes": tuple(map(hue, settings.shapes))}
    )


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
    size: float,
    path: tuple[tuple[float, float], tuple[float, float]],
    frames: int,
    canvas: Canvas,
    blur: float = 0.0,
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
        width=size,
        height=size,
        fill=Fill(colours=(colour,)),
        effects=(Blur(radius=blur),) if blur else (),
        transform=Transform(x=track(x0, x1, canvas.width), y=track(y0, y1, canvas.height)),
    )
