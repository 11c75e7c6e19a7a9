"""How a video without a brand closes: an end card in the colours of its preset."""

import re
from collections.abc import Sequence
from itertools import chain
from math import inf

from pytoon_pipeline.contracts.brand import Brand, BrandColours, BrandFonts, EndCard
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import TextRequest
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.contracts.transitions import TransitionChoice
from pytoon_pipeline.media.colour import contrast, luminance_of, mixed, opposite
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.closing_picture import ClosingClip, ClosingLook
from pytoon_pipeline.planning.layout.titles import BOXED
from pytoon_pipeline.planning.title_request import TitleRequest

# Length of the card, with a button and without, and the least that a video with one lasts, in seconds.
SECONDS, TITLE_SECONDS, MIN_SECONDS = 2.0, 1.6, 5.0
# A longer call to action is a title, not a button.
MAX_BUTTON_LENGTH = 40
# A hook of at most so many characters is repeated above the button, or alone.
MAX_TITLE_LENGTH = 34
# The least contrast of a button and of a text with their ground.
MIN_BUTTON_CONTRAST, MIN_TEXT_CONTRAST = 3.0, 4.5
# A button that hardly stands out from its ground comes nearer to the text's colour, by these shares.
DEEPER = (0.0, 0.12, 0.24, 0.36, 0.48)
# How far the ground of the accent gets darker or lighter from corner to corner, away from the text.
SHADE = 0.1
# A clip on the card plays from this share of its length, as beginnings and ends may be black, or from earlier where it
# would end before the card and so many seconds.
CLIP_FROM, CLIP_MARGIN = 0.6, 0.2
# Transitions in which the card covers the content instead of mixing with it, the usual one first.
COVERING: tuple[TransitionChoice, ...] = ("push_up", "slide", "push", "wipe", "circle", "cut")
# Transitions that mix two scenes: a card's parts would be seen through the content.
MIXING = ("crossfade", "fade", "dip")
# A short last beat that begins like this asks people to do something.
ASKS = re.compile(
    r"(?:follow|save|share|shop|order|buy|book|try|join|tag|subscribe|download|visit|call|sign up|apply|comment|"
    r"link in|swipe|tap|reserve|register|learn more|get yours|"
    r"jetzt|folge|kaufe|bestelle|abonniere|suis|abonne|commande|sigue|guarda|compra|reserva|segui|salva|ordina)\b",
    re.IGNORECASE,
)
MAX_ASKING_WORDS = 6


def with_call_to_action(text: str | TextRequest | None) -> str | TextRequest | None:
    """The texts of a request. Without a call to action, a last beat that asks people to do something is one."""
    if not isinstance(text, TextRequest) or text.cta or len(text.beats) < 2:
        return text
    last = text.beats[-1]
    if not ASKS.match(last.strip()) or len(last.split()) > MAX_ASKING_WORDS:
        return text
    return text.model_copy(update={"cta": last, "beats": text.beats[:-1]})


def closing_texts(
    titles: Sequence[TitleRequest],
    items: int,
    preset: Preset,
    max_seconds: float,
    content_seconds: float = inf,
) -> tuple[str, str] | None:
    """The title and the button of the end card of a video without a brand; none where it has no end card.

    The call to action is the button. Without one, a short hook comes back, unless the content lasts for
    ``content_seconds`` only; after a longer text there is no card, which would have no message. Nor is there one where
    the call to action is too long for a button, or the video too short for a card.
    """
    of_role = {title.role: title.text for title in reversed(titles)}
    button = of_role.get("cta", "")
    title = of_role.get("hook", "") if button else of_role.get("hook", of_role.get("headline", ""))
    title = title if len(title) <= MAX_TITLE_LENGTH else ""
    needed = max(MIN_SECONDS, SECONDS + items * preset.stills.min_seconds)
    if max_seconds < needed or len(button) > MAX_BUTTON_LENGTH:
        return None
    long_enough = content_seconds + TITLE_SECONDS >= MIN_SECONDS
    returns = title and long_enough and ("beat" in of_role or items)
    return (title, button) if button or returns else None


def closing_brand(preset: Preset, items: Sequence[PlanItem], title: str, button: bool = True) -> Brand:
    """A brand for the end card, with or without a ``button``, of a video that has none: the preset's type. After
    ``items`` the colours change places, so that the card is the poster of the video: its ground is the accent. After
    texts alone, whose pages do so already, it is the preset's.
    """
    headline, own = preset.headline, preset.background.colours
    plates = (headline.box.colour,) if headline.background in BOXED else ()
    readable = (headline.colour, *plates, "#FFFFFF", "#111111")
    if items:
        ground = headline.accent
        text = _standing_out(ground, ground, (own[0], *readable))
        second, accent = mixed(ground, opposite(text), SHADE), text
    else:
        ground, second = own[0], next(chain(own[1:], own))
        text = _standing_out(ground, second, readable)
        accents = (*(mixed(headline.accent, text, share) for share in DEEPER), *plates, *preset.background.shapes)
        accent = next((one for one in accents if _lowest(one, ground, second) >= MIN_BUTTON_CONTRAST), text)
    return Brand(
        name="",
        title="",
        colours=BrandColours(primary=ground, secondary=second, accent=accent, text=text),
        fonts=BrandFonts(headline=headline.font, body=headline.font),
        end_card=EndCard(seconds=SECONDS if button else TITLE_SECONDS, text=title),
    )


def closing_look(preset: Preset, items: Sequence[PlanItem], rate: FrameRate, own: bool) -> ClosingLook:
    """How the pictures of the video stand on the card; ``own`` says that the card is in the colours of the preset."""
    floor = preset.background.colours[0] if own and items else None
    last = items[-1].material if items else None
    clip = None
    if last is not None and not last.is_still:
        start = min(CLIP_FROM * last.seconds, last.seconds - SECONDS - CLIP_MARGIN)
        clip = ClosingClip(rate.nearest(max(0.0, start)), rate, preset.camera)
    return ClosingLook(preset.layout.edge, floor, clip)


def card_transition(kind: TransitionChoice, allowed: Sequence[TransitionChoice]) -> TransitionChoice:
    """How an end card comes in: as scenes do, but covering what is before it instead of mixing with it."""
    return next((one for one in COVERING if one in allowed), kind) if kind in MIXING else kind


def closing_pictures(media: Sequence[AnalysedMedia]) -> tuple[AnalysedMedia, ...]:
    """The pictures that an end card may show; the last clip where the video ends with one that is long enough."""
    if media and not media[-1].is_still:
        return (media[-1],) if media[-1].seconds > SECONDS + CLIP_MARGIN else ()
    return tuple(one for one in media if one.is_still)


def _standing_out(ground: Colour, second: Colour, options: Sequence[Colour]) -> Colour:
    """The first of ``options`` that can be read on both grounds, else the best."""
    readable = (one for one in options if _lowest(one, ground, second) >= MIN_TEXT_CONTRAST)
    return next(readable, max(options, key=lambda one: _lowest(one, ground, second)))


def _lowest(colour: Colour, *others: Colour) -> float:
    return min(contrast(luminance_of(colour), luminance_of(other)) for other in others)
