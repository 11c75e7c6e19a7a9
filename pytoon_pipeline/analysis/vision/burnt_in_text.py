"""Text that is part of the picture: titles, subtitles, captions of the source.

A classical detector: connected regions of one tone that differ from their surroundings and stand in a row like letters
(compare Epshtein, Ofek and Wexler, "Detecting text in natural scenes with stroke width transform", 2010). What is found
at one place in several samples is text; what appears once is texture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.vision.small_frames import Image
from pytoon_pipeline.contracts.analysis import BurntInText
from pytoon_pipeline.contracts.geometry import Box

# Footage is searched once per so many seconds.
INTERVAL = 0.8
# A letter differs from its surroundings by so many levels of 255, and has a standard deviation of at most so many.
MIN_DIFFERENCE, MAX_DEVIATION = 38, 34.0
# The surroundings reach so far, as a share of the picture's height.
SURROUNDINGS = 0.12
# Heights of letters, as shares of the picture's height; their widths, and the shares of their boxes that they fill.
HEIGHTS, MAX_WIDTH, FILL = (0.02, 0.3), 2.2, (0.15, 1.0)
# Letters of a line: their number, gaps, differences in height, and the spread of their lower edges, in heights.
MIN_LETTERS, MAX_GAP, MAX_RATIO, MAX_SPREAD = 5, 0.9, 2.1, 0.14
# The height of a line, and the usual width of its letters, in usual heights: rows of other things are uneven or wide.
MAX_LINE, USUAL_WIDTH = 1.7, 0.95
# Difference between the tones of letters in one line, as a standard deviation in levels.
MAX_TONE_SPREAD = 16.0
# Strokes of a line: their width in heights of letters, and its spread as a share of its mean.
STROKE, MAX_STROKE_SPREAD = (0.06, 0.5), 0.3
# Between parts of one line may be so many heights.
MAX_MISSED = 3.0
# Lines found at different times are one when they share this part of their union.
SAME_LINE = 0.6


@dataclass
class Letter:
    """A region that may be a letter: its box in pixels, its mean tone, and the width of its thickest stroke."""

    left: int
    top: int
    width: int
    height: int
    tone: float
    stroke: float

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height


class TextDetector:
    """Finds lines of text in samples. ``still``: there is only one sample, so a line need not be seen again."""

    def __init__(self, still: bool) -> None:
        self._still, self._next = still, 0.0
        self._open: list[BurntInText] = []
        self._closed: list[BurntInText] = []

    def observe(self, time: float, image: Image) -> None:
        """Searches ``image``, BGR, of shape (height, width, 3), when it is time."""
        if time < self._next - 1e-6:
            return
        self._next = time + INTERVAL
        found = text_lines(image)
        still_open = []
        for line in self._open:
            again = [box for box in found if _overlap(line.box, box) >= SAME_LINE]
            if again:
                found = [box for box in found if box not in again]
                still_open.append(line.model_copy(update={"end": time, "box": _union([line.box, *again])}))
            else:
                self._closed.append(line)
        self._open = still_open + [BurntInText(start=time, end=time, box=box) for box in found]

    def texts(self) -> tuple[BurntInText, ...]:
        """The lines that stay, in order of time."""
        lines = [line for line in (*self._closed, *self._open) if self._still or line.end > line.start]
        return tuple(sorted(lines, key=lambda line: (line.start, line.box.y, line.box.x)))


def text_lines(image: Image) -> list[Box]:
    """The boxes of lines of text in one picture."""
    import cv2

    height, width = image.shape[:2]
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    side = 2 * round(SURROUNDINGS * height) + 1
    difference = grey.astype(np.int16) - cv2.blur(grey, (side, side))
    boxes = []
    for mask in (difference > MIN_DIFFERENCE, difference < -MIN_DIFFERENCE):
        for line in _lines(_letters(mask.astype(np.uint8), np.asarray(grey, np.uint8))):
            left, top = min(one.left for one in line), min(one.top for one in line)
            right, bottom = max(one.right for one in line), max(one.bottom for one in line)
            boxes.append(
                Box(
                    round(left / width, 4), round(top / height, 4),
                    round((right - left) / width, 4), round((bottom - top) / height, 4),
                )
            )  # fmt: skip
    return _whole_lines(boxes, width / height)


def _whole_lines(boxes: Sequence[Box], aspect: float) -> list[Box]:
    """``boxes`` with parts of one line joined: letters between them may have been missed."""
    lines: list[Box] = []
    for box in sorted(boxes, key=lambda one: one.x):
        for n, line in enumerate(lines):
            low = min(line.height, box.height)
            shared = min(line.y + line.height, box.y + box.height) - max(line.y, box.y)
            gap = (box.x - line.x - line.width) * aspect
            if shared >= 0.6 * low and gap <= MAX_MISSED * low:
                lines[n] = _union([line, box])
                break
        else:
            lines.append(box)
    return lines


def _letters(mask: NDArray[np.uint8], grey: Image) -> Iterator[Letter]:
    import cv2

    height = mask.shape[0]
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for label, (left, top, w, h, area) in enumerate(stats.tolist()):
        if label == 0 or not HEIGHTS[0] * height <= h <= HEIGHTS[1] * height or w > MAX_WIDTH * h:
            continue
        if not FILL[0] <= area / (w * h) <= FILL[1]:
            continue
        region = np.s_[top : top + h, left : left + w]
        inside = labels[region] == label
        tones, stroke = grey[region][inside], 2 * float(depth[region][inside].max())
        if tones.std() <= MAX_DEVIATION and STROKE[0] * h <= stroke <= max(3.0, STROKE[1] * h):
            yield Letter(left, top, w, h, float(tones.mean()), stroke)


def _lines(letters: Iterator[Letter]) -> Iterator[Sequence[Letter]]:
    """Groups of letters that stand side by side on one line and have one tone."""
    rows: list[list[Letter]] = []
    for letter in sorted(letters, key=lambda one: (one.left, one.top)):
        fitting = [row for row in rows if _follows(row, letter)]
        if fitting:
            max(fitting, key=lambda row: row[-1].right).append(letter)
        else:
            rows.append([letter])
    for row in rows:
        size = float(np.median([one.height for one in row]))
        bottoms = [one.bottom for one in row]
        off_line = float(np.median(np.abs(np.array(bottoms) - np.median(bottoms))))
        tones = float(np.std([one.tone for one in row]))
        tall = max(bottoms) - min(one.top for one in row)
        wide = float(np.median([one.width for one in row]))
        if len(row) < MIN_LETTERS or tall > MAX_LINE * size or wide > USUAL_WIDTH * size:
            continue
        strokes = np.array([one.stroke for one in row])
        even = strokes.std() <= max(0.6, MAX_STROKE_SPREAD * strokes.mean())
        if even and off_line <= MAX_SPREAD * size and tones <= MAX_TONE_SPREAD:
            yield row


def _follows(row: Sequence[Letter], letter: Letter) -> bool:
    last = row[-1]
    low, high = sorted((last.height, letter.height))
    shared = min(last.bottom, letter.bottom) - max(last.top, letter.top)
    gap = letter.left - last.right
    return -0.3 * high <= gap <= MAX_GAP * high and high <= MAX_RATIO * low and shared >= 0.6 * low


def _overlap(one: Box, other: Box) -> float:
    shared = one.share_inside(other) * one.area
    return shared / (one.area + other.area - shared)


def _union(boxes: Sequence[Box]) -> Box:
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.x + box.width for box in boxes), max(box.y + box.height for box in boxes)
    return Box(round(left, 4), round(top, 4), round(right - left, 4), round(bottom - top, 4))
