"""What a caption style means for a word at a frame. The renderer and every check ask here."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pytoon_pipeline.contracts.captions import CaptionBox, CaptionStyle, WordLook
from pytoon_pipeline.contracts.spec.easing import Back, EaseOut
from pytoon_pipeline.contracts.spec.render_spec import Cue, WordPlace
from pytoon_pipeline.contracts.style import TextShadow, WordStyle
from pytoon_pipeline.contracts.time import FrameRate

# The size at which a page that pops begins, and how far one that rises or slides comes, in em.
POP_FROM, RISE_EM, SLIDE_EM = 0.82, 0.45, 0.9
# Seconds per letter of a word that appears letter by letter, at most: people read ahead of a slow speaker.
MAX_LETTER_SECONDS = 0.05
OVERSHOOT = 0.12
WORD_EASINGS = {"smooth": EaseOut(), "overshoot": Back(overshoot=OVERSHOOT)}


class PageState(NamedTuple):
    """How far a page has come in: a factor on its size, an offset in em, and opacity 0..1."""

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    opacity: float = 1.0


class WordState(NamedTuple):
    """A word at a frame: its look, and its numbers on the way from the state before.

    ``revealed`` is the share of the word, 0..1, that has its look; the rest looks like ``hidden``. ``progress`` is how
    far its box has come.
    """

    look: WordLook
    hidden: WordLook
    scale: float
    opacity: float
    y: float
    rotation: float
    revealed: float
    active: bool
    progress: float
    moving: bool


def page_at(cue: Cue, frame: int, style: CaptionStyle, rate: FrameRate) -> PageState:
    """The page of ``cue`` at a frame of the video. One that is there before its first word is spoken stands at once."""
    motion = style.motion
    frames = rate.nearest(motion.page_seconds)
    t = _progress(frame - cue.start, frames)
    if t >= 1 or motion.page == "none" or cue.start < cue.words[0].start:
        return PageState()
    eased = EaseOut().at(t)
    match motion.page:
        case "pop":
            return PageState(scale=round(POP_FROM + (1 - POP_FROM) * Back(overshoot=OVERSHOOT).at(t), 4))
        case "rise":
            return PageState(y=round(RISE_EM * (1 - eased), 4), opacity=round(eased, 4))
        case "slide":
            return PageState(x=round(-SLIDE_EM * (1 - eased), 4), opacity=round(eased, 4))
        case _:
            return PageState(opacity=round(eased, 4))


def word_at(cue: Cue, place: WordPlace, frame: int, style: CaptionStyle, rate: FrameRate) -> WordState:
    """The words at ``place`` of ``cue`` at a frame of the video."""
    start, end = _active_frames(cue, place)
    emphasised = any(word.emphasis for word in cue.words[place.first : place.last + 1])
    if frame < start:
        return _resting(look_of(style, style.before, emphasised))
    frames = rate.nearest(style.motion.word_seconds)
    active = look_of(style, style.active, emphasised)
    if frame < end:
        old, new, since = look_of(style, style.before, emphasised), active, start
    else:
        old, new, since = active, look_of(style, style.after, emphasised), end
    t = _progress(frame - since, frames)
    eased = WORD_EASINGS[style.motion.word_easing].at(t) if t < 1 else 1.0
    revealed = 1.0
    if new is active and style.motion.reveal != "whole":
        heard = max(1, cue.words[place.last].end - start)
        if style.motion.reveal == "letters":
            heard = min(heard, max(1, rate.nearest(MAX_LETTER_SECONDS * len(place.text))))
        revealed = min(1.0, (frame - start + 1) / min(heard, end - start))
    return WordState(
        look=new,
        hidden=old,
        scale=_between(old.scale, new.scale, eased, 1.0),
        opacity=min(1.0, _between(old.opacity, new.opacity, min(1.0, eased), 1.0)),
        y=_between(old.y, new.y, eased, 0.0),
        rotation=_between(old.rotation, new.rotation, eased, 0.0),
        revealed=round(revealed, 4),
        active=new is active,
        progress=round(min(1.0, EaseOut().at(t)), 4),
        moving=t < 1 or revealed < 1,
    )


# Every word asks in every frame, and a style has few looks.
@lru_cache(maxsize=256)
def look_of(style: CaptionStyle, state: WordLook, emphasised: bool) -> WordLook:
    """The base of ``style`` changed by the emphasis of a key word, and by a state. Factors on the size multiply."""
    base = {
        "colour": style.colour, "gradient_colour": style.gradient_colour, "font": style.font,
        "outline": style.outline, "outline_colour": style.outline_colour, "shadow": style.shadow, "glow": style.glow,
    }  # fmt: skip
    scale = 1.0
    for look in (style.emphasis, state) if emphasised else (state,):
        own = {name: getattr(look, name) for name in WordLook.model_fields}
        base |= {name: value for name, value in own.items() if value is not None}
        if look.colour is not None and look.gradient_colour is None:
            base["gradient_colour"] = None
        scale *= 1.0 if look.scale is None else look.scale
    return WordLook.model_construct(**(dict.fromkeys(WordLook.model_fields) | base | {"scale": scale}))


@lru_cache(maxsize=256)
def word_style(look: WordLook, style: CaptionStyle, size: float) -> WordStyle:
    """How the letters of a word with ``look`` are drawn at ``size`` pixels."""
    # What is drawn may be larger than what people may write: both were scaled.
    shadows = tuple(TextShadow.model_construct(**dict(one)) for one in (look.shadow, look.glow) if one is not None)
    return WordStyle(
        font=look.font or style.font,
        size=size,
        colour=look.colour or style.colour,
        gradient_colour=look.gradient_colour,
        letter_spacing=style.letter_spacing,
        outline=look.outline or 0.0,
        outline_colour=look.outline_colour or style.outline_colour,
        shadows=shadows,
        text_engine=style.text_engine,
    )


def box_of(look: WordLook) -> CaptionBox | None:
    """The shape behind a word, if it is visible."""
    return look.box if look.box is not None and look.box.opacity > 0 else None


def _active_frames(cue: Cue, place: WordPlace) -> tuple[int, int]:
    """The frames in which the words at ``place`` count as spoken: until the next word begins."""
    start = cue.words[place.first].start
    following = cue.words[place.last + 1 :]
    return start, following[0].start if following else cue.end


def _resting(look: WordLook) -> WordState:
    opacity = 1.0 if look.opacity is None else look.opacity
    return WordState(
        look, look, look.scale or 1.0, opacity, look.y or 0.0, look.rotation or 0.0, 1.0, False, 1.0, False
    )


def _progress(age: int, frames: int) -> float:
    """Progress 0..1 of a change over ``frames`` frames, of which the first already shows some."""
    return min(1.0, (age + 1) / (frames + 1))


def _between(old: float | None, new: float | None, share: float, default: float) -> float:
    first, last = default if old is None else old, default if new is None else new
    return round(first + (last - first) * share, 4)
