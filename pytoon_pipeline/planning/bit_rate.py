"""The most bits per second that the pictures of a video may have, by its platform and its H.264 level. Pure."""

from pytoon_pipeline.contracts.output_format import VideoCodec
from pytoon_pipeline.contracts.platforms import Platform
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.encoder import SOUND
from pytoon_pipeline.media.h264_level import level_of

# Where the size of the file is the limit, the bit rate is one of these: a cut of a second does not change it, so that
# segments stay as they are.
STEPS = tuple(million * 1_000_000 for million in (1, 2, 3, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100))
# The share of a file that pictures and sound may take: the rest is the index.
CONTENT = 0.97


def max_bit_rate(
    platform: Platform, codec: VideoCodec, size: tuple[int, int], rate: FrameRate, seconds: float
) -> int | None:
    """Bits per second of the pictures of a video of ``seconds``; none where nothing limits them."""
    limits = []
    if platform.max_video_bit_rate is not None:
        limits.append(platform.max_video_bit_rate.value)
    of_bytes = CONTENT * 8 * platform.max_bytes.value / seconds - SOUND.bit_rate
    if of_bytes < STEPS[-1]:
        limits.append(max((step for step in STEPS if step <= of_bytes), default=STEPS[0]))
    if codec == "h264":
        limits.append(level_of(*size, rate.fraction).high_bit_rate)
    return min(limits, default=None)
