"""How many bits per second a video may have: by its platform, its length, and its level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.config.presets import load_platform
from pytoon_pipeline.contracts.output_format import VideoCodec
from pytoon_pipeline.contracts.platforms import PLATFORM_NAMES
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.encoder import SOUND
from pytoon_pipeline.planning.bit_rate import max_bit_rate

PHONE, LARGE = (1080, 1920), (2160, 3840)
RATE = FrameRate(numerator=30)


@pytest.mark.parametrize(
    ("platform", "codec", "size", "seconds", "most"),
    [
        ("tiktok", "h264", PHONE, 30, 20_000_000),  # the platform's own
        ("tiktok", "h264", PHONE, 600, 3_000_000),  # its 287 MB in ten minutes
        ("stories", "hevc", PHONE, 60, 12_000_000),  # its 100 MB in a minute
        ("youtube", "h264", PHONE, 60, 25_000_000),  # level 4.0
        ("youtube", "h264", LARGE, 60, 300_000_000),  # level 5.1
        ("youtube", "av1", LARGE, 60, None),
    ],
)
def test_the_lowest_limit_counts(
    platform: str, codec: VideoCodec, size: tuple[int, int], seconds: float, most: int | None
) -> None:
    assert max_bit_rate(load_platform(platform), codec, size, RATE, seconds) == most


@given(st.sampled_from(PLATFORM_NAMES), st.floats(1, 600))
def test_a_video_at_its_highest_bit_rate_is_no_larger_than_the_platform_accepts(name: str, seconds: float) -> None:
    platform = load_platform(name)
    most = max_bit_rate(platform, "h264", PHONE, RATE, seconds)
    assert most is not None
    assert (most + SOUND.bit_rate) * seconds / 8 <= platform.max_bytes.value
    if platform.max_video_bit_rate is not None:
        assert most <= platform.max_video_bit_rate.value


def test_a_slightly_longer_video_has_the_same_limit() -> None:
    platform = load_platform("stories")
    assert len({max_bit_rate(platform, "h264", PHONE, RATE, 50 + n / 10) for n in range(10)}) == 1
