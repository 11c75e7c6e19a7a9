"""The level of an H.264 video: what a decoder must be able to do (ITU-T H.264, table A-1)."""

from fractions import Fraction
from typing import NamedTuple

MACROBLOCK = 16
# In High profile, pictures may have this many times the bit rate of the table (A.3.3).
HIGH_PROFILE = 1.25


class Level(NamedTuple):
    """A level and its limits: macroblocks per second and per frame, and bits per second of the Main profile."""

    number: float
    blocks_per_second: int
    blocks_per_frame: int
    bit_rate: int

    @property
    def high_bit_rate(self) -> int:
        """The most bits per second in High profile."""
        return int(HIGH_PROFILE * self.bit_rate)


LEVELS = (
    Level(3.0, 40_500, 1_620, 10_000_000),
    Level(3.1, 108_000, 3_600, 14_000_000),
    Level(3.2, 216_000, 5_120, 20_000_000),
    Level(4.0, 245_760, 8_192, 20_000_000),
    Level(4.2, 522_240, 8_704, 50_000_000),
    Level(5.0, 589_824, 22_080, 135_000_000),
    Level(5.1, 983_040, 36_864, 240_000_000),
    Level(5.2, 2_073_600, 36_864, 240_000_000),
)


def level_of(width: int, height: int, rate: Fraction) -> Level:
    """The lowest level for frames of this size, and at most 5.2, the highest that videos of Pytoon need."""
    across, down = -(-width // MACROBLOCK), -(-height // MACROBLOCK)
    blocks = across * down
    fitting = (
        one
        for one in LEVELS
        if blocks <= one.blocks_per_frame
        and blocks * rate <= one.blocks_per_second
        and max(across, down) ** 2 <= 8 * one.blocks_per_frame
    )
    return next(fitting, LEVELS[-1])
