"""Places the captions of a video: on a panel of their own, else inside the safe zone, away from faces and titles."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.spec.render_spec import Cue
from pytoon_pipeline.planning.captions.layout import extent, moved_down, place_words
from pytoon_pipeline.planning.captions.panels import panel_scale
from pytoon_pipeline.planning.keep_out import FACE, TEXT, KeepOutArea
from pytoon_pipeline.planning.sequences import CaptionPanel

# Places that a caption may move to, as distances from its own in shares of the height, nearest first.
MOVES = (0.0, 0.05, 0.1, -0.06, 0.15, -0.12, 0.2, -0.2, -0.3, -0.4, -0.5)
# Space between a caption and a face or a title in pixels.
MARGIN = 12
# A caption that shares more than this part of its area with a text cannot be read beside it.
MAX_COVERED = 0.04
# How many times as much a pixel of a title counts as one of a face.
TEXT_ON_TEXT = 10
# Captions this near to each other in time, in frames, share one place: they would jump to and fro.
RUN_GAP = 30


def place_captions(
    cues: Sequence[Cue],
    style: CaptionStyle,
    canvas: Canvas,
    safe_area: Rect[int],
    keep_out: Sequence[KeepOutArea],
    panels: Sequence[CaptionPanel] = (),
) -> tuple[Cue, ...]:
    """``cues`` with places for their words: in the middle of the panel of their time, else at the style's position.

    Neighbours that must avoid a face or a title move together, as long as one place serves them all.
    """
    placed: list[Cue] = []
    for panel, group in groupby(cues, key=lambda cue: _panel(cue, panels)):
        if panel is not None:
            placed += [_on_panel(cue, style, canvas, safe_area, panel) for cue in group]
            continue
        for run in _runs(list(group), keep_out):
            placed += _placed(run, style, canvas, safe_area, keep_out)
    return tuple(placed)


def caption_zone(
    cue: Cue, style: CaptionStyle, canvas: Canvas, safe_area: Rect[int], panels: Sequence[CaptionPanel]
) -> KeepOutArea:
    """Where titles leave space for a caption that has no place yet: its panel, or the safe zone from its usual place
    down, so that it need not move while a title is there.
    """
    home = min(round(style.position * canvas.height), safe_area.bottom)
    usual = replace(extent(place_words(cue, style, home, canvas.width), style), bottom=safe_area.bottom)
    area = _panel(cue, panels) or usual
    area = replace(area, top=area.top - 2 * MARGIN)
    return KeepOutArea(cue.start, cue.end, area, TEXT)


def covers_text(cue: Cue, style: CaptionStyle, keep_out: Sequence[KeepOutArea]) -> bool:
    """Whether a caption in its place covers a text that is seen at the same time."""
    area = extent(cue, style)
    texts = (one for one in keep_out if one.weight >= TEXT and one.start < cue.end and cue.start < one.end)
    return any(area.intersection(one.area).area > MAX_COVERED * area.area for one in texts)


def _panel(cue: Cue, panels: Sequence[CaptionPanel]) -> Rect[int] | None:
    middle = (cue.start + cue.end) // 2
    return next((one.area for one in panels if one.start <= middle < one.end), None)


def _on_panel(cue: Cue, style: CaptionStyle, canvas: Canvas, safe_area: Rect[int], panel: Rect[int]) -> Cue:
    visible = panel.intersection(Rect(0, safe_area.top, canvas.width, safe_area.bottom))
    scale = panel_scale(style, visible)
    laid_out = place_words(cue, style, 0, canvas.width, scale)
    area = extent(laid_out, style)
    return moved_down(laid_out, (visible.top + visible.bottom - area.top - area.bottom) / 2)


def _placed(
    run: Sequence[Cue],
    style: CaptionStyle,
    canvas: Canvas,
    safe_area: Rect[int],
    keep_out: Sequence[KeepOutArea],
) -> list[Cue]:
    """A run at the nearest place where it covers nothing; in two parts where there is no such place."""
    avoided = [one for one in keep_out if one.weight >= FACE and one.start < run[-1].end and run[0].start < one.end]
    home = style.position * canvas.height
    candidates = (min(home + move * canvas.height, safe_area.bottom) for move in MOVES)
    laid_out = [place_words(cue, style, 0, canvas.width) for cue in run]
    options = [[moved_down(cue, bottom) for cue in laid_out] for bottom in dict.fromkeys(candidates)]
    overlaps = [_overlap(option, style, avoided, safe_area) for option in options]
    if min(overlaps) > 0 and len(run) > 1:
        middle = len(run) // 2
        parts = (run[:middle], run[middle:])
        return [cue for part in parts for cue in _placed(part, style, canvas, safe_area, keep_out)]
    return options[overlaps.index(min(overlaps))]


def _runs(cues: Sequence[Cue], keep_out: Sequence[KeepOutArea]) -> list[list[Cue]]:
    """Captions that follow each other without a pause, under the same titles."""
    runs: list[list[Cue]] = []
    before: list[KeepOutArea] = []
    for cue in cues:
        titles = [one for one in keep_out if one.weight >= TEXT and one.start < cue.end and cue.start < one.end]
        if not runs or cue.start - runs[-1][-1].end > RUN_GAP or titles != before:
            runs.append([])
        runs[-1].append(cue)
        before = titles
    return runs


def _overlap(cues: Sequence[Cue], style: CaptionStyle, avoided: Sequence[KeepOutArea], safe_area: Rect[int]) -> float:
    """The area of faces and titles below captions, and of captions outside the safe zone, in pixels. Text over text
    counts more than text over a face: neither can be read.
    """
    total = 0.0
    for cue in cues:
        area = extent(cue, style)
        total += max(0, safe_area.top - area.top) * (area.right - area.left)
        total += sum(_shared(area, one.area) * (TEXT_ON_TEXT if one.weight >= TEXT else 1) for one in avoided)
    return total


def _shared(a: Rect[int], b: Rect[int]) -> int:
    width = min(a.right, b.right + MARGIN) - max(a.left, b.left - MARGIN)
    height = min(a.bottom, b.bottom + MARGIN) - max(a.top, b.top - MARGIN)
    return max(0, width) * max(0, height)
