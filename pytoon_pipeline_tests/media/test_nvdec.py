"""Decoding on a GPU, on a machine without one."""

from typing import cast

import pytest

from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.media import nvdec
from pytoon_pipeline.media.nvdec import GpuRefused
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.media.video_decoding import DecodeDamage, decode
from pytoon_pipeline.runtime import gpus
from pytoon_pipeline_tests.harness import media

VIDEO = cast(VideoStream, probe(media.SAMPLE).video)


@pytest.mark.skipif(bool(gpus.installed()), reason="this machine has a GPU")
def test_without_a_gpu_nothing_is_decoded_and_the_reason_is_said() -> None:
    damage = DecodeDamage()
    with pytest.raises(GpuRefused, match="libav cannot use the GPU"):
        next(nvdec.decode(media.SAMPLE, VIDEO, damage))
    assert not damage.found


def test_frames_of_the_cpu_are_not_in_the_memory_of_a_gpu() -> None:
    _, frame = next(decode(media.SAMPLE, VIDEO, DecodeDamage()))
    assert not nvdec.in_gpu_memory(frame)
    assert not nvdec.in_gpu_memory(frame.reformat(format="nv12"))
