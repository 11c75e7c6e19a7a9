"""A stand-in for a GPU on a machine without one: libav decodes on the CPU, into the two planes that a GPU gives.

Everything after the decoder is the real code, with torch on the CPU. What a GPU refuses is up to the test.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytoon_pipeline.analysis.vision import sampling
from pytoon_pipeline.analysis.vision.gpu_pictures import GpuHolder
from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.media import nvdec
from pytoon_pipeline.media.video_decoding import DecodeDamage, decode
from pytoon_pipeline.runtime.device import Device

GPU = Device("cuda", "the test says so")
NAME = "cuda:0 Test GPU"


def fake_gpu(monkeypatch: pytest.MonkeyPatch, max_bytes: int = 1 << 30) -> GpuHolder:
    """Makes ``GPU`` usable. Returns the holder of its pictures, for up to ``max_bytes``."""
    holder = GpuHolder(max_bytes)
    hold = holder.hold
    monkeypatch.setattr(holder, "hold", lambda images, device: hold(images, "cpu"))
    monkeypatch.setattr(sampling, "holder", holder)
    monkeypatch.setattr(sampling, "gpu_name", lambda: NAME)
    monkeypatch.setattr(nvdec, "decode", two_planes)
    monkeypatch.setattr(nvdec, "in_gpu_memory", lambda frame: frame.format.name in nvdec.TWO_PLANES)
    return holder


def two_planes(path: Path, video: VideoStream, damage: DecodeDamage) -> Iterator[tuple[float, Any]]:
    """Frames as a GPU gives them."""
    for time, frame in decode(path, video, damage):
        yield time, frame.reformat(format="nv12")
