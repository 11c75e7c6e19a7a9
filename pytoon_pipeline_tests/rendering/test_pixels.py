"""One plan at every resolution: the same picture, and every length scaled."""

from collections.abc import Iterator
from typing import Any, get_args

import cv2
import numpy as np
import pytest

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.captions import CaptionBox, CaptionShadow, CaptionStyle, WordLook
from pytoon_pipeline.contracts.output_format import CANVASES, SHORT_SIDES, Resolution
from pytoon_pipeline.contracts.spec.effects import Blur, Rounded, Shadow
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import CaptionPlan, Cue, CueWord, RenderSpec, Scene, WordPlace
from pytoon_pipeline.contracts.style import TextBackground, TextStyle
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.pixels import LENGTHS, in_pixels
from pytoon_pipeline.rendering.segment_plan import plan_segment
from pytoon_pipeline.rendering.thumbnail import to_bgr
from pytoon_pipeline_tests.harness.drawing import at, shape, spec_of

# Numbers of what is drawn that are no lengths in pixels: times, counts, shares, factors, angles, and lengths in em.
NO_LENGTHS = {
    "amount", "angle", "at", "brightness", "contrast", "emphasised", "end", "exposure", "fade", "first", "frames",
    "last", "letter_spacing", "line", "line_height", "lut", "max_chars", "max_emphasis", "max_lines", "max_words",
    "min_confidence", "opacity", "overshoot", "page_seconds", "period", "position", "rotation", "saturation",
    "scale", "source_start", "start", "temperature", "tint", "unit_frames", "word_seconds", "word_spacing", "x1",
    "x2", "y1", "y2",
}  # fmt: skip
# Records whose lengths are shares of a source, of a text's size, or progress.
RELATIVE = {"CropPath", "CropKeyframe", "Pose", "CaptionBox", "Keyframe"}
# Its offset ``y`` is in em.
LENGTHS_IN_EM = {"WordLook.y"}


def records(kind: Any, seen: set[Any]) -> Iterator[type[Record]]:
    """The record classes that values of this type may have in them."""
    if isinstance(kind, type) and issubclass(kind, Record):
        if kind not in seen:
            seen.add(kind)
            yield kind
            for field in kind.model_fields.values():
                yield from records(field.annotation, seen)
    else:
        for part in get_args(getattr(kind, "__value__", kind)):
            yield from records(part, seen)


def test_every_number_of_what_is_drawn_is_a_length_or_is_known_to_be_none() -> None:
    unknown = []
    for record in records(tuple[Layer, Cue, CaptionStyle], set()):
        if record.__name__ in RELATIVE:
            continue
        for name, field in record.model_fields.items():
            kinds = {field.annotation, *get_args(field.annotation)}
            if kinds & {int, float} and name not in LENGTHS.get(record, ()) and name not in NO_LENGTHS:
                unknown.append(f"{record.__name__}.{name}")
    assert set(unknown) == LENGTHS_IN_EM
    for record, names in LENGTHS.items():
        assert set(names) <= set(record.model_fields)


def colourful() -> RenderSpec:
    """A frame with every kind of length."""
    text = TextLayer(
        width=800, height=330, lines=("Made to", "last *long*"), transform=at(540, 500),
        style=TextStyle(
            size=140, outline=8, shadow=6, background=TextBackground(padding=40, radius=60, colour="#3050A0"),
        ),
    )  # fmt: skip
    card = shape("#D04020", 600, 360, at(540, 1100), effects=(Rounded(radius=60), Shadow(radius=40, y=40)))
    disc = shape("#40D080", 300, 300, at(300, 1650, rotation=12), effects=(Blur(radius=30),))
    glow = CaptionShadow(blur=70, spread=30, colour="#FF00FF", opacity=1)
    look = WordLook(outline=10, box=CaptionBox(colour="#FFD60A"), colour="#101010")
    style = CaptionStyle(size=110, outline=12, glow=glow, active=look)
    words = (CueWord(text="every", start=0, end=5), CueWord(text="size", start=5, end=9))
    places = (
        WordPlace(first=0, last=0, text="every", line=0, x=200, baseline=1450, width=290, size=110),
        WordPlace(first=1, last=1, text="size", line=0, x=530, baseline=1450, width=220, size=110),
    )
    spec = spec_of([Scene(start=0, frames=10, background="#203040", layers=(card, disc, text))])
    captions = CaptionPlan(style=style, cues=(Cue(start=0, end=10, words=words, places=places),))
    return spec.model_copy(update={"captions": captions})


def frame_at(spec: RenderSpec, resolution: Resolution) -> np.ndarray:
    sized = spec.model_copy(update={"resolution": resolution})
    frames = list(compose(plan_segment(sized, sized.segments[0], {}), {}))
    return to_bgr(frames[-1])


@pytest.mark.parametrize("resolution", ["720p", "1440p", "4k"])
def test_the_picture_is_the_same_at_every_resolution(resolution: Resolution) -> None:
    spec = colourful()
    usual, other = frame_at(spec, "1080p"), frame_at(spec, resolution)
    assert other.shape[:2] == (usual.shape[0] * SHORT_SIDES[resolution] // 1080, SHORT_SIDES[resolution])
    small = [cv2.resize(one, (540, 960), interpolation=cv2.INTER_AREA).astype(int) for one in (usual, other)]
    difference = np.abs(small[0] - small[1]).max(axis=2)
    # Edges lie within a small pixel of each other.
    assert difference.mean() < 0.8
    assert np.quantile(difference, 0.995) < 40
    missing = colourful().model_copy(update={"scenes": (spec.scenes[0].model_copy(update={"layers": ()}),)})
    bare = cv2.resize(frame_at(missing, resolution), (540, 960), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(small[0] - bare).max(axis=2).mean() > 5


def test_sizes_are_those_of_their_names() -> None:
    sizes = {(aspect, name): CANVASES[aspect].at(name) for aspect in CANVASES for name in SHORT_SIDES}
    assert sizes["16:9", "4k"] == (3840, 2160)
    assert sizes["9:16", "720p"] == (720, 1280)
    assert sizes["4:5", "1440p"] == (1440, 1800)
    assert all(side % 2 == 0 for size in sizes.values() for side in size)


def test_the_usual_resolution_changes_nothing() -> None:
    layer = colourful().scenes[0].layers[0]
    assert in_pixels(layer, 1.0) is layer
    assert in_pixels(in_pixels(layer, 2.0), 0.5) == layer
