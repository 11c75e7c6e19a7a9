"""Texts on a ground, without media: a statement, a numbered list, a quotation, or a big number with its explanation."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.spec.effects import Rounded
from pytoon_pipeline.contracts.spec.layers import Layer, ShapeLayer, TextLayer, Transform, constant
from pytoon_pipeline.contracts.style import Fill
from pytoon_pipeline.contracts.time import FrameRange
from pytoon_pipeline.media.bidi import is_right_to_left
from pytoon_pipeline.planning.backdrops import Backdrops
from pytoon_pipeline.planning.layout.text_fit import TextBox, fit
from pytoon_pipeline.planning.layout.titles import TitleStyle, fit_title, role_size, title_area, title_layer
from pytoon_pipeline.planning.title_request import TitleRequest

TextLayoutName = Literal["statement", "list", "quote", "big_number"]
# Text that begins with a number or a price: the number is shown big, the rest explains it.
NUMBER = re.compile(
    r"^\s*([#+\-−–]?[$€£¥₹]?\s?\d[\d.,:/]*\s?(?:%|[kKmM]\b|[$€£¥₹]|×|x\b)?)\s*(?:[-–—:]\s*)?(.*)$", re.S
)
QUOTE_MARKS = ("“", "„", "«", '"', "”")
# Sizes of a big number and of the line that explains it, in pixels.
NUMBER_SIZE, EXPLANATION_SIZE = 600, 180
# Distance between them, in pixels, and how much later the line comes in, in seconds.
NUMBER_GAP, EXPLAINED_AFTER = 44, 0.7
# A word that is repeated: the distance between its lines in heights, and the seconds from one to the next.
MAX_PITCH, ECHO_SECONDS = 1.1, 0.8
# Items of a list: at most this many on one frame, the room of their numbers, and the gap between them, in pixels.
MAX_ITEMS, NUMBER_ROOM, ITEM_GAP, LIST_SIZE = 6, 170, 40, 210
DIGIT_SIZE = 280
# A row of a list is at most this share of the area's height, and has two lines.
MAX_ROW, ROW_LINES, MIN_ROW_SIZE, ROW_MARGIN = 0.42, 3, 40, 24
# Items of at most so many words and characters are rows of a list, longer ones pages.
MAX_ROW_WORDS, MAX_ROW_LENGTH = 2, 18
# The number of a list's item on a page of its own: its size in pixels, and the share of the height above its text.
NUMERAL_SIZE, NUMERAL_SHARE = 460, 0.4
# In areas so much wider than high, a number stands at the left of its text: its size, its share of the width, and their
# distance in pixels.
WIDE, WIDE_NUMERAL_SIZE, WIDE_NUMERAL_SHARE, WIDE_NUMBER_SHARE, WIDE_GAP = 1.3, 900, 0.24, 0.44, 72
# The bar beside a quotation: its width and its distance from the text, in pixels.
BAR_WIDTH, BAR_GAP = 14, 44
# The two slanted strokes of the mark above it: their size, the distance between them and to the text in pixels, and
# their slant in degrees.
MARK_WIDTH, MARK_HEIGHT, MARK_STEP, MARK_GAP, MARK_SLANT = 72, 220, 132, 64, 18


def layout_of(title: TitleRequest, titles: Sequence[TitleRequest], wanted: str) -> TextLayoutName:
    """The layout of a text: as the preset says, else by what it is. Beats after a hook are a list."""
    if wanted != "auto" and not (wanted == "list" and title.role != "beat"):
        return "statement" if wanted == "big_number" and split_number(title.text) is None else wanted  # type: ignore[return-value]
    if title.role == "beat" and 1 < sum(one.role == "beat" for one in titles) <= MAX_ITEMS:
        return "list"
    if split_number(title.text) is not None:
        return "big_number"
    return "quote" if title.text.startswith(QUOTE_MARKS) else "statement"


def split_number(text: str) -> tuple[str, str] | None:
    """A number or price at the beginning of a text, and what follows it; none without either."""
    found = NUMBER.match(text)
    if found is None or not found[2].strip() or len(found[1].strip()) > 7:
        return None
    return found[1].strip(), found[2].strip()


def with_explanations(titles: Sequence[TitleRequest]) -> tuple[TitleRequest, ...]:
    """The titles, each that is a number alone joined with the beat that explains it."""
    joined: list[TitleRequest] = []
    for title in titles:
        alone = NUMBER.match(joined[-1].text) if joined else None
        if title.role == "beat" and alone is not None and not alone[2].strip():
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text} {title.text}")
        else:
            joined.append(title)
    return tuple(joined)


def big_number(
    title: TitleRequest, style: TitleStyle, area: Rect[int], shown: FrameRange, behind: Backdrops, known: bool
) -> list[Layer]:
    """The number as wide as the area, and below it, a little later unless it is ``known``, what it means."""
    parts = split_number(title.text)
    assert parts is not None
    first, second, ends, begins = _number_places(area, 0.45, WIDE_NUMBER_SHARE, is_right_to_left(title.text))
    headline = style.headline.model_copy(update={"size": NUMBER_SIZE, "max_lines": 1, **ends})
    number = _single(replace(title, text=parts[0]), replace(style, headline=headline), first, shown, behind)
    small = style.headline.model_copy(update={"size": EXPLANATION_SIZE, **begins})
    delay = 0 if known else min(style.rate.nearest(EXPLAINED_AFTER), shown.frames // 4)
    later = FrameRange(start=shown.start + delay, end=shown.end)
    return [*number, *_single(replace(title, text=parts[1]), replace(style, headline=small), second, later, behind)]


def quote(
    title: TitleRequest, style: TitleStyle, area: Rect[int], shown: FrameRange, behind: Backdrops, accent: Colour
) -> list[Layer]:
    """The text left aligned beside a bar in the accent colour, below a large quotation mark."""
    mirrored = is_right_to_left(title.text)
    room = BAR_WIDTH + BAR_GAP
    inner = replace(area, top=area.top + MARK_HEIGHT + MARK_GAP)
    inner = replace(inner, right=area.right - room) if mirrored else replace(inner, left=area.left + room)
    x = area.right - BAR_WIDTH / 2 if mirrored else area.left + BAR_WIDTH / 2
    headline = style.headline.model_copy(update={"align": "left", "position": 0.42})
    texts = _single(title, replace(style, headline=headline), inner, shown, behind)
    first = texts[0]
    y = first.transform.y[-1].value
    fill = Fill(colours=(accent,))
    bar = ShapeLayer(
        name="bar",
        start=shown.start,
        frames=shown.frames,
        width=BAR_WIDTH,
        height=2 * round(first.height / 2),
        fill=fill,
        transform=Transform(x=constant(x), y=constant(y)),
    )
    begins, side = (area.right, -1) if mirrored else (area.left, 1)
    marks = [
        ShapeLayer(
            name="quotation mark",
            start=shown.start,
            frames=shown.frames,
            width=MARK_WIDTH,
            height=MARK_HEIGHT,
            fill=fill,
            effects=(Rounded(radius=MARK_WIDTH / 2),),
            transform=Transform(
                x=constant(begins + side * (MARK_WIDTH + n * MARK_STEP)),
                y=constant(y - first.height / 2 - MARK_GAP - MARK_HEIGHT / 2),
                rotation=constant(MARK_SLANT),
            ),
        )
        for n in range(2)
    ]
    return [*marks, bar, *texts]


def numbered_list(
    beats: Sequence[tuple[TitleRequest, FrameRange]],
    style: TitleStyle,
    area: Rect[int],
    behind: Backdrops,
    accent: Colour,
) -> list[Layer]:
    """Beats below each other, numbered in the accent colour; each comes in at its time and stays to the end."""
    layers: list[Layer] = []
    height = min((area.height - ITEM_GAP * (len(beats) - 1)) // len(beats), round(area.height * MAX_ROW))
    block = height * len(beats) + ITEM_GAP * (len(beats) - 1)
    top = area.top + max(0, (area.height - block) // 2)
    size = _list_size(beats, style.headline, area.width - NUMBER_ROOM, height)
    item = style.headline.model_copy(update={"size": size, "min_size": min(size, 24), "align": "left", "position": 0.5})
    digit = item.model_copy(update={"colour": accent, "background": "auto", "size": min(DIGIT_SIZE, 2 * size)})
    for number, (beat, shown) in enumerate(beats, 1):
        row = replace(area, top=top, bottom=top + height)
        stays = FrameRange(start=shown.start, end=beats[-1][1].end)
        column, rest = replace(row, right=row.left + NUMBER_ROOM), replace(row, left=row.left + NUMBER_ROOM)
        if is_right_to_left(beat.text):
            column, rest = replace(row, left=row.right - NUMBER_ROOM), replace(row, right=row.right - NUMBER_ROOM)
        mark = TitleRequest(str(number), "other", beat.field)
        side = "right" if is_right_to_left(beat.text) else digit.align
        digits = digit.model_copy(update={"align": side})
        layers += _single(mark, replace(style, headline=digits), column, stays, behind)
        layers += _single(beat, replace(style, headline=item), rest, stays, behind, size)
        top += height + ITEM_GAP
    return layers


def is_short(beats: Sequence[TitleRequest]) -> bool:
    """Whether the items of a list can stand below each other in large letters; others have a page each."""
    return all(len(beat.text.split()) <= MAX_ROW_WORDS and len(beat.text) <= MAX_ROW_LENGTH for beat in beats)


def numbered_page(
    number: int,
    beats: Sequence[TitleRequest],
    style: TitleStyle,
    area: Rect[int],
    shown: FrameRange,
    behind: Backdrops,
    accent: Colour,
) -> list[Layer]:
    """Item ``number`` of a list of ``beats``: its number, large and in the accent colour, over the text, or beside it
    in wide areas. The texts of all items have one size.
    """
    title = beats[number - 1]
    first, second, ends, begins = _number_places(area, NUMERAL_SHARE, WIDE_NUMERAL_SHARE, is_right_to_left(title.text))
    large = WIDE_NUMERAL_SIZE if _is_wide(area) else NUMERAL_SIZE
    digit = style.headline.model_copy(
        update={"colour": accent, "size": large, "max_lines": 1, "emphasis": "none", **ends}
    )
    text = style.headline.model_copy(update=begins)
    mark = TitleRequest(str(number), "other", title.field)
    numeral = _single(mark, replace(style, headline=digit), first, shown, behind)
    size = role_size([(beat, text, second) for beat in beats])
    return [*numeral, *_single(title, replace(style, headline=text), second, shown, behind, size)]


def _is_wide(area: Rect[int]) -> bool:
    return area.width > WIDE * area.height


def _number_places(
    area: Rect[int], height: float, width: float, mirrored: bool
) -> tuple[Rect[int], Rect[int], dict[str, object], dict[str, object]]:
    """The places of a number and of its text, and the settings with which both meet: the number above, with this share
    of the height, or in a wide area at the side where reading begins, with this share of the width.
    """
    if not _is_wide(area):
        upper = replace(area, bottom=area.top + round(area.height * height))
        return upper, replace(area, top=upper.bottom + NUMBER_GAP), {"position": 1.0}, {"position": 0.0}
    room = round(area.width * width)
    if mirrored:
        number, text = replace(area, left=area.right - room), replace(area, right=area.right - room - WIDE_GAP)
    else:
        number, text = replace(area, right=area.left + room), replace(area, left=area.left + room + WIDE_GAP)
    return number, text, {"position": 0.5}, {"position": 0.5, "align": "right" if mirrored else "left"}


def statement(
    title: TitleRequest,
    style: TitleStyle,
    area: Rect[int],
    shown: FrameRange,
    behind: Backdrops,
    size: int | None = None,
) -> list[Layer]:
    """The text large, around the optical centre; at ``size`` where it is given."""
    return list(_single(title, style, area, shown, behind, size))


def word(
    title: TitleRequest,
    style: TitleStyle,
    area: Rect[int],
    shown: FrameRange,
    behind: Backdrops,
    accent: Colour,
    known: bool,
) -> list[Layer]:
    """One word, and above and below it, one after the other unless it is ``known``, the same in the accent colour."""
    (page, *more) = fit_title(title, style.headline, area)
    height = title_area(page, style.headline, area, 0.0).height
    if more or 3 * height > area.height:
        return statement(title, style, area, shown, behind)
    pitch = min(round(MAX_PITCH * height), (area.height - height) // 2)
    middle = area.top + (area.height - height) // 2
    layers: list[Layer] = []
    for row, (offset, delay) in enumerate(((0, 0.0), (-pitch, 1.0), (pitch, 2.0))):
        late = 0 if known else min(round(delay * style.rate.nearest(ECHO_SECONDS)), round(delay * shown.frames / 4))
        place = replace(area, top=middle + offset, bottom=middle + offset + height)
        readable = behind(place).min_contrast(accent) >= style.min_contrast
        headline = style.headline.model_copy(update={"colour": accent} if row and readable else {})
        part = FrameRange(start=shown.start + late, end=shown.end)
        layers.append(title_layer(page, title.role, replace(style, headline=headline), place, part, behind, 0.0))
    return layers


def _single(
    title: TitleRequest,
    style: TitleStyle,
    area: Rect[int],
    shown: FrameRange,
    behind: Backdrops,
    size: int | None = None,
) -> list[TextLayer]:
    """The pages of a text one after the other in an area, each for its share of the time."""
    pages = fit_title(title, style.headline, area, size)
    total, passed, layers = sum(page.characters for page in pages), 0, []
    for page in pages:
        start = shown.start + shown.frames * passed // total
        passed += page.characters
        part = FrameRange(start=start, end=shown.start + shown.frames * passed // total)
        layers.append(title_layer(page, title.role, style, area, part, behind, style.headline.position))
    return layers


def _list_size(
    beats: Sequence[tuple[TitleRequest, FrameRange]], headline: HeadlineSettings, width: int, height: int
) -> int:
    """The size at which all items of a list fit their rows."""
    size = LIST_SIZE
    for beat, _ in beats:
        least = min(size, MIN_ROW_SIZE)
        page = fit(beat.text, TextBox(headline.font, size, least, width - ROW_MARGIN, height - ROW_MARGIN, ROW_LINES))
        size = page.size if page is not None else least
    return size
