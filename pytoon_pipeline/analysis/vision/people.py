"""People, also from behind, in profile or small: by mediapipe's pose detector (BlazePose), whose model is in the wheel.

The model sees 224 × 224 pixels. People who are small in a landscape picture are found in square tiles of it. In footage
it looks at one tile per sample, in turns, so that the cost does not depend on the number of tiles. While somebody is in
view, it looks at a tile in which they were found, and at the next one in turn every second time.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from pytoon_pipeline.analysis.vision.native_log import silenced_stderr
from pytoon_pipeline.analysis.vision.small_frames import Image
from pytoon_pipeline.contracts.analysis import Person
from pytoon_pipeline.contracts.geometry import WHOLE, Box

MIN_SCORE = 0.52
# In a picture, no other sample confirms a person.
MIN_STILL_SCORE = 0.6
# The axis from the hips to the top of the head leans at most so far; this is the cosine. Others are false alarms.
MIN_UPRIGHT = 0.87
# Where a face's centre lies on that axis, the face's size, and the body's half width, as shares of its length.
# Measured with photographs in which both detectors find the same person.
FACE_HEIGHT, FACE_SIZE, HALF_WIDTH = 0.82, 0.26, 0.28
# A picture that is wider or taller than this by its other side is looked at in tiles.
TILED_ASPECT = 1.3
# Somebody who was found this many samples ago is looked for again.
RECENT_SAMPLES = 16
# Heads that are nearer than half a body in width and this share of its height are those of one person.
SAME_PERSON = 0.5
GRAPH = """
input_stream: "image"
output_stream: "detections"
node {
  calculator: "PoseDetectionCpu"
  input_stream: "IMAGE:image"
  output_stream: "DETECTIONS:detections"
}
"""


class PeopleDetector:
    """Finds people in samples. ``all_tiles`` looks at every tile of a sample, else at one in turns."""

    def __init__(self, graph: Any, all_tiles: bool) -> None:
        self.people: list[Person] = []
        self._graph, self._all_tiles = graph, all_tiles
        self._samples = self._explored = 0
        # By tile: the last samples in which it was looked at, and in which somebody was found there.
        self._looked: dict[int, int] = {}
        self._found: dict[int, int] = {}

    def observe(self, time: float, image: Image) -> None:
        """Adds the people in ``image``, BGR, of shape (height, width, 3)."""
        areas = tiles(image.shape[1] / image.shape[0])
        found = []
        for number in range(len(areas)) if self._all_tiles else self._next_tiles(len(areas)):
            people = list(self._in_tile(time, image, areas[number]))
            found += people
            self._looked[number] = self._samples
            if people:
                self._found[number] = self._samples
        self._samples += 1
        kept: list[Person] = []
        min_score = MIN_STILL_SCORE if self._all_tiles else MIN_SCORE
        for person in sorted(found, key=lambda one: -one.score):
            if person.score >= min_score and not any(_same(person, other) for other in kept):
                kept.append(person)
        self.people += kept

    def _next_tiles(self, count: int) -> set[int]:
        recent = [n for n, sample in self._found.items() if self._samples - sample <= RECENT_SAMPLES]
        tiles = {min(recent, key=lambda n: self._looked[n])} if recent else set()
        if not recent or self._samples % 2:
            tiles.add(self._explored % count)
            self._explored += 1
        return tiles

    def _in_tile(self, time: float, image: Image, area: Box) -> Iterator[Person]:
        height, width = image.shape[:2]
        left, top = round(area.x * width), round(area.y * height)
        right, bottom = round((area.x + area.width) * width), round((area.y + area.height) * height)
        tile = np.ascontiguousarray(image[top:bottom, left:right, ::-1])
        for detection in self._graph.process({"image": tile}).detections or []:
            points = detection.location_data.relative_keypoints
            hips, crown = (
                (left + point.x * (right - left), top + point.y * (bottom - top)) for point in (points[0], points[1])
            )
            person = _person(time, hips, crown, detection.score[0], (width, height))
            if person is not None:
                yield person


def tiles(aspect: float) -> list[Box]:
    """The parts of a picture of ``aspect`` that are searched: all of it, and squares when it is far from square."""
    if 1 / TILED_ASPECT <= aspect <= TILED_ASPECT:
        return [WHOLE]
    if aspect < 1:
        return [WHOLE, *(Box(0, y, 1, aspect) for y in (0, 1 - aspect))]
    side = 1 / aspect
    return [WHOLE, *(Box(x, 0, side, 1) for x in (0, (1 - side) / 2, 1 - side))]


@contextmanager
def people_detector(still: bool) -> Iterator[PeopleDetector]:
    """A detector for a picture, or for footage."""
    from mediapipe.python.solution_base import SolutionBase

    with silenced_stderr():
        graph = SolutionBase(graph_config=GRAPH)
        graph.process({"image": np.zeros((224, 224, 3), np.uint8)})
    with graph:
        yield PeopleDetector(graph, all_tiles=still)


def _person(
    time: float, hips: Sequence[float], crown: Sequence[float], score: float, size: tuple[int, int]
) -> Person | None:
    """A person from two points in pixels; none when the axis between them does not stand upright."""
    across, down = crown[0] - hips[0], crown[1] - hips[1]
    length = float(np.hypot(across, down))
    if length == 0 or -down / length < MIN_UPRIGHT:
        return None
    x, y = hips[0] + FACE_HEIGHT * across, hips[1] + FACE_HEIGHT * down
    half = FACE_SIZE * length / 2
    body_half = HALF_WIDTH * length
    left, right = min(x, hips[0]) - body_half, max(x, hips[0]) + body_half
    return Person(
        time=time,
        head=_box(x - half, y - half, 2 * half, 2 * half, size),
        body=_box(left, crown[1], right - left, hips[1] - crown[1], size),
        score=round(float(score), 3),
    )


def _same(one: Person, other: Person) -> bool:
    (ax, ay), (bx, by) = one.head.centre, other.head.centre
    across, down = max(one.body.width, other.body.width), max(one.body.height, other.body.height)
    return abs(ax - bx) < across / 2 and abs(ay - by) < SAME_PERSON * down


def _box(x: float, y: float, width: float, height: float, size: tuple[int, int]) -> Box:
    return Box(round(x / size[0], 4), round(y / size[1], 4), round(width / size[0], 4), round(height / size[1], 4))
