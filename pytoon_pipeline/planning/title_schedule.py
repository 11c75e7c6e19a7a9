"""When and where the titles of a video stand: each over the item that it belongs to, gone before the next one comes."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.errors import InvalidInput, field_error
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.preset import HeadlineSettings
from pytoon_pipeline.contracts.spec.layers import TextLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.planning.backdrops import Backdrops, together
from pytoon_pipeline.planning.keep_out import KeepOutArea, during
from pytoon_pipeline.planning.layout.scrims import Scrim, ground_cost, plan_scrim, scrim_tone, under_scrims
from pytoon_pipeline.planning.layout.text_fit import TextLayout, fit
from pytoon_pipeline.planning.layout.text_placement import POSITIONS, Placement, best_placement
from pytoon_pipeline.planning.layout.titles import (
    BOXED,
    TitleStyle,
    fit_title,
    role_size,
    title_area,
    title_box,
    title_layers,
    with_marks,
)
from pytoon_pipeline.planning.sequences import SceneSequence, TextSpace, Timeline
from pytoon_pipeline.planning.shots.recrops import on_pages
from pytoon_pipeline.planning.text_assignment import page_seconds, titles_by_item
from pytoon_pipeline.planning.title_request import TitleRequest

# A text that is only read, not held, stays for this multiple of the time that reading takes.
READ_FACTOR = 1.3
# Texts may be shown for this much less than the time that they should stay, before they are refused as too long.
MAX_HASTE = 1.4


@dataclass(frozen=True)
class TitlePage:
    """One page of a title or of an item's own text, and the part of the video that it belongs to."""

    title: TitleRequest
    page: TextLayout
    part: int
    is_label: bool = False


@dataclass(frozen=True)
class PlacedTitles:
    """Text layers over the video, and its scenes with the scrims that the texts need."""

    layers: tuple[TextLayer, ...]
    scenes: tuple[Scene, ...]
    notes: tuple[Note, ...] = ()


def place_titles(
    titles: Sequence[TitleRequest],
    style: TitleStyle,
    timeline: Timeline,
    sequences: Sequence[SceneSequence],
    content_frames: int,
    captions: Sequence[KeepOutArea] = (),
) -> PlacedTitles:
    """All titles over the first parts of ``timeline``, which show ``sequences``, with the scrims behind them.

    ``captions`` are the areas of captions, which titles do not cover.

    Raises ``InvalidInput`` when reading takes longer than the ``content_frames``.
    """
    schedule = _Schedule(style, timeline, sequences, content_frames, tuple(captions))
    timed = schedule.titles(titles)
    placed = _joined(schedule, [(page, shown, schedule.position(page, shown, timed)) for page, shown in timed])
    scrims = _scrims(schedule, placed)
    layers = [one for page, shown, position in placed for one in schedule.layers(page, shown, position, scrims)]
    fps = float(style.rate.fraction)
    scenes = on_pages(timeline.scenes, timeline.parts, schedule.page_starts(timed), fps)
    scenes = tuple(_with_scrims(scene, timeline, scrims) for scene in scenes)
    layers.sort(key=lambda layer: layer.start)
    return PlacedTitles(tuple(layers), scenes, tuple(schedule.notes(timed)))


