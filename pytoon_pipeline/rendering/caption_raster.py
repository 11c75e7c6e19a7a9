"""Captions as images: each state of a caption is rasterised once, then blended over the frames that show it."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future
from math import ceil
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.geometry import WHOLE
from pytoon_pipeline.contracts.spec.evaluate import LayerTransform
from pytoon_pipeline.rendering import fallback_text, libass
from pytoon_pipeline.rendering.captions import Event
from pytoon_pipeline.rendering.placement import place_image
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage

if TYPE_CHECKING:
    from pysubs2 import SSAStyle

# Space below the last line and above the first for diacritics and outlines, as shares of the font size.
DESCENT_MARGIN, ASCENT_MARGIN = 0.6, 0.5


class CaptionRaster:
    """Rasterises captions of one style and caches the images. Texts passed together are drawn by one libass process."""

    def __init__(self, style: CaptionStyle, width: int, height: int) -> None:
        self._style = style
        self._width = width
        lines = max(2, style.max_words)
        self._below = 2 * ceil(DESCENT_MARGIN * style.size / 2)
        self._band = self._below + 2 * ceil((style.size * (lines + ASCENT_MARGIN) + style.outline + style.shadow) / 2)
        # Chroma has half the rows, so the position is rounded to an even row.
        self._bottom = 2 * round(height * style.position / 2)
        self._images: dict[str, Future[YuvaImage]] = {}

    def render(self, texts: Iterable[str], pool: Executor | None = None) -> None:
        """Draws all ``texts`` that are not cached yet; with ``pool``, on one of its threads and without waiting."""
        missing = {text: Future[YuvaImage]() for text in texts if text not in self._images}
        self._images |= missing
        if pool is None:
            self._draw(missing)
        else:
            pool.submit(self._draw, missing)

    def _draw(self, images: dict[str, "Future[YuvaImage]"]) -> None:
        """Draws the texts of ``images`` in order. An error reaches all that wait for one of those not drawn yet."""
        try:
            for future, image in zip(images.values(), self._drawn(list(images)), strict=True):
                future.set_result(image)
        except BaseException as error:
            for future in images.values():
                if not future.done():
                    future.set_exception(error)
            raise

    def _drawn(self, texts: Sequence[str]) -> Iterable[YuvaImage]:
        if not texts:
            return ()
        draw = libass.draw if self._style.text_engine == "shaped" else fallback_text.draw
        return draw(texts, self._ass_style(), self._style.font, self._width, self._band, wrap=True)

    def sprite(self, event: Event, frame: int, canvas: tuple[int, int]) -> Sprite | None:
        """The caption of ``event`` at a frame of its segment, or none when it is outside the canvas.

        Waits until it is drawn. Raises ``RenderError`` when that fails.
        """
        if event.text not in self._images:
            self.render([event.text])
        n = frame - event.start
        scale = event.scales[n] if n < len(event.scales) else 1.0
        # The caption scales from the middle of its lower edge.
        y = self._bottom + (self._below - self._band / 2) * scale
        transform = LayerTransform(x=self._width / 2, y=y, scale=scale, rotation=0.0, opacity=1.0)
        return place_image(self._images[event.text].result(), WHOLE, (self._width, self._band), transform, canvas)

    def _ass_style(self) -> "SSAStyle":
        import pysubs2

        style = self._style
        return libass.ass_style(
            style.font, style.size, style.colour, style.outline_colour, style.outline, style.shadow,
            backcolor=pysubs2.Color(0, 0, 0, 128),
            alignment=pysubs2.Alignment.BOTTOM_CENTER,
            marginl=style.margin,
            marginr=style.margin,
            marginv=self._below,
        )  # fmt: skip
