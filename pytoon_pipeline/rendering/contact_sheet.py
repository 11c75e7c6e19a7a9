"""Contact sheets: small copies of some pictures of a segment, kept so that they can be compared with the plan.

Which pictures are kept follows from the plan alone: one for each caption, text, overlay and scene that the segment
shows, taken where it is fully visible. They are copied from what goes to the encoder.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.vision.sampling import SAMPLES_A_SECOND
from pytoon_pipeline.contracts.spec.evaluate import transform_at
from pytoon_pipeline.contracts.spec.layers import Layer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Segment
from pytoon_pipeline.media.colour import to_rgb
from pytoon_pipeline.media.frames import Plane

# Height of a small picture in pixels: captions of 88 px on 1920 are 18 px high.
HEIGHT = 384
JPEG_QUALITY = 90
# An element that a segment shows for fewer frames is looked at in the neighbouring segment.
MIN_FRAMES = 3
# A picture counts for an element when it is this close to the element's highest opacity in the segment.
OPACITY_SHARE = 0.95

# BGR, shape (height, width, 3).
BgrImage = NDArray[np.uint8]


def sheet_frames(spec: RenderSpec, segment: Segment) -> tuple[int, ...]:
    """Frames of the video that the contact sheet of ``segment`` holds, in order; of a transition, its middle."""
    middle = segment.start + segment.frames // 2
    if segment.kind == "seam":
        return (middle,)
    chosen: set[int] = set()
    for preferred in _elements(spec, segment):
        if not chosen.intersection(preferred):
            chosen.add(preferred[0])
    # A segment of a few frames shows nothing long enough; its sheet has a picture all the same.
    return tuple(sorted(chosen)) or (middle,)


def all_sheet_frames(spec: RenderSpec) -> frozenset[int]:
    """Frames of the video that the contact sheets of its segments hold."""
    return frozenset(frame for segment in spec.segments for frame in sheet_frames(spec, segment))


def _elements(spec: RenderSpec, segment: Segment) -> Iterator[list[int]]:
    """For each element that the segment shows: the frames that show it well, the best first. Short elements first."""
    spans = [_overlap(cue.start, cue.end, segment) for cue in spec.captions.cues]
    spans += [_visible(layer, 0, spec.frames, segment) for layer in spec.overlays]
    for scene in spec.scenes:
        spans.append(_overlap(scene.start, scene.end, segment))
        others = (layer for layer in scene.layers if not isinstance(layer, VideoLayer))
        spans += [_visible(layer, scene.start, scene.end, segment) for layer in others]
    skipped = _between_samples(spec, segment)
    for span in sorted(spans, key=len):
        if len(span) >= MIN_FRAMES:
            # Of footage, the moments that analysis has kept can be compared best; then what is far from both ends.
            best = [frame for frame in span if frame not in skipped] or span
            middle = (span[0] + span[-1]) / 2
            yield sorted(best, key=lambda n: abs(n - middle))


def _overlap(start: int, end: int, segment: Segment) -> Sequence[int]:
    return range(max(start, segment.start), min(end, segment.start + segment.frames))


def _visible(layer: Layer, begin: int, end: int, segment: Segment) -> Sequence[int]:
    """Frames of the segment at which a layer, counted from frame ``begin`` of the video, is as opaque as it gets."""
    own = begin + layer.start
    last = end if layer.frames is None else min(end, own + layer.frames)
    opacity = {frame: transform_at(layer.transform, frame - begin).opacity for frame in _overlap(own, last, segment)}
    best = max(opacity.values(), default=0.0)
    return [frame for frame, value in opacity.items() if value >= OPACITY_SHARE * best]


def _between_samples(spec: RenderSpec, segment: Segment) -> set[int]:
    """Frames of the segment that show footage of which analysis keeps no picture: it keeps the first at or after each
    fifth of a second.
    """
    step = SAMPLES_A_SECOND / float(spec.rate.fraction)
    return {
        frame
        for scene in spec.scenes
        for layer in scene.layers
        if isinstance(layer, VideoLayer)
        for frame in _overlap(scene.start, scene.end, segment)
        if ((layer.source_start + frame - scene.start - layer.start) * step + 1e-6) % 1 >= step - 1e-6
    }


class ContactSheet:
    """Collects the pictures of the ``wanted`` frames of a segment as they come by."""

    def __init__(self, wanted: Iterable[int]) -> None:
        self._wanted = frozenset(wanted)
        self._pictures: list[BgrImage] = []

    def add(self, frame: int, y: Plane, u: Plane, v: Plane) -> None:
        """Planes of 4:2:0, 8 bits, BT.709 limited range."""
        if frame in self._wanted:
            self._pictures.append(downscale(y, u, v))

    def save(self, path: Path) -> None:
        """Writes the pictures one below the other as a JPEG."""
        import cv2

        _, coded = cv2.imencode(".jpg", np.vstack(self._pictures), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        path.write_bytes(bytes(coded))


def downscale(y: Plane, u: Plane, v: Plane) -> BgrImage:
    """A picture of ``HEIGHT`` rows."""
    import cv2

    size = (max(1, round(HEIGHT * y.shape[1] / y.shape[0])), HEIGHT)
    planes: list[Any] = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (y, u, v)]
    return np.clip(np.round(to_rgb(*planes)[:, :, ::-1]), 0, 255).astype(np.uint8)


def load(path: Path) -> list[BgrImage]:
    """The pictures that ``save`` wrote, in order."""
    import cv2

    sheet = np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8)
    return [sheet[top : top + HEIGHT] for top in range(0, len(sheet), HEIGHT)]


def read(spec: RenderSpec, sheets: Sequence[Path]) -> dict[int, BgrImage]:
    """The pictures of the sheets of all segments, by frame of the video."""
    found: dict[int, BgrImage] = {}
    for segment, path in zip(spec.segments, sheets, strict=True):
        found |= zip(sheet_frames(spec, segment), load(path), strict=False)
    return found
