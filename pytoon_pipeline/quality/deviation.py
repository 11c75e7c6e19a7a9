"""What a check reports: a measured value beyond a limit."""

from typing import NamedTuple

from pytoon_pipeline.contracts.quality import Severity


class Limit(NamedTuple):
    """A limit or expected value, and where it comes from."""

    value: float | str
    source: str


class Deviation(NamedTuple):
    """A measured ``value`` beyond ``limit`` in frames ``[start, end)``, or in the whole file when both are none.

    ``message`` is a sentence that says what is wrong and names the quantity. Frames and figures are added to it later.
    """

    code: str
    message: str
    value: float | str
    limit: Limit
    severity: Severity = "gate"
    start: int | None = None
    end: int | None = None
