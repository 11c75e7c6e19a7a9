"""The expected glyphs and boxes of a caption at a frame, from the places that the plan gives its words."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from pytoon_pipeline.contracts.captions import CaptionBox, CaptionStyle
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.caption_states import PageState, WordState, box_of, page_at, word_at, word_style
from pytoon_pipeline.contracts.spec.render_spec import Cue, WordPlace
from pytoon_pipeline.contracts.style import WordStyle
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.media.word_layout import PlacedWord, Typography, place_letters
from pytoon_pipeline.quality.expected_elements import OPAQUE, Element, FrameView
from pytoon_pipeline.quality.expected_text import Glyphs, Run

# The part of a box's height that a marker or an underline covers, about.
PARTS = {"box": (0.0, 1.0), "marker": (0.08, 0.92), "underline": (0.84, 0.95)}
# What a box covers below the baseline, in em.
BOX_DESCENT = 0.15


def is_certain(cue: Cue, view: FrameView) -> bool:
    """Whether the glyphs of a caption are known: no word is turned, none is partly hidden or coloured, and none fades
    together with a box behind it.
    """
    style, rate = view.spec.captions.style, view.spec.rate
    page = page_at(cue, view.frame, style, rate)
    states = [word_at(cue, place, view.frame, style, rate) for place in cue.places]
    boxed = style.block_box is not None or style.line_box is not None or any(box_of(one.look) for one in states)
    if boxed and any(0 < page.opacity * state.opacity < OPAQUE for state in states):
        return False
    return not any(state.rotation or state.revealed < 1 for state in states)


def cue_glyphs(cue: Cue, view: FrameView) -> Iterator[tuple[Glyphs, float]]:
    """The words of a caption that look alike, together, and their opacity."""
    style, rate = view.spec.captions.style, view.spec.rate
    page = page_at(cue, view.frame, style, rate)
    drawn = []
    for place in _moved(cue, page, style):
        state = word_at(cue, place, view.frame, style, rate)
        drawn.append((word_style(state.look, style, place.size * state.scale), state, place))

    def key(one: tuple[WordStyle, WordState, WordPlace]) -> tuple[str, float, float]:
        return one[0].font, one[0].size, one[1].opacity

    for _, group in groupby(sorted(drawn, key=key), key=key):
        words = list(group)
        look, state, _ = words[0]
        runs = tuple(run for one, at, place in words for run in _runs(one, at, place, style))
        glyphs = Glyphs(runs, look.font, look.size, look.outline, look.outline_colour, shadows=look.shadows)
        yield glyphs, state.opacity * page.opacity


def _moved(cue: Cue, page: PageState, style: CaptionStyle) -> list[WordPlace]:
    """The places of a caption while its page comes in: scaled around its middle and moved."""
    x = (min(one.x for one in cue.places) + max(one.x + one.width for one in cue.places)) / 2
    top = min(one.baseline - one.size for one in cue.places)
    y = (top + max(one.baseline for one in cue.places)) / 2
    return [
        place.model_copy(
            update={
                "x": x + (place.x - x) * page.scale + page.x * style.size,
                "baseline": y + (place.baseline - y) * page.scale + page.y * style.size,
                "width": place.width * page.scale,
                "size": place.size * page.scale,
            }
        )
        for place in cue.places
    ]


def cue_boxes(cue: Cue, view: FrameView) -> Iterator[Element]:
    """The shapes behind a caption, from back to front, as rectangles."""
    style, rate = view.spec.captions.style, view.spec.rate
    page = page_at(cue, view.frame, style, rate)
    places = _moved(cue, page, style)
    if style.block_box is not None:
        yield from _box_element([(place, 1.0) for place in places], style.block_box, page.opacity, style, view)
    if style.line_box is not None:
        for _, line in groupby(places, key=lambda place: place.line):
            yield from _box_element([(place, 1.0) for place in line], style.line_box, page.opacity, style, view)
    for place in places:
        state = word_at(cue, place, view.frame, style, rate)
        if (box := box_of(state.look)) is not None and state.opacity > 0:
            yield from _box_element([(place, state.scale)], box, page.opacity * state.opacity, style, view)


def caption_area(cue: Cue, style: CaptionStyle) -> Rect[float]:
    """The part of the frame in which anything of a caption may be seen."""
    margin = 0.6 * style.size
    left, right = min(one.x for one in cue.places), max(one.x + one.width for one in cue.places)
    top = min(one.baseline - one.size for one in cue.places)
    return Rect(left - margin, top - margin, right + margin, max(one.baseline for one in cue.places) + margin)


def _runs(look: WordStyle, state: WordState, place: WordPlace, style: CaptionStyle) -> Iterator[Run]:
    """A word, or with letter spacing its letters, around the middle of its capitals."""
    face = fonts.load(look.font)
    cap = face.cap_height / face.height / 2
    type_ = Typography(look.font, look.size, letter_spacing=look.letter_spacing)
    width = type_.width(place.text)
    x = place.x + place.width / 2 - width / 2
    baseline = place.baseline + cap * (look.size - place.size) + state.y * type_.em
    word = PlacedWord(place.text, place.line, x, baseline, width)
    for part in place_letters(word, type_) if style.letter_spacing else [word]:
        yield Run(part.text, part.x, baseline, _mean(look.colour, look.gradient_colour))


def _mean(first: Colour, second: Colour | None) -> Colour:
    if second is None:
        return first
    return "#{:02X}{:02X}{:02X}".format(*((a + b) // 2 for a, b in zip(rgb(first), rgb(second), strict=True)))


def _box_element(
    places: list[tuple[WordPlace, float]], box: CaptionBox, opacity: float, style: CaptionStyle, view: FrameView
) -> Iterator[Element]:
    rects = [_box(place, scale, box, style.font) for place, scale in places]
    top, bottom = min(one.top for one in rects), max(one.bottom for one in rects)
    start, end = PARTS[box.shape]
    whole = Rect(
        min(one.left for one in rects), top + start * (bottom - top), max(one.right for one in rects),
        top + end * (bottom - top),
    )  # fmt: skip
    area = Rect(*(edge * view.scale for edge in whole)).pixels(view.size)
    if area is not None:
        alpha = np.full((area.height, area.width), box.opacity * opacity, np.float32)
        values = alpha[:, :, None] * np.array(rgb(box.colour)[::-1], np.float32)
        yield Element("text_background", "", area, values, alpha, certain=False)


def _box(place: WordPlace, scale: float, box: CaptionBox, font: str) -> Rect[float]:
    face = fonts.load(font)
    cap, em = (place.size * share / face.height for share in (face.cap_height, face.em))
    x, y = place.x + place.width / 2, place.baseline - cap / 2
    half = (place.width / 2 + box.padding_x * em) * scale
    above, below = cap / 2 + box.padding_y * em, cap / 2 + (BOX_DESCENT + box.padding_y) * em
    return Rect(x - half, y - above * scale, x + half, y + below * scale)
