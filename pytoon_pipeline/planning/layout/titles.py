"""Titles, which are texts that are not speech: where they stand, how large, when, and how they come in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from pytoon_pipeline.contracts.errors import InvalidInput, field_error
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.request import MediaRequest, TextRequest
from pytoon_pipeline.contracts.spec.layers import TextLayer, Transform, constant
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.media.bidi import is_right_to_left
from pytoon_pipeline.media.text_runs import begins_with_emoji
from pytoon_pipeline.media.word_layout import is_separable, units_of
from pytoon_pipeline.planning.backdrops import Backdrops
from pytoon_pipeline.planning.emphasis import chosen_words, emphasis_of, without_marks
from pytoon_pipeline.planning.keep_out import KeepOutArea
from pytoon_pipeline.planning.layout.contrast import ensure_contrast
from pytoon_pipeline.planning.layout.numbers import gaps, number_page
from pytoon_pipeline.planning.layout.text_fit import (
    TextBox,
    TextLayout,
    clean,
    common_size,
    fit,
    page_at,
    pages_at,
    split_pages,
)
from pytoon_pipeline.planning.layout.text_placement import POSITIONS, Placement, best_placement
from pytoon_pipeline.planning.layout.title_animations import text_animation
from pytoon_pipeline.planning.title_request import Role, TitleRequest

# Distance that titles keep from the edges of the safe zone, in pixels.
INSET = 24
# Texts of single items may be smaller than headlines: they are a word or two.
ITEM_MIN_SIZE = 48
BOXED = ("box", "auto_box")
# How much larger than ``headline.size`` texts of a role may be, so that they fill their lines: up to this factor, this
# size in pixels, so many lines, and this height in pixels. Texts of more characters than the last number are not.
LARGER: dict[Role, float] = {"hook": 2.0, "headline": 2.0, "beat": 1.6, "cta": 1.6, "item": 1.25}
MAX_SIZE, MAX_LARGE_LINES, MAX_LARGE_HEIGHT, MAX_LARGE_LENGTH = 400, 3, 600, 60
# A text of more than two lines of so many average letters, which are about 16 characters of English, is small enough
# for such lines: shorter ones break phrases. It has a number of lines between these, and shrinks to this share of that
# size rather than take another page.
LINE_LETTERS, LETTERS, LONG_LINES, LONG_PAGE_SHARE = 14, "abcdefghijklmnopqrstuvwxyz", (4, 5), 0.87
# No line of a larger text has fewer characters. Texts shrink to this share rather than have a line of emoji alone.
MIN_LINE, EMOJI_SHARE = 4, 0.5


@dataclass(frozen=True)
class TitleStyle:
    """How all titles of a video look, and the ``area`` where they may stand. Down to the lower edge of ``upper``, they
    may be as wide as it is.

    ``min_contrast`` is the contrast ratio that they must reach.
    """

    headline: HeadlineSettings
    min_contrast: float
    rate: FrameRate
    canvas: Canvas
    area: Rect[int]
    upper: Rect[int]


def title_requests(text: str | TextRequest | None, uppercase: bool) -> tuple[TitleRequest, ...]:
    """The texts that belong to the whole video, in order."""
    if text is None:
        return ()
    if isinstance(text, str):
        requests = [TitleRequest(text, "headline", "text")]
    else:
        requests = [TitleRequest(text.hook or "", "hook", "text.hook")]
        requests += [TitleRequest(beat, "beat", f"text.beats.{n}") for n, beat in enumerate(text.beats)]
        requests += [TitleRequest(text.cta or "", "cta", "text.cta")]
    cleaned = (without_marked(one, uppercase) for one in requests)
    return tuple(one for one in cleaned if one.text)


def without_marked(title: TitleRequest, uppercase: bool) -> TitleRequest:
    """The title without the marks of its key words, which become ``marked``."""
    text, marked = without_marks(clean(title.text, uppercase))
    return replace(title, text=text, marked=marked)


def text_box(headline: HeadlineSettings, area: Rect[int]) -> TextBox:
    """The space for a headline in ``area``."""
    padding = headline.box.padding if headline.background in BOXED else headline.outline + INSET / 2
    return TextBox(
        font=headline.font,
        size=headline.size,
        min_size=min(headline.size, headline.min_size),
        width=area.right - area.left - 2 * padding,
        height=area.bottom - area.top - 2 * padding,
        lines=headline.max_lines,
        line_height=headline.line_height,
        letter_spacing=headline.letter_spacing,
    )


def title_box(title: TitleRequest, headline: HeadlineSettings, area: Rect[int]) -> TextBox:
    """The space for ``title``, with the size at which it fills its lines where that is larger than the preset's, and a
    smaller one for long texts, and where emoji would stand on a line of their own.
    """
    box = _with_long_lines(title.text, text_box(headline, area))
    if len(title.text) > MAX_LARGE_LENGTH:
        return box
    largest = min(MAX_SIZE, round(LARGER.get(title.role, 1.0) * box.size))
    for size in replace(box, size=max(largest, box.size), min_size=box.size).sizes():
        page = page_at(title.text, box, size)
        if size > box.size and page is not None and _is_compact(page):
            return replace(box, size=size)
    if title.text.isascii():
        return box
    together = replace(box, min_size=max(box.min_size, round(EMOJI_SHARE * box.size))).sizes()
    return replace(box, size=next((size for size in together if _has_no_lone_emoji(title, box, size)), box.size))


def _with_long_lines(text: str, box: TextBox) -> TextBox:
    """The space with a preferred size at which lines have ``LINE_LETTERS``, if ``text`` takes more than two of them."""
    letters = LETTERS * LINE_LETTERS
    size = max(box.min_size, int(MAX_SIZE * box.width * len(LETTERS) / box.typography(MAX_SIZE).width(letters)))
    if size >= box.size or box.typography(size).width(text) <= 2 * box.width:
        return box
    fewest, most = LONG_LINES
    lines = min(max(box.lines, fewest), most)
    return replace(box, size=size, lines=lines, page_share=LONG_PAGE_SHARE)


def _is_compact(page: TextLayout) -> bool:
    """Whether a text has few lines, none of them a mere syllable, and leaves room for what is behind it."""
    whole = all(len(line) >= MIN_LINE for line in page.lines)
    return whole and len(page.lines) <= MAX_LARGE_LINES and page.height <= MAX_LARGE_HEIGHT


def _has_no_lone_emoji(title: TitleRequest, box: TextBox, size: int) -> bool:
    page = page_at(title.text, box, size)
    return page is not None and not any(all(map(begins_with_emoji, line.split())) for line in page.lines[1:])


def item_text_box(headline: HeadlineSettings, area: Rect[int]) -> TextBox:
    """The space for an item's own text in ``area``."""
    size = headline.item_size
    return replace(text_box(headline, area), size=size, min_size=min(size, ITEM_MIN_SIZE))


