"""Pictures of the source files as analysis has kept them, to compare finished pictures with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pytoon_pipeline.analysis.vision.sampling import SAMPLE_SIDE, Image, Samples, read_shown
from pytoon_pipeline.quality.tiles import Tile


@dataclass(frozen=True)
class Reference:
    """One source. ``cutout`` is the picture file of a still with transparency, which samples do not keep."""

    samples: Samples
    cutout: Path | None = None


@dataclass
class References:
    """Source pictures by item. What a check needs is read at once with ``fetch``."""

    sources: Mapping[str, Reference]
    _stills: dict[str, Tile] = field(default_factory=dict)
    _moments: dict[tuple[str, float], tuple[Image, bool]] = field(default_factory=dict)

    def fetch(self, wanted: Mapping[str, set[float]]) -> None:
        """Reads what the sources show at ``wanted`` times, in seconds of each item."""
        for item, times in wanted.items():
            if item in self.sources:
                for time, found in read_shown(self.sources[item].samples, times).items():
                    self._moments[item, time] = found

    def image(self, item: str, seconds: float) -> tuple[Tile, bool] | None:
        """A fetched moment, and whether it is just this one rather than one shortly before; none if not known."""
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

    picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    scale = min(1.0, SAMPLE_SIDE / max(picture.shape[:2]))
    size = tuple(max(1, round(length * scale)) for length in picture.shape[1::-1])
    if picture.shape[2] == 3:
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA)), None
    alpha = picture[:, :, 3].astype(np.float32) / 255
    values = picture[:, :, :3] * alpha[:, :, None]
    values, alpha = (np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA)) for one in (values, alpha))
    return values, alpha
