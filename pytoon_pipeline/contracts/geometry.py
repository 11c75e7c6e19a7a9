"""Rectangles: ``Box`` in fractions of a picture, ``Rect`` in pixels. Both are immutable; y grows downwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import ConfigDict
from typing_extensions import Self

if TYPE_CHECKING:
    from numpy.typing import NDArray

N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of a picture as displayed: rotated upright, with square pixels.

    As a crop window it is the part of a source that is shown; it may then reach beyond the picture.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    x: float
    y: float
    width: float
    height: float

    def __iter__(self) -> Iterator[float]:
        return iter((self.x, self.y, self.width, self.height))

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def area(self) -> float:
        return self.width * self.height

    def share_inside(self, other: "Box") -> float:
        """The share of this box, 0..1, that lies inside ``other``; 0 for an empty box."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0.0, width) * max(0.0, height) / self.area if self.area else 0.0

    def through(self, window: "Box", width: int, height: int) -> "Rect[int]":
        """This box of a source in pixels of a picture of ``width`` × ``height`` that shows ``window`` of the source."""
        left, right = ((x - window.x) / window.width * width for x in (self.x, self.x + self.width))
        top, bottom = ((y - window.y) / window.height * height for y in (self.y, self.y + self.height))
        return Rect(round(left), round(top), round(right), round(bottom))


WHOLE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Rect(Generic[N]):
    """A rectangle in pixels: columns ``[left, right)``, rows ``[top, bottom)``."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    left: N
    top: N
    right: N
    bottom: N

    def __iter__(self) -> Iterator[N]:
        return iter((self.left, self.top, self.right, self.bottom))

    @property
    def width(self) -> N:
        return self.right - self.left

    @property
    def height(self) -> N:
        return self.bottom - self.top

    @property
    def size(self) -> tuple[N, N]:
        return self.width, self.height

    @property
    def area(self) -> N:
        """Pixels inside; 0 for a rectangle that is turned inside out."""
        return max(0, self.width) * max(0, self.height)

    def crop(self, picture: "NDArray[Any]") -> "NDArray[Any]":
        """A view of this part of ``picture``, shape (height, width, …)."""
        return picture[self.top : self.bottom, self.left : self.right]

    def shifted(self, across: N, down: N) -> "Rect[N]":
        """The rectangle moved to the right and down."""
        return Rect(self.left + across, self.top + down, self.right + across, self.bottom + down)

    def intersection(self, other: Self) -> "Rect[N]":
        """What both have in common; its ``area`` is 0 when they are apart."""
        return Rect(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def union(self, other: Self) -> "Rect[N]":
        """The smallest rectangle around both."""
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def pixels(self, size: tuple[int, int]) -> "Rect[int] | None":
        """The whole pixels of a picture of ``size`` (width, height) that it touches; none when it touches none."""
        found = Rect(
            max(0, floor(self.left)),
            max(0, floor(self.top)),
            min(size[0], ceil(self.right)),
            min(size[1], ceil(self.bottom)),
        )
        return found if min(found.size) > 0 else None


def clamp_centre(centre: float, length: float, low: float, extent: float) -> float:
    """The centre nearest to ``centre`` of a window of ``length`` inside ``[low, low + extent]``, on one axis.

    A window that is longer than the extent begins at ``low``.
    """
    return min(max(centre, low + length / 2), max(low + length / 2, low + extent - length / 2))
