"""Places the captions of a video: inside the safe zone, and away from faces and titles."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.spec.render_spec import Cue
from pytoon_pipeline.planning.captions.layout import extent, place_words
from pytoon_pipeline.planning.keep_out import FACE, TEXT, KeepOutArea

# Places that a caption may move to, as distances from its own in shares of the height, nearest first.
MOVES = (0.0, 0.05, 0.1, -0.06, 0.15, -0.12, 0.2, -0.2, -0.3, -0.4, -0.5)
# Space between a caption and a face or a title in pixels.
MARGIN = 12
# Captions this near to each other in time, in frames, share one place: they would jump to and fro.
RUN_GAP = 30


def place_captions(
    cues: Sequence[Cue],
    style: CaptionStyle,
    canvas: Canvas,
    safe_area: Rect[int],
    keep_out: Sequence[KeepOutArea],
) -> tuple[Cue, ...]:
    """``cues`` with places for their words. Neighbours that must avoid a face or a title move together."""
    home = style.position * canvas.height
    placed: list[Cue] = []
    for run in _runs(cues, keep_out):
        avoided = [
            one.area for one in keep_out if one.weight >= FACE and one.start < run[-1].end and run[0].start < one.end
        ]
        candidates = (min(home + move * canvas.height, safe_area.bottom) for move in MOVES)
        options = [
            [place_words(cue, style, bottom, canvas.width) for cue in run] for bottom in dict.fromkeys(candidates)
        ]
        overlaps = [_overlap(option, style, avoided, safe_area) for option in options]
        placed += options[overlaps.index(min(overlaps))]
    return tuple(placed)


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


def _overlap(cues: Sequence[Cue], style: CaptionStyle, avoided: Sequence[Rect[int]], safe_area: Rect[int]) -> float:
    """The area of faces and titles below captions, and of captions outside the safe zone, in pixels."""
    total = 0.0
    for cue in cues:
        area = extent(cue, style)
        total += max(0, safe_area.top - area.top) * (area.right - area.left)
        total += sum(_shared(area, one) for one in avoided)
    return total


def _shared(a: Rect[int], b: Rect[int]) -> int:
    width = min(a.right, b.right + MARGIN) - max(a.left, b.left - MARGIN)
    height = min(a.bottom, b.bottom + MARGIN) - max(a.top, b.top - MARGIN)
    return max(0, width) * max(0, height)
