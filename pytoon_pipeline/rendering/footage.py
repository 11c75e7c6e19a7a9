"""The footage of one segment: layers that show the same frames of an item share them, decoded once."""

from collections.abc import Mapping
from typing import NamedTuple

from pytoon_pipeline.contracts.colour import ColourCorrection
from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.source_reader import SourceReader, SourceReaders
from pytoon_pipeline.rendering.segment_plan import LayerSlice, Source
from pytoon_pipeline.rendering.yuva import FootageImage


class Timing(NamedTuple):
    """Which frames of an item are shown: at frame n of the segment, frame ``offset`` + n, in corrected colours."""

    item: str
    offset: int
    colour: ColourCorrection | None


class Footage:
    """Reads the video layers of a segment. Close it after use: readers go back to ``readers``."""

    def __init__(self, sources: Mapping[str, Source], rate: FrameRate, readers: SourceReaders) -> None:
        self._sources, self._rate, self._readers = sources, rate, readers
        self._open: dict[Timing, SourceReader] = {}
        self._shown: dict[Timing, tuple[int, FootageImage]] = {}
        self._last: dict[Timing, int] = {}

    def add(self, layer_slice: LayerSlice, layer: VideoLayer, start: int) -> Timing:
        """Announces a layer that is shown from frame ``start`` of the segment on."""
        timing = Timing(layer.item, layer_slice.source_start - start, layer.colour)
        end = start + len(layer_slice.transforms)
        self._last[timing] = max(self._last.get(timing, 0), end - 1)
        return timing

    def at(self, timing: Timing, frame: int) -> FootageImage:
        """The image of a layer at a frame of the segment: the same object while the same source frame is shown."""
        shown = self._shown.get(timing)
        if shown is None or shown[0] != frame:
            self._shown[timing] = shown = frame, self._read(timing, frame, shown)
            if frame == self._last[timing]:
                self._readers.give_back(self._open.pop(timing))
        return shown[1]

    def close(self) -> None:
        """Gives back all readers."""
        while self._open:
            self._readers.give_back(self._open.popitem()[1])

    def _read(self, timing: Timing, frame: int, before: tuple[int, FootageImage] | None) -> FootageImage:
        tick = timing.offset + frame
        if timing not in self._open:
            source = self._sources[timing.item]
            assert source.info.video is not None
            self._open[timing] = self._readers.take(source.path, source.info.video, tick, self._rate)
        image = self._open[timing].at(tick, self._rate)
        return (
            before[1]
            if before is not None and before[1].frame is image
            else FootageImage(image, timing.colour, self._sources[timing.item].lut)
        )
