"""Contact sheets: small copies of some frames of a segment, for comparing the video with the plan.

The plan alone determines which frames: one for each caption, text, overlay and scene of the segment, where it is fully
visible. The copies are taken from what the encoder receives.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.vision.small_frames import SAMPLES_PER_SECOND
from pytoon_pipeline.contracts.spec.evaluate import transform_at
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Segment
from pytoon_pipeline.contracts.spec.text_animation import AT_REST, phase_at
from pytoon_pipeline.media.colour import to_rgb
from pytoon_pipeline.media.frames import Plane

# Height of a copy in pixels: captions of 88 px on 1920 are 18 px high.
HEIGHT = 384
JPEG_QUALITY = 90
# An element with fewer frames in this segment is checked in the neighbouring one.
MIN_FRAMES = 3
# A frame represents an element when the opacity is at least this share of the highest one in the segment.
OPACITY_SHARE = 0.95

# BGR, shape (height, width, 3).
BgrImage = NDArray[np.uint8]


def sheet_frames(spec: RenderSpec, segment: Segment) -> tuple[int, ...]:
    """Frames of the video on the contact sheet of ``segment``, in order; of a transition, the one in the middle."""
    middle = segment.start + segment.frames // 2
    if segment.kind == "seam":
        return (middle,)
    chosen: set[int] = set()
    for preferred in _elements(spec, segment):
        if not chosen.intersection(preferred):
            chosen.add(preferred[0])
    # In a segment of a few frames no element is long enough; its sheet still has one frame.
    return tuple(sorted(chosen)) or (middle,)


def all_sheet_frames(spec: RenderSpec) -> frozenset[int]:
    """Frames of the video on the contact sheets of all its segments."""
    return frozenset(frame for segment in spec.segments for frame in sheet_frames(spec, segment))


def _elements(spec: RenderSpec, segment: Segment) -> Iterator[list[int]]:
    """For each element of the segment, shortest first: the frames that show it well, best first."""
    spans = [_overlap(cue.start, cue.end, segment) for cue in spec.captions.cues]
    spans += [_visible(layer, 0, spec.frames, segment) for layer in spec.overlays]
    for scene in spec.scenes:
        spans.append(_overlap(scene.start, scene.end, segment))
        others = (layer for layer in scene.layers if not isinstance(layer, VideoLayer))
        spans += [_visible(layer, scene.start, scene.end, segment) for layer in others]
    skipped = _between_samples(spec, segment)
    for span in sorted(spans, key=len):
        if len(span) >= MIN_FRAMES:
            # Best are frames of footage that analysis has sampled, then those far from both ends.
            best = [frame for frame in span if frame not in skipped] or span
            middle = (span[0] + span[-1]) / 2
            yield sorted(best, key=lambda n: abs(n - middle))


def _overlap(start: int, end: int, segment: Segment) -> Sequence[int]:
    return range(max(start, segment.start), min(end, segment.start + segment.frames))


def _visible(layer: Layer, parent_start: int, end: int, segment: Segment) -> Sequence[int]:
    """Frames of the segment at which a layer is most opaque, and a text at rest where it is at all.

    Its frames count from frame ``parent_start``.
    """
    own = parent_start + layer.start
    last = end if layer.frames is None else min(end, own + layer.frames)
    opacity = {
        frame: transform_at(layer.transform, frame - parent_start).opacity for frame in _overlap(own, last, segment)
    }
    best = max(opacity.values(), default=0.0)
    visible = [frame for frame, value in opacity.items() if value >= OPACITY_SHARE * best]
    if not isinstance(layer, TextLayer):
        return visible
    return [one for one in visible if phase_at(layer.animation, one - own, layer.frames) == AT_REST] or visible


def _between_samples(spec: RenderSpec, segment: Segment) -> set[int]:
    """Frames of the segment whose footage analysis has not sampled.

    Analysis samples the first frame at or after each fifth of a second.
    """
    step = SAMPLES_PER_SECOND / float(spec.rate.fraction)
    return {
        frame
        for scene in spec.scenes
        for layer in scene.layers
        if isinstance(layer, VideoLayer)
        for frame in _overlap(scene.start, scene.end, segment)
        if ((layer.source_start + frame - scene.start - layer.start) * step + 1e-6) % 1 >= step - 1e-6
    }


class ContactSheet:
    """Collects small copies of the given ``frames`` while a segment is rendered."""

    def __init__(self, frames: Iterable[int]) -> None:
        self._frames = frozenset(frames)
        self._images: list[BgrImage] = []

    def add(self, frame: int, y: Plane, u: Plane, v: Plane) -> None:
        """Adds a rendered frame: planes of 4:2:0, 8 bits, BT.709 limited range. Frames must come in order."""
        if frame in self._frames:
            self._images.append(downscale(y, u, v))

    def save(self, path: Path) -> None:
        """Writes the copies, stacked vertically, as a JPEG."""
        import cv2

        _, coded = cv2.imencode(".jpg", np.vstack(self._images), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        path.write_bytes(bytes(coded))


def downscale(y: Plane, u: Plane, v: Plane) -> BgrImage:
    """A copy of ``HEIGHT`` rows."""
    import cv2

    size = (max(1, round(HEIGHT * y.shape[1] / y.shape[0])), HEIGHT)
    planes: list[Any] = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (y, u, v)]
    return np.clip(np.round(to_rgb(*planes)[:, :, ::-1]), 0, 255).astype(np.uint8)


def load(path: Path) -> list[BgrImage]:
    """The images that ``save`` wrote, in order."""
    import cv2

    sheet = np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), np.uint8)
    return [sheet[top : top + HEIGHT] for top in range(0, len(sheet), HEIGHT)]


def read(spec: RenderSpec, sheets: Sequence[Path]) -> dict[int, BgrImage]:
    """The images on the contact sheets of all segments, by frame of the video."""
    images: dict[int, BgrImage] = {}
    for segment, path in zip(spec.segments, sheets, strict=True):
        images |= zip(sheet_frames(spec, segment), load(path), strict=False)
    return images
