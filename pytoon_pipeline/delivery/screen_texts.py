"""The texts that a video shows, with their frames and their places on the screen. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.spec.evaluate import transform_at
from pytoon_pipeline.contracts.spec.layers import GroupLayer, Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec

# Texts whose centres are this close in height, in pixels, stand in one row.
ROW = 40


@dataclass(frozen=True)
class ScreenText:
    """A text in the frames ``[start, end)``. ``place`` orders texts from the top, then from the left."""

    start: int
    end: int
    place: tuple[int, float]
    lines: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for line in self.lines for word in line.split())


@dataclass(frozen=True)
class _Sheet:
    """What layers are on: it starts at a frame of the video, and a point of it is at ``x + scale * point``."""

    start: int
    end: int
    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0


def screen_texts(spec: RenderSpec) -> list[ScreenText]:
    """All texts in order of time and place, also those in groups. A text that continues across a cut is one."""
    found = [text for scene in spec.scenes for text in _on(_Sheet(scene.start, scene.end), scene.layers)]
    found += _on(_Sheet(0, spec.frames), spec.overlays)
    merged: dict[tuple[str, ...], ScreenText] = {}
    done: list[ScreenText] = []
    for text in sorted(found, key=lambda one: (one.start, one.place)):
        before = merged.get(text.lines)
        if before is not None and text.start <= before.end:
            merged[text.lines] = ScreenText(before.start, max(before.end, text.end), before.place, text.lines)
            continue
        if before is not None:
            done.append(before)
        merged[text.lines] = text
    return sorted([*done, *merged.values()], key=lambda one: (one.start, one.place))


def _on(sheet: _Sheet, layers: Sequence[Layer]) -> Iterator[ScreenText]:
    for layer in layers:
        if not isinstance(layer, TextLayer | GroupLayer):
            continue
        start = sheet.start + layer.start
        end = sheet.end if layer.frames is None else min(sheet.end, start + layer.frames)
        visible = [
            frame for frame in range(start, end) if transform_at(layer.transform, frame - sheet.start).opacity > 0
        ]
        if not visible:
            continue
        place = transform_at(layer.transform, (visible[0] + visible[-1]) // 2 - sheet.start)
        x, y = sheet.x + place.x * sheet.scale, sheet.y + place.y * sheet.scale
        if isinstance(layer, GroupLayer):
            scale = sheet.scale * place.scale
            inner = _Sheet(start, end, x - layer.width * scale / 2, y - layer.height * scale / 2, scale)
            yield from _on(inner, layer.layers)
        elif any(line.strip() for line in layer.lines):
            yield ScreenText(visible[0], visible[-1] + 1, (round(y / ROW), x), layer.lines)
