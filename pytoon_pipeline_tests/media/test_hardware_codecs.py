"""Codecs of a GPU are tried, so a machine without one has none."""

import pytest

from pytoon_pipeline.media import hardware_codecs
from pytoon_pipeline.runtime import gpus

pytestmark = pytest.mark.skipif(bool(gpus.installed()), reason="this machine has a GPU")


def test_without_a_gpu_everything_is_decoded_by_the_cpu() -> None:
    found = hardware_codecs.decoders()
    assert {"H.264", "HEVC", "VP9", "AV1"} <= set(found)
    assert all(where.startswith("cpu (") for where in found.values())


def test_without_a_gpu_none_of_its_encoders_works() -> None:
    assert all(state.startswith("no (") for state in hardware_codecs.encoders().values())
