"""Images of the source files, as sampled by analysis, for comparison with finished frames."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pytoon_pipeline.analysis.vision.sampling import Samples, read_shown
from pytoon_pipeline.analysis.vision.small_frames import SAMPLE_SIDE, Image
from pytoon_pipeline.quality.tiles import Tile


@dataclass(frozen=True)
class Reference:
    """One source. ``cutout`` is the file of a still image with transparency, which samples do not keep."""

    samples: Samples
    cutout: Path | None = None


@dataclass
class References:
    """Source images by item. ``fetch`` reads everything that a check needs at once."""

    sources: Mapping[str, Reference]
    _stills: dict[str, Tile] = field(default_factory=dict)
    _moments: dict[tuple[str, float], tuple[Image, bool]] = field(default_factory=dict)

    def fetch(self, times_by_item: Mapping[str, set[float]]) -> None:
        """Reads the samples that items show at the given times, in seconds of each item."""
        for item, times in times_by_item.items():
            if item in self.sources:
                for time, sample in read_shown(self.sources[item].samples, times).items():
                    self._moments[item, time] = sample

    def image(self, item: str, seconds: float) -> tuple[Tile, bool] | None:
        """The fetched sample of an item at a time, and whether it is exact and not shortly before; none if unknown."""
        source = self.sources.get(item)
        if source is not None and source.cutout is not None:
            if item not in self._stills:
                self._stills[item] = _cutout(source.cutout)
            return self._stills[item], True
        if (item, seconds) not in self._moments:
            return None
        image, certain = self._moments[item, seconds]
        return (image, None), certain


def _cutout(path: Path) -> Tile:
    import cv2

    image = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    scale = min(1.0, SAMPLE_SIDE / max(image.shape[:2]))
    size = tuple(max(1, round(length * scale)) for length in image.shape[1::-1])
    if image.shape[2] == 3:
        return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA)), None
    alpha = image[:, :, 3].astype(np.float32) / 255
    values = image[:, :, :3] * alpha[:, :, None]
    values, alpha = (np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA)) for one in (values, alpha))
    return values, alpha
