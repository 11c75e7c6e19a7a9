"""Ways in which the local engine does not work: text cannot be drawn, which the fallback engine does otherwise."""

from collections.abc import Callable

import pytest
import uharfbuzz

Breakage = Callable[[pytest.MonkeyPatch], None]


def missing(patch: pytest.MonkeyPatch) -> None:
    """The installed version of HarfBuzz cannot draw."""
    patch.delattr(uharfbuzz, "RasterDraw")


def failing(patch: pytest.MonkeyPatch) -> None:
    """Drawing fails."""

    def fail() -> None:
        raise MemoryError("no raster")

    patch.setattr(uharfbuzz, "RasterDraw", fail)


BROKEN = pytest.mark.parametrize("breakage", [missing, failing])
