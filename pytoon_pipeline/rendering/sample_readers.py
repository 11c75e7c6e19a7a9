"""Reading the samples of a clip for the mix: as they are, or with enhanced speech. Full scale is ±1."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.contracts.spec.render_spec import Strength
from pytoon_pipeline.media.audio import AudioReader
from pytoon_pipeline.media.enhancement import OVERLAP, Enhancer, Profile

# A clip's noise is measured over this time from its first part on, pauses that are cut out included.
PROFILE_SECONDS = 60
# What comes before a part is enhanced, too, so that gains have settled when it begins. In samples.
PREROLL = SAMPLE_RATE // 2

Samples = NDArray[np.float32]


class SampleReader(Protocol):
    """Reads consecutive samples of shape (count, 2)."""

    def take(self, count: int) -> Samples: ...


class PlainReader:
    """The samples of a source as they are."""

    def __init__(self, source: AudioReader) -> None:
        self._source = source

    def take(self, count: int) -> Samples:
        samples: Samples = self._source.take(count).astype(np.float32)
        samples *= np.float32(1 / 32768)
        return samples


class EnhancedReader:
    """The samples of a source with enhanced speech, without the first ``skipped``."""

    def __init__(self, source: AudioReader, profile: Profile, strength: Strength, skipped: int) -> None:
        self._source, self._enhancer = PlainReader(source), Enhancer(profile, strength)
        self._ready = np.zeros((0, 2), np.float32)
        self.take(OVERLAP + skipped)

    def take(self, count: int) -> Samples:
        parts, missing = [self._ready], count - len(self._ready)
        while missing > 0:
            parts.append(self._enhancer.process(self._source.take(SAMPLE_RATE)))
            missing -= len(parts[-1])
        joined = np.concatenate(parts)
        self._ready = joined[count:]
        return joined[:count]


def profile_of(source: AudioReader) -> Profile:
    """The noise and the speech of a source."""
    return Profile.of(PlainReader(source).take(PROFILE_SECONDS * SAMPLE_RATE))
