"""Captions on a frame: the words of each page as sprites, over the boxes behind them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import cos, floor, radians, sin

from pytoon_pipeline.contracts.captions import CaptionStyle, WordLook
from pytoon_pipeline.contracts.geometry import WHOLE
from pytoon_pipeline.contracts.spec.caption_states import WordState, page_at, word_at, word_style
from pytoon_pipeline.contracts.spec.evaluate import LayerTransform
from pytoon_pipeline.contracts.spec.render_spec import Cue, WordPlace
from pytoon_pipeline.contracts.style import WordStyle
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import bidi, fonts
from pytoon_pipeline.media.word_layout import Typography, clusters
from pytoon_pipeline.rendering.caption_boxes import box_sprites
from pytoon_pipeline.rendering.caption_geometry import PagePlacement, page_placement
from pytoon_pipeline.rendering.placement import place_image
from pytoon_pipeline.rendering.word_images import word_layers
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage, with_opacity

# Words whose positions differ by less than this share of a pixel share an image.
PHASES = 16


def sprites(
    cues: Sequence[Cue], style: CaptionStyle, rate: FrameRate, frame: int, canvas: tuple[int, int]
) -> Iterator[Sprite]:
    """What captions show at a frame, from back to front. ``frame`` and ``cues`` count from the same frame."""
    for cue in cues:
        if cue.start <= frame < cue.end:
            yield from _page(cue, style, rate, frame, canvas)


def missing_glyphs(cues: Sequence[Cue], style: CaptionStyle) -> dict[int, str]:
    """Characters that no available font contains, by the index of the cue that needs them."""
    missing = {
        index: {char for place in cue.places for char in fonts.missing_characters(place.text, style.font)}
        for index, cue in enumerate(cues)
    }
    return {index: "".join(sorted(characters)) for index, characters in missing.items() if characters}


def _page(cue: Cue, style: CaptionStyle, rate: FrameRate, frame: int, canvas: tuple[int, int]) -> Iterator[Sprite]:
    page = page_at(cue, frame, style, rate)
    states = [word_at(cue, place, frame, style, rate) for place in cue.places]
    placement = page_placement(cue, style, page)
    yield from box_sprites(cue, states, style, placement, canvas)
    words = [
        layers
        for place, state in zip(cue.places, states, strict=True)
        for layers in _word(place, state, style, placement, canvas)
    ]
    # The letters of all words lie above the outlines and shadows of all.
    yield from (below for below, _ in words if below is not None)
    yield from (letters for _, letters in words if letters is not None)


def _word(
    place: WordPlace, state: WordState, style: CaptionStyle, page: PagePlacement, canvas: tuple[int, int]
) -> Iterator[tuple[Sprite | None, Sprite | None]]:
    """The layers of a word below its letters, and its letters; twice while a part of it is hidden."""
    if state.revealed >= 1:
        yield _placed_word(place, state, state.look, state.opacity, style, page, canvas)
        return
    opacity = 1.0 if state.hidden.opacity is None else state.hidden.opacity
    edge, right_to_left = _revealed_edge(place, state, style, page), bidi.is_right_to_left(place.text)
    hidden = _placed_word(place, state, state.hidden, opacity, style, page, canvas)
    shown = _placed_word(place, state, state.look, 1.0, style, page, canvas)
    yield tuple(_clipped(one, edge, keep_left=right_to_left) for one in hidden)  # type: ignore[misc]
    yield tuple(_clipped(one, edge, keep_left=not right_to_left) for one in shown)  # type: ignore[misc]


def _placed_word(
    place: WordPlace, state: WordState, look: WordLook, opacity: float, style: CaptionStyle, page: PagePlacement,
    canvas: tuple[int, int],
) -> tuple[Sprite | None, Sprite | None]:  # fmt: skip
    opacity *= page.opacity
    if opacity <= 0:
        return None, None
    rest = place.size * (look.scale or 1.0)
    drawn = word_style(look, style, round(rest, 3))
    x, y = page.word_centre(place, state.y)
    if state.moving or page.moving or state.rotation or state.scale != (look.scale or 1.0):
        factor = page.scale * state.scale / (look.scale or 1.0)
        return _transformed(place.text, drawn, x, y, factor, state.rotation, opacity, canvas)
    return _at_rest(place.text, drawn, x, y, opacity, canvas)


def _at_rest(
    text: str, drawn: WordStyle, x: float, y: float, opacity: float, canvas: tuple[int, int]
) -> tuple[Sprite | None, Sprite | None]:
    """A word around the middle ``x``, ``y`` of its capitals, drawn at its exact position."""
    face = fonts.load(drawn.font)
    width = _advance(text, drawn)
    left = x - width / 2
    top = y + drawn.size * (face.cap_height / 2 - face.ascent) / face.height
    left, top = (round(value * PHASES) / PHASES for value in (left, top))
    even_left, even_top = 2 * floor(left / 2), 2 * floor(top / 2)
    layers = word_layers(text, drawn, left - even_left, top - even_top)

    def sprite(image: YuvaImage | None) -> Sprite | None:
        if image is None:
            return None
        # The box of the image begins at the word's left edge and ascender.
        box_x, box_y, _, _ = image.nominal
        return _inside(Sprite(round(left - box_x), round(top - box_y), with_opacity(image, opacity)), canvas)

    return sprite(layers[0]), sprite(layers[1])


def _transformed(
    text: str, drawn: WordStyle, x: float, y: float, scale: float, rotation: float, opacity: float,
    canvas: tuple[int, int],
) -> tuple[Sprite | None, Sprite | None]:  # fmt: skip
    """A word around the middle ``x``, ``y`` of its capitals, scaled by ``scale`` and rotated."""
    face = fonts.load(drawn.font)
    layers = word_layers(text, drawn)
    # From the middle of the capitals to that of the box.
    down = scale * drawn.size * (0.5 - (face.ascent - face.cap_height / 2) / face.height)
    angle = radians(rotation)
    transform = LayerTransform(x - down * sin(angle), y + down * cos(angle), scale, rotation, opacity)

    def sprite(image: YuvaImage | None) -> Sprite | None:
        if image is None:
            return None
        _, _, width, height = image.nominal
        return place_image(image, WHOLE, (max(width, 1.0), height), transform, canvas)

    return sprite(layers[0]), sprite(layers[1])


def _revealed_edge(place: WordPlace, state: WordState, style: CaptionStyle, page: PagePlacement) -> float:
    """The column up to which a word has its look: with *letters*, the end of a letter."""
    x, _ = page.word_centre(place, state.y)
    width = place.width * page.scale * state.scale
    share = state.revealed
    if style.motion.reveal == "letters":
        letters = clusters(place.text)
        shown = "".join(letters[: max(1, round(share * len(letters)))])
        type_ = Typography(style.font, place.size, letter_spacing=style.letter_spacing)
        share = type_.width(shown) / max(1.0, type_.width(place.text))
    if bidi.is_right_to_left(place.text):
        share = 1 - share
    return x + (share - 0.5) * width


def _clipped(sprite: Sprite | None, edge: float, *, keep_left: bool) -> Sprite | None:
    """The part of a sprite left or right of the column ``edge``, at an even position."""
    if sprite is None:
        return None
    image = sprite.image
    width = image.size[0]
    at = min(width, max(0, 2 * round((edge - sprite.left) / 2)))
    first, last = (0, at) if keep_left else (at, width)
    return None if last <= first else _part(sprite, first, 0, last, image.size[1])


def _inside(sprite: Sprite, canvas: tuple[int, int]) -> Sprite | None:
    """The part of a sprite that lies on the canvas."""
    width, height = sprite.image.size
    left, top = max(0, -sprite.left), max(0, -sprite.top)
    right, bottom = min(width, canvas[0] - sprite.left), min(height, canvas[1] - sprite.top)
    if (left, top, right, bottom) == (0, 0, width, height):
        return sprite
    return _part(sprite, left, top, right, bottom) if right > left and bottom > top else None


def _part(sprite: Sprite, left: int, top: int, right: int, bottom: int) -> Sprite:
    """The rectangle of a sprite, at even positions inside it."""
    image = sprite.image
    assert image.a is not None
    assert image.h is not None
    full = (slice(top, bottom), slice(left, right))
    half = (slice(top // 2, bottom // 2), slice(left // 2, right // 2))
    part = YuvaImage(image.y[full], image.u[half], image.v[half], image.a[full], image.h[half])
    return replace(sprite, left=sprite.left + left, top=sprite.top + top, image=part)


def _advance(text: str, drawn: WordStyle) -> float:
    return Typography(drawn.font, drawn.size, letter_spacing=drawn.letter_spacing).width(text)