def item_text(entry: MediaRequest, headline: HeadlineSettings, area: Rect[int]) -> TextLayout | None:
    """The layout of an item's own text; none without one.

    Raises ``InvalidInput`` when it does not fit ``area``.
    """
    title = without_marked(TitleRequest(entry.text or "", "item", "media"), headline.uppercase)
    if not title.text:
        return None
    page = fit(title.text, item_text_box(headline, area))
    if page is None:
        raise InvalidInput("text_too_long", f"The text of “{entry.file}” does not fit beside it.", "Shorten it.")
    return with_marks(page, title)


def role_size(titles: Sequence[tuple[TitleRequest, HeadlineSettings, Rect[int]]], numbers: bool = False) -> int | None:
    """The size that titles of one role share, each with its settings and area; none where one cannot be shown.

    With ``numbers``, those that are a number or price have sizes of their own.
    """
    titles = [one for one in titles if not (numbers and _as_number(*one))]
    boxes = [title_box(title, headline, area) for title, headline, area in titles]
    if not boxes:
        return None
    size = min(box.size for box in boxes)
    return common_size([(title.text, replace(box, size=size)) for (title, *_), box in zip(titles, boxes, strict=True)])


def _as_number(title: TitleRequest, headline: HeadlineSettings, area: Rect[int]) -> TextLayout | None:
    return number_page(title, text_box(headline, area), box_padding(headline))


def fit_title(
    title: TitleRequest, headline: HeadlineSettings, area: Rect[int], size: int | None = None, numbers: bool = False
) -> list[TextLayout]:
    """The pages of a title in ``area``, at ``size`` where it is given. With ``numbers``, a number or price is one page.

    Raises ``InvalidInput`` when it cannot be shown at all.
    """
    if numbers and (page := _as_number(title, headline, area)) is not None:
        return [page]
    box = title_box(title, headline, area)
    pages = split_pages(title.text, box) if size is None else pages_at(title.text, box, size)
    if not pages:
        raise field_error(
            title.field,
            "text_too_long",
            f"“{title.text[:40]}…” does not fit, even when split into several pages.",
            "Shorten it, or lower adjust.headline.min_size.",
        )
    return [with_marks(page, title) for page in pages]


def with_marks(page: TextLayout, title: TitleRequest) -> TextLayout:
    """The page with the key words that the person marked, if any."""
    if not title.marked:
        return page
    return replace(page, marked=tuple(n for n, word in enumerate(page.words) if word in title.marked))


