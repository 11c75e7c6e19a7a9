"""The frames of a segment, one after the other: layers blended, scenes mixed, overlays on top."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock

from typing_extensions import assert_never

from pytoon_pipeline.contracts.colour import ColourCorrection, Lut
from pytoon_pipeline.contracts.geometry import WHOLE, Box
from pytoon_pipeline.contracts.spec.effects import Effect
from pytoon_pipeline.contracts.spec.evaluate import LayerTransform
from pytoon_pipeline.contracts.spec.layers import GroupLayer, ImageLayer, ShapeLayer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.text_animation import TextPhase
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.media import images
from pytoon_pipeline.media.source_reader import SourceReaders
from pytoon_pipeline.rendering import shapes, text, transitions
from pytoon_pipeline.rendering.effects import apply
from pytoon_pipeline.rendering.ellipses import EllipseImage
from pytoon_pipeline.rendering.footage import Footage
from pytoon_pipeline.rendering.mattes import Matte, is_matte
from pytoon_pipeline.rendering.placement import even_size, place_image, resize_window
from pytoon_pipeline.rendering.segment_plan import LayerSlice, SceneSlice, SegmentPlan, Source
from pytoon_pipeline.rendering.text_units import text_sheet
from pytoon_pipeline.rendering.yuva import (
    ImageBuffer,
    LayerImage,
    Sprite,
    YuvaImage,
    blend,
    corrected,
    draw_onto,
    empty_image,
    from_pixels,
    solid_image,
    transparent_image,
    with_opacity,
)

# Decoded still images, each at the size its layer needs: neighbouring segments read the same ones.
MAX_CACHED_STILLS = 6
# Drawn shapes, each a few megabytes.
MAX_CACHED_SHAPES = 8
# Still images are this much larger than they are ever shown: at a scale of exactly 1, every pixel of a slow move is
# sampled at the same phase, and soft edges move in steps.
STILL_OVERSAMPLING = 1.15

_read_locks: defaultdict[Path, Lock] = defaultdict(Lock)


def compose(
    plan: SegmentPlan,
    sources: Mapping[str, Source],
    readers: SourceReaders | None = None,
    canvases: Sequence[YuvaImage] = (),
) -> Iterator[YuvaImage]:
    """Yields all frames of ``plan`` in order, without captions. Footage is read with ``readers``, which stay open.

    Each frame is drawn on the next of ``canvases`` in turn, over what is there, or on a new image when there are none.
    The caller may draw on it.
    """
    if plan.lut is not None:
        sources = {item: replace(source, lut=plan.lut) for item, source in sources.items()}
    with ExitStack() as stack:
        readers = readers or stack.enter_context(SourceReaders())
        footage = stack.enter_context(closing(Footage(sources, plan.rate, readers)))
        yield from _compose(plan, sources, footage, canvases)


def _compose(
    plan: SegmentPlan, sources: Mapping[str, Source], footage: Footage, canvases: Sequence[YuvaImage]
) -> Iterator[YuvaImage]:
    size = (plan.width, plan.height)
    scenes = [(scene, SceneStack(scene, size, sources, footage)) for scene in plan.scenes]
    overlays = [LayerSampler(layer_slice, size, sources, footage) for layer_slice in plan.overlays]
    for frame in range(plan.frames):
        visible = [(scene, stack) for scene, stack in scenes if scene.first <= frame < scene.first + scene.frames]
        target = canvases[frame % len(canvases)] if canvases else empty_image(*size)
        draw_onto(target, _compose_scenes(visible, frame, target))
        for sampler in overlays:
            if sprite := sampler.at(frame):
                blend(target, sprite)
        yield target


def _compose_scenes(visible: Sequence[tuple[SceneSlice, "SceneStack"]], frame: int, canvas: YuvaImage) -> YuvaImage:
    """The frame with its scenes mixed, on ``canvas`` or as an image that the caller must not draw on."""
    if len(visible) == 2 and (mixed := _mix_contents(visible[0], visible[1], frame)):
        return mixed
    shown = visible[0][1].at(frame, canvas)
    for scene, stack in visible[1:]:
        assert scene.transition is not None
        incoming = stack.at(frame, empty_image(*canvas.size))
        shown = transitions.mix_transition(scene.transition.kind, shown, incoming, _moment(scene, frame))
    return shown


def _mix_contents(
    before: tuple[SceneSlice, "SceneStack"], after: tuple[SceneSlice, "SceneStack"], frame: int
) -> YuvaImage | None:
    """The frame of a transition that moves contents over a background; none where the scenes do not have one."""
    (outgoing, old), (incoming, new) = before, after
    assert incoming.transition is not None
    kind = incoming.transition.kind
    if not (outgoing.background_layers and incoming.background_layers and kind in transitions.KEEPS_BACKGROUND):
        return None
    moment = _moment(incoming, frame)
    ground = transitions.mix_backgrounds(old.background_at(frame), new.background_at(frame), moment.progress)
    return transitions.mix_transition(kind, old.content_at(frame), new.content_at(frame), moment, ground)


def _moment(scene: SceneSlice, frame: int) -> transitions.Moment:
    assert scene.transition is not None
    return transitions.Moment.of(scene.transition, scene.transition_progress[frame - scene.first])


class SceneStack:
    """The layers of a scene as one image, or as its background and the content over it."""

    def __init__(
        self, scene: SceneSlice, size: tuple[int, int], sources: Mapping[str, Source], footage: Footage
    ) -> None:
        self._size = size
        count = scene.background_layers
        background = scene.layers[:count] if count else scene.layers
        self._background = LayerStack(background, scene.background, size, sources, footage)
        self._content = LayerStack(scene.layers[count:], None, size, sources, footage) if count else None

    def at(self, frame: int, canvas: YuvaImage) -> YuvaImage:
        """The image at a frame of the segment, on ``canvas`` or as an image that the caller must not draw on."""
        image = self._background.at(frame, canvas)
        if self._content is not None:
            image = draw_onto(canvas, image)
            blend(image, Sprite(0, 0, self.content_at(frame)))
        return image

    def background_at(self, frame: int) -> YuvaImage:
        """The opaque background, which the caller must not draw on."""
        return self._background.at(frame, empty_image(*self._size))

    def content_at(self, frame: int) -> YuvaImage:
        """The content of a scene with background layers, with coverage, which the caller must not draw on."""
        assert self._content is not None
        return self._content.at(frame, empty_image(*self._size, transparent=True))


class LayerStack:
    """Layers over a background. The static layers at the bottom are blended once."""

    def __init__(
        self,
        layers: Sequence[LayerSlice],
        background: str | None,
        size: tuple[int, int],
        sources: Mapping[str, Source],
        footage: Footage,
        origin: int = 0,
    ) -> None:
        """``origin`` is the frame of the segment from which ``layers`` count."""
        self._size = size
        self._background = background
        end = max((layer_slice.end for layer_slice in layers), default=0)
        static = next(
            (n for n, one in enumerate(layers) if not one.static or (one.first, one.end) != (0, end)), len(layers)
        )
        samplers = [LayerSampler(layer_slice, size, sources, footage, origin) for layer_slice in layers]
        self._static_layers, self._samplers = samplers[:static], samplers[static:]
        self._base: YuvaImage | None = None

    def at(self, frame: int, canvas: YuvaImage) -> YuvaImage:
        """The image at a frame of the segment, on ``canvas`` or as an image that the caller must not draw on."""
        if self._base is None:
            background = self._background_image()
            self._base = self._draw(background, background, (sampler.first() for sampler in self._static_layers))
        # Without a background, the canvas is cleared before a sprite that covers it is drawn.
        shared = canvas if self._background is not None else None
        return self._draw(self._base, canvas, (sampler.at(frame, shared) for sampler in self._samplers))

    def _background_image(self) -> YuvaImage:
        if self._background is None:
            return transparent_image(*self._size)
        return solid_image(self._background, *self._size)

    def _draw(self, image: YuvaImage, canvas: YuvaImage, sprites: Iterable[Sprite | None]) -> YuvaImage:
        """``image`` with ``sprites`` over it. A sprite that covers everything may already be on ``canvas``."""
        for sprite in sprites:
            if sprite is None:
                continue
            if sprite.image.a is None and sprite.image.size == self._size and self._background is not None:
                image = sprite.image
                continue
            image = draw_onto(canvas, image)
            blend(image, sprite)
        return image


class LayerSampler:
    """One layer as a sprite at each frame. Frames must be requested in order."""

    def __init__(
        self,
        layer_slice: LayerSlice,
        size: tuple[int, int],
        sources: Mapping[str, Source],
        footage: Footage,
        origin: int = 0,
    ) -> None:
        """``origin`` is the frame of the segment from which ``layer_slice`` counts."""
        self._layer_slice = layer_slice
        self._size = size
        self._read = layer_content(layer_slice, sources, footage, origin + layer_slice.first)
        self._effects = effects_per_frame(layer_slice)
        self._static_sprite: Sprite | None = None
        self._buffer = ImageBuffer()
        self._last_faded: tuple[LayerImage, float, YuvaImage] | None = None
        self._effects_input: tuple[LayerImage, Box] | None = None
        self._effects_output: YuvaImage | None = None
        self._matte: Matte | None = None

    def first(self) -> Sprite | None:
        return self.at(self._layer_slice.first)

    def at(self, frame: int, canvas: YuvaImage | None = None) -> Sprite | None:
        """The layer at a frame of the segment, or none when it is not visible.

        A layer that moves and covers everything may use the planes of ``canvas``.
        """
        n = frame - self._layer_slice.first
        if not 0 <= n < len(self._layer_slice.transforms):
            return None
        if not self._layer_slice.static:
            return self._place(n, canvas)
        if self._static_sprite is None:
            self._static_sprite = self._place(n, None)
        return self._static_sprite

    def _place(self, n: int, canvas: YuvaImage | None) -> Sprite | None:
        layer, transform = self._layer_slice.layer, self._layer_slice.transforms[n]
        if transform.opacity <= 0:
            return None
        image = self._read(n)
        crop = self._layer_slice.crops[n] if self._layer_slice.crops else WHOLE
        if self._effects:
            image = self._with_effects(image, crop)
        if layer.effects:
            crop = WHOLE
        if transform.opacity < 1 and (image.soft or isinstance(image, EllipseImage)):
            image, transform = self._faded(image, transform.opacity), transform._replace(opacity=1.0)
        return place_image(image, crop, (layer.width, layer.height), transform, self._size, canvas, self._buffer)

    def _faded(self, image: LayerImage, opacity: float) -> LayerImage:
        """An image with its opacity. Of a soft one, which is wide and never resampled, it is computed again only when
        it changes; an ellipse is drawn with it.
        """
        if isinstance(image, EllipseImage):
            return replace(image, opacity=opacity)
        last = self._last_faded
        if last is None or last[0] is not image or last[1] != opacity:
            last = self._last_faded = image, opacity, with_opacity(image.drawn(), opacity)
        return last[2]

    def _with_effects(self, image: LayerImage, crop: Box) -> YuvaImage:
        """The image after the layer's effects, computed again only when the image or its crop changes."""
        if self._effects_output is not None and self._effects_input is not None:
            last_image, last_crop = self._effects_input
            if last_image is image and last_crop == crop:
                return self._effects_output
        output = self._changed(image, crop)
        self._effects_input, self._effects_output = (image, crop), output
        return output

    def _changed(self, image: LayerImage, crop: Box) -> YuvaImage:
        layer = self._layer_slice.layer
        size = even_size(layer.width), even_size(layer.height)
        if self._layer_slice.crops and image.opaque and is_matte(self._effects):
            if self._matte is None:
                self._matte = Matte(self._effects, *size)
            return self._matte.around(image, crop)
        output = resize_window(image, crop, *size) if self._layer_slice.crops else image.drawn()
        for effect in self._effects:
            output = apply(effect, output)
        return output