@dataclass(frozen=True)
class _Schedule:
    style: TitleStyle
    timeline: Timeline
    sequences: Sequence[SceneSequence]
    content_frames: int
    captions: tuple[KeepOutArea, ...]

    @property
    def rate(self) -> FrameRate:
        return self.style.rate

    def titles(self, titles: Sequence[TitleRequest]) -> list[tuple[TitlePage, FrameRange]]:
        """All texts one after the other, within the parts that they belong to as far as reading allows: over each part
        its hook and beats, then the item's own text, then the call to action.
        """
        spaces = [self.space(part) for part in range(len(self.sequences))]
        hold = all(space.hold and space.label is None for space in spaces)
        of_parts = titles_by_item(titles, len(spaces), hold)
        placed = [(title, part) for part, own in enumerate(of_parts) for title in own]
        pages = []
        for part, space in enumerate(spaces):
            own = [page for title in of_parts[part] for page in self._pages(title, part, placed)]
            closing = [page for page in own if page.title.role == "cta"]
            pages += [page for page in own if page.title.role != "cta"]
            if space.label is not None:
                page = fit_label(space.label, item_headline(space), space.area)
                pages.append(TitlePage(space.label, page, part, is_label=True))
            pages += closing
        return list(zip(pages, self._fitted_times(pages), strict=True))

    def _pages(self, title: TitleRequest, part: int, placed: Sequence[tuple[TitleRequest, int]]) -> list[TitlePage]:
        """The pages of a title over a part, at the size of all titles of its role."""
        space = self.space(part)
        peers = [(one, self.space(n)) for one, n in placed if one.role == title.role]
        size = role_size([(one, other.headline, other.area) for one, other in peers], numbers=True)
        return [TitlePage(title, page, part) for page in fit_title(title, space.headline, space.area, size, True)]

    def _fitted_times(self, pages: Sequence[TitlePage]) -> list[FrameRange]:
        """The frames of each page. Raises ``InvalidInput`` when reading all takes too long."""
        first = {id(page.title): page.part for page in reversed(pages)}
        # What has been read over one item takes no time over the next.
        needed = [self.reading_frames(one) if one.part == first[id(one.title)] else 1 for one in pages]
        # An item's own text gets the time that its item has.
        titles = sum(need for one, need in zip(pages, needed, strict=True) if not one.is_label)
        if titles > MAX_HASTE * self.content_frames:
            raise field_error(
                pages[0].title.field if len(first) == 1 else "text",
                "text_too_long",
                f"Reading the texts takes {titles / float(self.rate.fraction):.0f} s, but the video lasts "
                f"{self.content_frames / float(self.rate.fraction):.0f} s.",
                "Shorten the texts, add media, or raise max_seconds.",
            )
        times = self._times(pages, needed)
        if times and times[-1].end > self.content_frames:
            times = _shares(FrameRange(start=0, end=self.content_frames), needed)
        return times

    def _times(self, pages: Sequence[TitlePage], needed: Sequence[int]) -> list[FrameRange]:
        """Pages fill the time of their part; where it is too short for reading, they run on into the next part."""
        times: list[FrameRange] = []
        for part in range(len(self.sequences)):
            frames = [need for one, need in zip(pages, needed, strict=True) if one.part == part]
            if not frames:
                continue
            window = self.window(part)
            start = max(window.start, times[-1].end if times else 0)
            least = len(frames) if self.space(part).label is not None else sum(frames)
            shares = _shares(FrameRange(start=start, end=max(window.end, start + least)), frames)
            if not self.space(part).hold:
                last = part == len(self.sequences) - 1
                shares = [_read(one, need, n, last and n == len(frames) - 1) for n, (one, need) in
                          enumerate(zip(shares, frames, strict=True))]  # fmt: skip
            times += shares
        return times

    def page_starts(self, timed: Sequence[tuple[TitlePage, FrameRange]]) -> list[list[int]]:
        """The first frames of the pages of texts, for each part of the timeline."""
        parts = range(len(self.timeline.parts))
        return [[shown.start for one, shown in timed if one.part == part] for part in parts]

    def window(self, part: int) -> FrameRange:
        """The frames of a part in which its texts may stand: from the middle of the transition that brings it in to the
        beginning of the next one.
        """
        own, parts = self.timeline.parts[part], self.timeline.parts
        before = parts[part - 1].end if part else own.start
        after = parts[part + 1].start if part + 1 < len(parts) else own.end
        start = (own.start + max(own.start, before)) // 2
        return FrameRange(start=start, end=max(start + 1, min(after, own.end, self.content_frames)))

    def reading_frames(self, one: TitlePage) -> int:
        return max(1, self.rate.nearest(page_seconds(" ".join(one.page.lines), self.style.headline.max_cps)))

    def space(self, part: int) -> TextSpace:
        """Where texts of a part stand."""
        space = self.sequences[part].text
        return space or TextSpace(self.style.area, self.style.headline)

    def headline(self, one: TitlePage) -> TitleStyle:
        space = self.space(one.part)
        return replace(self.style, headline=item_headline(space) if one.is_label else space.headline)

    def place(self, one: TitlePage) -> Rect[int]:
        """The area of a text."""
        return self.space(one.part).area

    def parts(self, shown: FrameRange) -> list[int]:
        """The parts that are seen while a text is shown; a transition's other part is not behind a text."""
        windows = [(n, self.window(n)) for n in range(len(self.sequences))]
        return [n for n, window in windows if window.start < shown.end and window.end > shown.start] or [0]

    def behind(self, shown: FrameRange) -> Backdrops:
        return together([self.sequences[part].backdrop for part in self.parts(shown)])

    def position(self, one: TitlePage, shown: FrameRange, timed: Sequence[tuple[TitlePage, FrameRange]]) -> float:
        """The position of a text in its area: the same for all pages of a part, and of all parts over which it stays,
        where the tallest stands best.
        """
        parts = self.held(one, timed)
        peers = [other for other, _ in timed if other.part in parts and other.is_label == one.is_label]
        tallest = max((other.page for other in peers), key=lambda page: page.height)
        headline, area = self.headline(one).headline, self.place(one)
        preferred = headline.position
        places = [Placement(p, title_area(tallest, headline, area, p)) for p in (preferred, *POSITIONS)]
        # The area of letters without a box may begin above the safe area; they do not.
        options = [one for one in places if one.area.top >= self.style.area.top] or places[:1]
        spans = [span for other, span in timed if other.part in parts and other.is_label == one.is_label]
        first, last = min(span.start for span in spans), max(span.end for span in spans)
        keep_out = []
        for part in parts:
            start = self.timeline.parts[part].start
            keep_out += during(self.sequences[part].keep_out, first - start, last - start)
        keep_out += during(self.captions, shown.start, shown.end)

        def cost(place: Rect[int]) -> float:
            return sum(self.ground_cost(part, place) for part in parts) / len(parts)

        return best_placement(options, preferred, keep_out, cost).position

    def held(self, one: TitlePage, timed: Sequence[tuple[TitlePage, FrameRange]]) -> list[int]:
        """The parts over which a text stays at one place: its own, and others that show the same page alike."""
        space = self.space(one.part)
        same = {
            other.part
            for other, _ in timed
            if other.title is one.title and other.page == one.page and self.space(other.part).area == space.area
        }
        return sorted({one.part, *same})

    def ground_cost(self, part: int, area: Rect[int]) -> float:
        """What text in ``area`` costs by its ground; 0 where no picture is behind it, or a plate."""
        return text_ground_cost(self.space(part), area, self.sequences[part].backdrop, self.style.min_contrast)

    def layers(
        self, one: TitlePage, shown: FrameRange, position: float, scrims: Sequence[tuple[int, Scrim]]
    ) -> tuple[TextLayer, ...]:
        parts = self.parts(shown)
        behind = together(
            [under_scrims(self.sequences[n].backdrop, (scrim for part, scrim in scrims if part == n)) for n in parts]
        )
        return title_layers(one.page, one.title.role, self.headline(one), self.place(one), shown, behind, position)

    def area(self, one: TitlePage, position: float) -> Rect[int]:
        return title_area(one.page, self.headline(one).headline, self.place(one), position)

    def notes(self, timed: Sequence[tuple[TitlePage, FrameRange]]) -> Iterator[Note]:
        """A note where a text runs on into the next item."""
        late = [one.title.text for one, shown in timed if shown.end > self.timeline.parts[one.part].end]
        if late:
            message = (
                f"“{late[0][:40]}” takes longer to read than its item is shown, so it stays over the next one. "
                "Shorten the text, or show the item for longer."
            )
            yield Note(code="text_runs_on", message=message)


