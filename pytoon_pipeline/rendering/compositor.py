"""The pictures of a job, frame after frame: layers laid over each other, scenes mixed, overlays on top."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

from typing_extensions import assert_never

from pytoon_pipeline.contracts.spec.evaluate import CropRect
from pytoon_pipeline.contracts.spec.layers import GroupLayer, ImageLayer, ShapeLayer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import images
from pytoon_pipeline.media.frames import frames_at_cfr
from pytoon_pipeline.rendering import shapes, text, transitions
from pytoon_pipeline.rendering.effects import apply
from pytoon_pipeline.rendering.placement import FULL_FRAME, even_size, place_image, resize_window
from pytoon_pipeline.rendering.segment_plan import LayerSlice, SceneSlice, SegmentPlan, Source
from pytoon_pipeline.rendering.yuva import (
    Sprite,
    YuvaImage,
    blend,
    copy_image,
    from_rgba,
    opaque_image,
    solid_image,
    transparent_image,
)

# Pictures kept decoded, each at the size that its layer needs: neighbouring segments ask for the same ones.
MAX_CACHED_STILLS = 6
# Pictures are kept this much larger than they are ever shown: shown pixel for pixel, all values of a slow move would
# be rounded at one phase, and soft edges would move in steps.
STILL_OVERSAMPLING = 1.15

_read_locks: defaultdict[Path, Lock] = defaultdict(Lock)


def compose(plan: SegmentPlan, sources: Mapping[str, Source]) -> Iterator[YuvaImage]:
    """All pictures of ``job`` in order, before captions."""
    size = (plan.width, plan.height)
    scenes = [(view, LayerStack(view.layers, view.background, size, sources, plan.rate)) for view in plan.scenes]
    overlays = [LayerSampler(drawn, size, sources, plan.rate) for drawn in plan.overlays]
    for frame in range(plan.frames):
        shown = [(view, stack) for view, stack in scenes if view.first <= frame < view.first + view.frames]
        canvas, own = _compose_scenes(shown, frame)
        patches = [patch for player in overlays if (patch := player.at(frame))]
        if patches and not own:
            canvas = copy_image(canvas)
        for patch in patches:
            blend(canvas, patch)
        yield canvas


def _compose_scenes(shown: Sequence[tuple[SceneSlice, "LayerStack"]], frame: int) -> tuple[YuvaImage, bool]:
    canvas, own = shown[0][1].at(frame)
    for view, stack in shown[1:]:
        following, _ = stack.at(frame)
        canvas, own = (
            transitions.mix_transition(
                view.transition, canvas, following, view.transition_progress[frame - view.first]
            ),
            True,
        )
    return canvas, own


class LayerStack:
    """Layers over a background. Those at the bottom that never change are laid once."""

    def __init__(
        self,
        layers: Sequence[LayerSlice],
        background: str | None,
        size: tuple[int, int],
        sources: Mapping[str, Source],
        rate: FrameRate,
    ) -> None:
        self._size = size
        self._background = background
        whole = max((drawn.end for drawn in layers), default=0)
        fixed = next(
            (n for n, one in enumerate(layers) if not one.static or (one.first, one.end) != (0, whole)), len(layers)
        )
        players = [LayerSampler(drawn, size, sources, rate) for drawn in layers]
        self._static_layers, self._samplers = players[:fixed], players[fixed:]
        self._base: YuvaImage | None = None

    def at(self, frame: int) -> tuple[YuvaImage, bool]:
        """The picture at a frame of the job, and whether the caller may draw on it."""
        if self._base is None:
            self._base, _ = self._blend_all(
                self._background_image(), True, [player.first() for player in self._static_layers]
            )
        return self._blend_all(self._base, False, [player.at(frame) for player in self._samplers])

    def _background_image(self) -> YuvaImage:
        return (
            transparent_image(*self._size) if self._background is None else solid_image(self._background, *self._size)
        )

    def _blend_all(self, canvas: YuvaImage, own: bool, patches: Sequence[Sprite | None]) -> tuple[YuvaImage, bool]:
        for patch in patches:
            if patch is None:
                continue
            if patch.image.a is None and patch.image.size == self._size and self._background is not None:
                canvas, own = patch.image, False
                continue
            if not own:
                canvas, own = copy_image(canvas), True
            blend(canvas, patch)
        return canvas, own


class LayerSampler:
    """One layer, asked for its frames in order."""

    def __init__(
        self, drawn: LayerSlice, size: tuple[int, int], sources: Mapping[str, Source], rate: FrameRate
    ) -> None:
        self._layer_slice = drawn
        self._size = size
        self._read = layer_content(drawn, sources, rate)
        self._static_sprite: Sprite | None = None
        self._effects_input: tuple[YuvaImage, CropRect] | None = None
        self._effects_output: YuvaImage | None = None

    def first(self) -> Sprite | None:
        return self.at(self._layer_slice.first)

    def at(self, frame: int) -> Sprite | None:
        """The layer at a frame of the job; none when it does not show."""
        n = frame - self._layer_slice.first
        if not 0 <= n < len(self._layer_slice.transforms):
            return None
        if not self._layer_slice.static:
            return self._place(n)
        if self._static_sprite is None:
            self._static_sprite = self._place(n)
        return self._static_sprite

    def _place(self, n: int) -> Sprite | None:
        layer, state = self._layer_slice.layer, self._layer_slice.transforms[n]
        sheet = self._read(n)
        if state.opacity <= 0:
            return None
        window = self._layer_slice.crops[n] if self._layer_slice.crops else FULL_FRAME
        if layer.effects:
            sheet, window = self._with_effects(sheet, window), FULL_FRAME
        return place_image(sheet, window, (layer.width, layer.height), state, self._size)

    def _with_effects(self, sheet: YuvaImage, window: CropRect) -> YuvaImage:
        """The sheet after the layer's effects, done again only when it or its window has changed."""
        if (
            self._effects_output is None
            or self._effects_input is None
            or self._effects_input[0] is not sheet
            or self._effects_input[1] != window
        ):
            layer = self._layer_slice.layer
            done = (
                resize_window(sheet, window, even_size(layer.width), even_size(layer.height))
                if self._layer_slice.crops
                else sheet
            )
            for effect in layer.effects:
                done = apply(effect, done)
            self._effects_input, self._effects_output = (sheet, window), done
        return self._effects_output