def effects_per_frame(layer_slice: LayerSlice) -> tuple[Effect, ...]:
    """The effects that are applied to each image of a layer: none where its content has them already."""
    layer = layer_slice.layer
    still = isinstance(layer, ImageLayer) and len(set(layer_slice.crops)) == 1
    return () if still or isinstance(layer, ShapeLayer) else layer.effects


def layer_content(
    layer_slice: LayerSlice, sources: Mapping[str, Source], footage: Footage, start: int
) -> Callable[[int], LayerImage]:
    """Returns a function from the n-th frame of a layer to its content. Static content is the same object each time.

    The layer is shown from frame ``start`` of the segment on.
    """
    layer = layer_slice.layer
    still: LayerImage
    match layer:
        case VideoLayer():
            timing = footage.add(layer_slice, layer, start)
            return lambda n: footage.at(timing, start + n)
        case ImageLayer():
            source, factor = sources[layer.item], round(min(1.0, layer_slice.detail * STILL_OVERSAMPLING), 4)
            if layer.effects and not effects_per_frame(layer_slice):
                size = even_size(layer.width), even_size(layer.height)
                still = _still_with_effects(
                    source.path, factor, layer.colour, source.lut, layer_slice.crops[0], *size, layer.effects
                )
            else:
                still = still_image(source.path, factor, layer.colour, source.lut)
        case TextLayer():
            return text_content(layer, layer_slice)
        case ShapeLayer(shape="ellipse", fill=Fill(colours=(colour,), opacity=()), effects=()):
            still = EllipseImage(layer.width, layer.height, colour)
        case ShapeLayer():
            width, height = even_size(layer.width * layer_slice.detail), even_size(layer.height * layer_slice.detail)
            still = _drawn_shape(layer.shape, width, height, layer.fill, layer.effects)
        case GroupLayer():
            size = (even_size(layer.width), even_size(layer.height))
            stack = LayerStack(layer_slice.children, None, size, sources, footage, start)
            # A new image for each frame: effects are applied again when the image is another one.
            return lambda n: stack.at(n, empty_image(*size, transparent=True))
        case _:
            assert_never(layer)
    return lambda n: still


