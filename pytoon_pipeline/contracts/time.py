"""Exact time: frame rates as fractions, positions as whole frames, sound as whole samples."""

from fractions import Fraction

from pydantic import Field

from pytoon_pipeline.contracts.base import Record


class FrameRate(Record):
    """Frames per second as a fraction, so that 29.97 is exactly 30000/1001."""

    numerator: int = Field(gt=0)
    denominator: int = Field(gt=0, default=1)

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)

    def seconds(self, frame: int) -> float:
        """Presentation time of ``frame`` in seconds."""
        return float(frame / self.fraction)

    def nearest(self, seconds: float) -> int:
        """The frame whose presentation time is nearest to ``seconds``."""
        return round(seconds * self.fraction)

    def sample(self, frame: int, sample_rate: int) -> int:
        """The sound sample that starts together with ``frame``."""
        return round(frame / self.fraction * sample_rate)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


class TimeRange(Record):
    """A half-open range ``[start, end)`` in seconds of the source."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


class FrameRange(Record):
    """A half-open range ``[start, end)`` in frames."""

    start: int
    end: int

    @property
    def frames(self) -> int:
        return self.end - self.start