def _joined(
    schedule: _Schedule, placed: Sequence[tuple[TitlePage, FrameRange, float]]
) -> list[tuple[TitlePage, FrameRange, float]]:
    """A text that stands at one place over several items in a row stays, instead of leaving and coming back."""
    joined: list[tuple[TitlePage, FrameRange, float]] = []
    for page, shown, position in placed:
        if joined:
            before, earlier, place = joined[-1]
            same = page.title is before.title and page.page == before.page and page.part > before.part
            if same and schedule.area(page, position) == schedule.area(before, place):
                joined[-1] = (before, FrameRange(start=earlier.start, end=shown.end), place)
                continue
        joined.append((page, shown, position))
    return joined


def fit_label(label: TitleRequest, headline: HeadlineSettings, area: Rect[int]) -> TextLayout:
    """An item's own text on one page. Raises ``InvalidInput`` when it does not fit ``area``."""
    page = fit(label.text, title_box(label, headline, area))
    if page is None:
        raise InvalidInput("text_too_long", f"The text of “{label.field}” does not fit beside it.", "Shorten it.")
    return with_marks(page, label)


def item_headline(space: TextSpace) -> HeadlineSettings:
    """The settings of an item's own text: the headline's, at its own size and position."""
    headline = space.headline
    return headline.model_copy(
        update={
            "size": headline.item_size,
            "min_size": min(headline.item_size, headline.min_size),
            "position": headline.item_position,
        }
    )