def text_content(layer: TextLayer, layer_slice: LayerSlice) -> Callable[[int], LayerImage]:
    """Returns a function from the n-th frame of a text layer to its image: one and the same in each phase."""
    detail = round(layer_slice.detail, 4)
    corner = _corner(layer, layer_slice.transforms[-1]) if detail == 1 else (0.0, 0.0)
    sheet = text_sheet(layer.lines, layer.style, layer.emphasised, layer.width, layer.height, detail, corner)
    last: tuple[TextPhase, LayerImage] | None = None

    def image_at(n: int) -> LayerImage:
        nonlocal last
        phase = layer_slice.phases[n]
        if last is None or last[0] != phase:
            last = (phase, text.text_image(sheet, layer.animation, phase))
        return last[1]

    return image_at


def _corner(layer: TextLayer, rest: LayerTransform) -> tuple[float, float]:
    """Where the upper left corner of a text that rests lies, from the even pixel before it."""
    return (rest.x - layer.width / 2) % 2, (rest.y - layer.height / 2) % 2


# Wide soft shapes take a tenth of a second, and all segments of a video show the same ones.
@lru_cache(maxsize=MAX_CACHED_SHAPES)
def _drawn_shape(shape: str, width: int, height: int, fill: Fill, effects: tuple[Effect, ...]) -> YuvaImage:
    """A shape of ``width`` × ``height`` pixels with its effects."""
    image = shapes.draw(shape, width, height, fill)
    for effect in effects:
        image = apply(effect, image)
    return image


@lru_cache(maxsize=MAX_CACHED_SHAPES)
def _still_with_effects(
    path: Path,
    factor: float,
    colour: ColourCorrection | None,
    lut: Lut | None,
    crop: Box,
    width: int,
    height: int,
    effects: tuple[Effect, ...],
) -> YuvaImage:
    """The part ``crop`` of a still image at ``width`` × ``height`` pixels, with its effects."""
    image = resize_window(still_image(path, factor, colour, lut), crop, width, height)
    for effect in effects:
        image = apply(effect, image)
    return image


def still_image(path: Path, factor: float, colour: ColourCorrection | None, lut: Lut | None) -> YuvaImage:
    """A still image from the store, scaled by ``factor`` to the size its layer needs, in corrected colours."""
    # Neighbouring segments start together: the second waits for the image that the first is reading.
    with _read_locks[path]:
        return _load_still(path, factor, colour, lut if colour is not None and colour.lut else None)


@lru_cache(maxsize=MAX_CACHED_STILLS)
def _load_still(path: Path, factor: float, colour: ColourCorrection | None, lut: Lut | None) -> YuvaImage:
    image = from_pixels(images.read_stored(path), factor)
    return image if colour is None else corrected(image, colour, lut)