def title_layers(
    page: TextLayout,
    role: Role,
    style: TitleStyle,
    area: Rect[int],
    shown: FrameRange,
    backdrops: Backdrops,
    position: float,
) -> tuple[TextLayer, ...]:
    """One page at ``position`` of the height of ``area``: a layer for each part, numbers in the accent colour."""
    if not page.stack:
        return (title_layer(page, role, style, area, shown, backdrops, position),)
    headline = _in_reading_direction(style.headline, page).model_copy(update={"emphasis": "none"})
    place, padding = title_area(page, headline, area, position), box_padding(headline)
    layers, top = [], place.top
    for part, gap in zip(page.stack, [*gaps(page.stack, padding), 0], strict=True):
        height = 2 * ceil(part.height / 2) + 2 * round(padding)
        row = replace(area, top=top, bottom=top + height)
        accented = part.size == page.size and headline.background not in BOXED
        accented &= backdrops(row).min_contrast(headline.accent) >= style.min_contrast
        own = headline.model_copy(update={"colour": headline.accent}) if accented else headline
        layers.append(title_layer(part, role, replace(style, headline=own), row, shown, backdrops, 0.0))
        top += height + gap
    return tuple(layers)


def title_layer(
    page: TextLayout,
    role: Role,
    style: TitleStyle,
    area: Rect[int],
    shown: FrameRange,
    backdrops: Backdrops,
    position: float,
    keep_out: Sequence[KeepOutArea] = (),
) -> TextLayer:
    """One page as a layer: near ``position`` of the height of ``area``, but where it covers least of ``keep_out``."""
    headline = _in_reading_direction(style.headline, page)
    options = [Placement(one, title_area(page, headline, area, one)) for one in (position, *POSITIONS)]
    relevant = [one for one in keep_out if one.start < shown.end and one.end > shown.start]
    place = best_placement(options, position, relevant).area
    x, y = (place.left + place.right) / 2, (place.top + place.bottom) / 2
    backdrop = backdrops(place)
    look = ensure_contrast(headline, page.size, backdrop, style.min_contrast)
    emphasis = emphasis_of(headline, look, backdrop, style.min_contrast)
    key_words = key_words_of(page) if emphasis is not None else ()
    typography = {"line_height": headline.line_height, "letter_spacing": headline.letter_spacing}
    return TextLayer(
        name=role,
        role=role,
        start=shown.start,
        frames=shown.frames,
        width=place.right - place.left,
        height=place.bottom - place.top,
        lines=page.lines,
        style=look.model_copy(update={**typography, "emphasis": emphasis if key_words else None}),
        emphasised=key_words,
        animation=text_animation(
            headline.animation_in,
            page.lines,
            shown.frames,
            style.rate,
            mark=emphasis.kind if key_words and emphasis is not None else None,
            readable_at_once=shown.start == 0,
            boxed=look.background is not None,
            mirrored=is_right_to_left(" ".join(page.lines)),
        ),
        transform=Transform(x=constant(x), y=constant(y)),
    )


def _in_reading_direction(headline: HeadlineSettings, page: TextLayout) -> HeadlineSettings:
    """The settings with the side at which lines begin: text that is read from the right begins there."""
    if headline.align == "left" and is_right_to_left(" ".join(page.lines)):
        return headline.model_copy(update={"align": "right"})
    return headline


def key_words_of(page: TextLayout) -> tuple[int, ...]:
    """The indices of a page's key words; none where its lines are not made of words."""
    if -1 in page.words:
        return ()
    if page.marked is not None:
        return page.marked
    words = [word for line in page.lines for word in units_of(line)]
    # A part of a broken word is no key word.
    whole = [n for n, word in enumerate(page.words) if page.words.count(word) == 1 and is_separable(words[n])]
    chosen = chosen_words([words[n] for n in whole])
    return tuple(whole[n] for n in chosen)


def title_area(page: TextLayout, headline: HeadlineSettings, area: Rect[int], position: float) -> Rect[int]:
    """What a page covers at ``position`` of ``area``: its letters, and the plate or outline around them."""
    padding = round(box_padding(headline))
    # Even sizes at even places need no resampling.
    width = min(area.right - area.left, 2 * ceil(page.width / 2) + 2 * padding)
    height = min(area.bottom - area.top, 2 * ceil(page.height / 2) + 2 * padding)
    free = area.bottom - area.top - height
    top = 2 * ((area.top + round(free * position)) // 2)
    inset = min(INSET, (area.right - area.left - width) // 2)
    left = {"left": area.left + inset, "centre": centred(width, area), "right": area.right - width - inset}
    return Rect(left=left[headline.align], top=top, right=left[headline.align] + width, bottom=top + height)


def box_padding(headline: HeadlineSettings) -> float:
    """The distance from letters to the edge of what they cover: of their plate or outline."""
    return headline.box.padding if headline.background in BOXED else headline.outline


def symmetric(area: Rect[int], canvas: Canvas) -> Rect[int]:
    """``area`` with the larger of its two side insets on both sides, so that its middle is the frame's."""
    inset = max(area.left, canvas.width - area.right)
    return replace(area, left=inset, right=canvas.width - inset)


def centred(width: int, area: Rect[int]) -> int:
    """Left edge of a text in the middle of ``area``."""
    return area.left + 2 * round((area.width - width) / 4)