def _scrims(schedule: _Schedule, placed: Sequence[tuple[TitlePage, FrameRange, float]]) -> list[tuple[int, Scrim]]:
    """The scrims of each part: one behind the texts of its upper half, and one behind those of its lower half."""
    found = []
    for part in range(len(schedule.sequences)):
        space = schedule.space(part)
        if space.shade is None or space.headline.background != "auto":
            continue
        here = [
            (schedule.area(page, position), shown) for page, shown, position in placed if part in schedule.parts(shown)
        ]
        upper = [one for one in here if one[0].top + one[0].bottom < schedule.style.canvas.height]
        lower = [one for one in here if one not in upper]
        for texts in filter(None, (upper, lower)):
            if scrim := _scrim(schedule, part, space, texts):
                found.append((part, scrim))
    return found


def _scrim(
    schedule: _Schedule, part: int, space: TextSpace, texts: Sequence[tuple[Rect[int], FrameRange]]
) -> Scrim | None:
    """The scrim of a part behind ``texts``, each with its area and its frames."""
    own, window = schedule.timeline.parts[part], schedule.window(part)
    start, end = min(shown.start for _, shown in texts), max(shown.end for _, shown in texts)
    # A scrim that would come or go near a transition stays for all of the part.
    shown = FrameRange(start=own.start if start <= window.start else start, end=own.end if end >= window.end else end)
    behind, areas = schedule.sequences[part].backdrop, [area for area, _ in texts]
    style, tone = schedule.style, _tone(space)
    # Texts over several items have one colour.
    alone = len(schedule.sequences) == 1
    return plan_scrim(areas, space.headline.colour, behind, tone, style.min_contrast, shown, style.canvas, alone)


def text_ground_cost(space: TextSpace, area: Rect[int], behind: Backdrops, min_contrast: float) -> float:
    """What a title of ``space`` in ``area`` costs by its ground; 0 where no picture is behind it, or a plate."""
    if space.shade is None or space.headline.background in BOXED:
        return 0.0
    return ground_cost(area, space.headline.colour, behind, _tone(space), min_contrast)


def _tone(space: TextSpace) -> Colour:
    return scrim_tone(space.headline.colour, space.headline.box.colour, space.shade)


def _with_scrims(scene: Scene, timeline: Timeline, scrims: Sequence[tuple[int, Scrim]]) -> Scene:
    layers = list(scene.layers)
    for part, scrim in scrims:
        own = timeline.parts[part]
        inside = own.start <= scene.start and scene.end <= own.end
        if inside and scrim.shown.start < scene.end and scrim.shown.end > scene.start:
            layers.append(scrim.layer(scene.start, scene.frames))
    return scene.model_copy(update={"layers": tuple(layers)})


def _shares(window: FrameRange, needed: Sequence[int]) -> list[FrameRange]:
    """``window`` divided in proportion to the frames that each text needs."""
    total, passed, edges = sum(needed), 0, [window.start]
    for need in needed:
        passed += need
        edges.append(window.start + window.frames * passed // total)
    return [FrameRange(start=a, end=b) for a, b in itertools.pairwise(edges)]


def _read(share: FrameRange, needed: int, number: int, closing: bool) -> FrameRange:
    """The part of a share in which a text is read: from its start, or up to its end for the ``closing`` one."""
    frames = min(share.frames, round(needed * READ_FACTOR))
    if closing and number:
        return FrameRange(start=share.end - frames, end=share.end)
    return FrameRange(start=share.start, end=share.start + frames)