def layer_content(drawn: LayerSlice, sources: Mapping[str, Source], rate: FrameRate) -> Callable[[int], YuvaImage]:
    """Gives the content of a layer at its n-th frame. What does not change is the same object each time."""
    layer = drawn.layer
    match layer:
        case VideoLayer():
            return _video_content(drawn, layer, sources[layer.item], rate)
        case ImageLayer():
            still = still_image(sources[layer.item].path, round(min(1.0, drawn.detail * STILL_OVERSAMPLING), 4))
        case TextLayer():
            still = text.render_text(
                layer.lines, layer.style, round(layer.width), round(layer.height), round(drawn.detail, 4)
            )
        case ShapeLayer():
            width, height = even_size(layer.width * drawn.detail), even_size(layer.height * drawn.detail)
            still = shapes.draw(layer.shape, width, height, layer.fill)
        case GroupLayer():
            stack = LayerStack(drawn.children, None, (even_size(layer.width), even_size(layer.height)), sources, rate)
            return lambda n: stack.at(n)[0]
        case _:
            assert_never(layer)
    return lambda n: still


def still_image(path: Path, factor: float) -> YuvaImage:
    """A still picture from the store, at the size that its layer needs."""
    # Neighbouring segments begin together: the second waits for what the first is reading already.
    with _read_locks[path]:
        return _load_still(path, factor)


@lru_cache(maxsize=MAX_CACHED_STILLS)
def _load_still(path: Path, factor: float) -> YuvaImage:
    return from_rgba(images.read(path), factor)


def _video_content(drawn: LayerSlice, layer: VideoLayer, source: Source, rate: FrameRate) -> Callable[[int], YuvaImage]:
    assert source.info.video is not None
    frames = frames_at_cfr(source.path, source.info.video, rate, drawn.source_start, len(drawn.transforms))
    return lambda n: opaque_image(next(frames))
