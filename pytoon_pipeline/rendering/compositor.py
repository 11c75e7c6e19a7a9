"""The pictures of a job, frame after frame: layers laid over each other, scenes mixed, overlays on top."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

from typing_extensions import assert_never

from pytoon_pipeline.contracts.geometry import WHOLE, Box
from pytoon_pipeline.contracts.spec.layers import GroupLayer, ImageLayer, ShapeLayer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import images
from pytoon_pipeline.media.frames import frames_at_cfr
from pytoon_pipeline.rendering import shapes, text, transitions
from pytoon_pipeline.rendering.effects import apply
from pytoon_pipeline.rendering.placement import even_size, place_image, sized
from pytoon_pipeline.rendering.segment_plan import LayerSlice, SceneSlice, SegmentPlan, Source
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage, blend, copied, from_rgba, opaque_image, solid, transparent

# Pictures kept decoded, each at the size that its layer needs: neighbouring segments ask for the same ones.
PICTURES_KEPT = 6
# Pictures are kept this much larger than they are ever shown: shown pixel for pixel, all values of a slow move would
# be rounded at one phase, and soft edges would move in steps.
SPARE = 1.15

_reading: defaultdict[Path, Lock] = defaultdict(Lock)


def compose(job: SegmentPlan, sources: Mapping[str, Source]) -> Iterator[YuvaImage]:
    """All pictures of ``job`` in order, before captions."""
    size = (job.width, job.height)
    scenes = [(view, LayerStack(view.layers, view.background, size, sources, job.rate)) for view in job.scenes]
    overlays = [LayerSampler(drawn, size, sources, job.rate) for drawn in job.overlays]
    for frame in range(job.frames):
        shown = [(view, stack) for view, stack in scenes if view.first <= frame < view.first + view.frames]
        canvas, own = _scene(shown, frame)
        patches = [patch for player in overlays if (patch := player.at(frame))]
        if patches and not own:
            canvas = copied(canvas)
        for patch in patches:
            blend(canvas, patch)
        yield canvas


def _scene(shown: Sequence[tuple[SceneSlice, "LayerStack"]], frame: int) -> tuple[YuvaImage, bool]:
    canvas, own = shown[0][1].at(frame)
    for view, stack in shown[1:]:
        following, _ = stack.at(frame)
        canvas, own = (
            transitions.mix_transition(view.transition, canvas, following, view.mixing[frame - view.first]),
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
            (n for n, one in enumerate(layers) if not one.motionless or (one.first, one.end) != (0, whole)), len(layers)
        )
        players = [LayerSampler(drawn, size, sources, rate) for drawn in layers]
        self._fixed, self._players = players[:fixed], players[fixed:]
        self._base: YuvaImage | None = None

    def at(self, frame: int) -> tuple[YuvaImage, bool]:
        """The picture at a frame of the job, and whether the caller may draw on it."""
        if self._base is None:
            self._base, _ = self._over(self._ground(), True, [player.first() for player in self._fixed])
        return self._over(self._base, False, [player.at(frame) for player in self._players])

    def _ground(self) -> YuvaImage:
        return transparent(*self._size) if self._background is None else solid(self._background, *self._size)

    def _over(self, canvas: YuvaImage, own: bool, patches: Sequence[Sprite | None]) -> tuple[YuvaImage, bool]:
        for patch in patches:
            if patch is None:
                continue
            if patch.image.a is None and patch.image.size == self._size and self._background is not None:
                canvas, own = patch.image, False
                continue
            if not own:
                canvas, own = copied(canvas), True
            blend(canvas, patch)
        return canvas, own


class LayerSampler:
    """One layer, asked for its frames in order."""

    def __init__(
        self, drawn: LayerSlice, size: tuple[int, int], sources: Mapping[str, Source], rate: FrameRate
    ) -> None:
        self._drawn = drawn
        self._size = size
        self._read = reader(drawn, sources, rate)
        self._still: Sprite | None = None
        self._seen: tuple[YuvaImage, Box] | None = None
        self._done: YuvaImage | None = None

    def first(self) -> Sprite | None:
        return self.at(self._drawn.first)

    def at(self, frame: int) -> Sprite | None:
        """The layer at a frame of the job; none when it does not show."""
        n = frame - self._drawn.first
        if not 0 <= n < len(self._drawn.states):
            return None
        if not self._drawn.motionless:
            return self._make(n)
        if self._still is None:
            self._still = self._make(n)
        return self._still

    def _make(self, n: int) -> Sprite | None:
        layer, state = self._drawn.layer, self._drawn.states[n]
        sheet = self._read(n)
        if state.opacity <= 0:
            return None
        window = self._drawn.windows[n] if self._drawn.windows else WHOLE
        if layer.effects:
            sheet, window = self._changed(sheet, window), WHOLE
        return place_image(sheet, window, (layer.width, layer.height), state, self._size)

    def _changed(self, sheet: YuvaImage, window: Box) -> YuvaImage:
        """The sheet after the layer's effects, done again only when it or its window has changed."""
        if self._done is None or self._seen is None or self._seen[0] is not sheet or self._seen[1] != window:
            layer = self._drawn.layer
            done = (
                sized(sheet, window, even_size(layer.width), even_size(layer.height)) if self._drawn.windows else sheet
            )
            for effect in layer.effects:
                done = apply(effect, done)
            self._seen, self._done = (sheet, window), done
        return self._done


def reader(drawn: LayerSlice, sources: Mapping[str, Source], rate: FrameRate) -> Callable[[int], YuvaImage]:
    """Gives the content of a layer at its n-th frame. What does not change is the same object each time."""
    layer = drawn.layer
    match layer:
        case VideoLayer():
            return _video(drawn, layer, sources[layer.item], rate)
        case ImageLayer():
            still = picture(sources[layer.item].path, round(min(1.0, drawn.detail * SPARE), 4))
        case TextLayer():
            still = text.draw_text(
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


def picture(path: Path, factor: float) -> YuvaImage:
    """A still picture from the store, at the size that its layer needs."""
    # Neighbouring segments begin together: the second waits for what the first is reading already.
    with _reading[path]:
        return _picture(path, factor)


@lru_cache(maxsize=PICTURES_KEPT)
def _picture(path: Path, factor: float) -> YuvaImage:
    return from_rgba(images.read(path), factor)


def _video(drawn: LayerSlice, layer: VideoLayer, source: Source, rate: FrameRate) -> Callable[[int], YuvaImage]:
    assert source.info.video is not None
    frames = frames_at_cfr(source.path, source.info.video, rate, drawn.offset, len(drawn.states))
    return lambda n: opaque_image(next(frames))
