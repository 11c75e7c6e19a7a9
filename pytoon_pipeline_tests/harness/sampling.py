"""Sampled frames of a file."""

from pathlib import Path

from pytoon_pipeline.analysis.vision import sampling
from pytoon_pipeline.analysis.vision.sampling import Samples
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.media.probing import probe

LIMITS = load_limits()


def sampled(path: Path, folder: Path) -> Samples:
    video = probe(path).video
    assert video is not None
    return sampling.sample(path, video, LIMITS, folder)
