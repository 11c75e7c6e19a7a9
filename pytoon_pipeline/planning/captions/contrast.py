"""The colours of captions: roles become colours, and what could not be read gets an outline or a box."""

from collections.abc import Callable, Iterable, Iterator
from math import erf, sqrt
from typing import Any

from pytoon_pipeline.contracts.captions import CaptionBox, CaptionShadow, CaptionStyle, WordLook
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.spec.caption_states import look_of
from pytoon_pipeline.media.colour import contrast, luminance_of, mix_luminance, opposite
from pytoon_pipeline.planning.backdrops import Backdrop

# Thinner outlines vanish when a video is played small, so that the picture counts as the backdrop.
MIN_OUTLINE = 4.0
# A shape behind a word that is more transparent than this does not count as its backdrop.
MIN_OPACITY = 0.85
STATES = ("before", "active", "after")
# A lower part of the letters stands on these, the rest on the picture.
PARTIAL_SHAPES = ("underline",)


def with_colours(style: CaptionStyle) -> CaptionStyle:
    """``style`` with a colour in place of each role."""
    on_highlight = style.colour if _ratio(style.colour, style.highlight) >= 4.5 else opposite(style.highlight)
    roles = {
        "text": style.colour, "highlight": style.highlight, "outline": style.outline_colour,
        "on_highlight": on_highlight,
    }  # fmt: skip
    return CaptionStyle.model_validate(_replaced(style.model_dump(), roles))


def _replaced(value: Any, roles: dict[str, Colour]) -> Any:
    """``value`` with every colour field that holds a role replaced."""
    if not isinstance(value, dict):
        return value
    return {
        name: roles.get(inner, inner) if name.endswith("colour") and isinstance(inner, str) else _replaced(inner, roles)
        for name, inner in value.items()
    }


def readable(style: CaptionStyle, backdrop: Backdrop, min_contrast: float) -> CaptionStyle:
    """``style``, which has colours, changed so that letters in every state reach ``min_contrast`` with what is behind
    them: their box, their outline, or ``backdrop``.
    """
    style = _readable_base(_readable_boxes(style, backdrop, min_contrast), backdrop, min_contrast)
    for emphasised in (False, True):
        for state in STATES:
            for change in _changes(style, state, emphasised):
                if _contrast(look_of(style, getattr(style, state), emphasised), style, backdrop) >= min_contrast:
                    break
                style = change(style)
    return style


def _readable_base(style: CaptionStyle, backdrop: Backdrop, min_contrast: float) -> CaptionStyle:
    """``style`` whose plain letters can be read: in one colour, and with an outline, if need be."""

    def is_readable() -> bool:
        return _contrast(look_of(style, WordLook(), False), style, backdrop) >= min_contrast

    if not is_readable() and style.gradient_colour is not None:
        style = style.model_copy(update={"gradient_colour": None})
    if not is_readable():
        outline = {"outline": max(style.outline, MIN_OUTLINE + 2), "outline_colour": opposite(style.colour)}
        style = style.model_copy(update=outline)
    return style


def _changes(style: CaptionStyle, state: str, emphasised: bool) -> Iterator[Callable[[CaptionStyle], CaptionStyle]]:
    """What makes a state easier to read, the smallest change first: the base's outline, the base's colour where only a
    part of the letters has a shape behind it, and at last a box in the colour of the letters.
    """
    names = (state, "emphasis") if emphasised else (state,)
    yield lambda style: _changed(style, names, outline_colour=None, gradient_colour=None)
    box = getattr(style, state).box
    if box is not None and box.shape in PARTIAL_SHAPES:
        yield lambda style: _changed(style, names, colour=None)
    look = look_of(style, getattr(style, state), emphasised)
    boxed = box if box is not None and box.shape not in PARTIAL_SHAPES else CaptionBox(colour=look.colour or "")
    box = boxed.model_copy(update={"opacity": 1.0})
    letters = {"colour": opposite(box.colour), "gradient_colour": None, "outline": 0.0}
    yield lambda style: _changed(style, (state,), box=box, **letters)


def _changed(style: CaptionStyle, names: Iterable[str], **look: Any) -> CaptionStyle:
    return style.model_copy(update={name: getattr(style, name).model_copy(update=look) for name in names})


def _readable_boxes(style: CaptionStyle, backdrop: Backdrop, min_contrast: float) -> CaptionStyle:
    """``style`` with its line and block boxes as opaque as its letters need."""
    updates = {}
    for name in ("line_box", "block_box"):
        box = getattr(style, name)
        if box is None or style.outline >= MIN_OUTLINE:
            continue
        opacity = next(
            (
                share / 20
                for share in range(round(box.opacity * 20), 21)
                if _mixed_contrast(style.colour, box.colour, share / 20, backdrop) >= min_contrast
            ),
            1.0,
        )
        updates[name] = box.model_copy(update={"opacity": max(box.opacity, opacity)})
    return style.model_copy(update=updates)


def _contrast(look: WordLook, style: CaptionStyle, backdrop: Backdrop) -> float:
    """The lowest contrast of the letters of ``look`` with what is behind them."""
    colours = [one for one in (look.colour, look.gradient_colour) if one is not None]
    box = look.box
    if box is not None and box.shape not in PARTIAL_SHAPES and box.opacity >= MIN_OPACITY:
        return min(_ratio(one, box.colour) for one in colours)
    if look.outline is not None and look.outline >= MIN_OUTLINE:
        return min(_ratio(one, look.outline_colour or style.outline_colour) for one in colours)
    behind = style.line_box or style.block_box
    if behind is not None:
        return min(_mixed_contrast(one, behind.colour, behind.opacity, backdrop) for one in colours)
    halo = look.shadow or CaptionShadow(opacity=0)
    return min(_mixed_contrast(one, halo.colour, _halo_opacity(halo), backdrop) for one in colours)


def _halo_opacity(shadow: CaptionShadow) -> float:
    """The opacity of a shadow at the edge of the letters: that of a blurred edge ``spread`` pixels away from it."""
    inside = 0.5 * (1 + erf(shadow.spread / (shadow.blur * sqrt(2)))) if shadow.blur else 1.0
    return shadow.opacity * inside


def _mixed_contrast(colour: Colour, box: Colour, opacity: float, backdrop: Backdrop) -> float:
    """The contrast of ``colour`` with a box over ``backdrop``; 1 when something there has its brightness."""
    under = luminance_of(box)
    mixed = [mix_luminance(under, one, opacity) for one in (backdrop.darkest, backdrop.lightest)]
    return Backdrop(min(mixed), max(mixed)).min_contrast(colour)


def _ratio(a: Colour, b: Colour) -> float:
    return contrast(luminance_of(a), luminance_of(b))
