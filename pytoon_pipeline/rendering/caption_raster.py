"""Captions as images: each state of a caption is rasterised once, then blended over the frames that show it."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from math import ceil
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.geometry import WHOLE
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec.evaluate import LayerTransform
from pytoon_pipeline.rendering import fallback_text, libass
from pytoon_pipeline.rendering.captions import Event
from pytoon_pipeline.rendering.placement import place_image
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage

if TYPE_CHECKING:
    from pysubs2 import SSAStyle

# Space below the last line and above the first for diacritics and outlines, as shares of the font size.
DESCENT_MARGIN, ASCENT_MARGIN = 0.6, 0.5
# Starting libass costs as much as drawing several texts: fewer than this many are drawn in one process.
BATCHES, MIN_TEXTS_TO_SPLIT = 2, 16


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
        self._images: dict[str, YuvaImage] = {}

    def render(self, texts: Iterable[str], pool: Executor | None = None) -> None:
        """Draws all ``texts`` that are not cached yet, on the threads of ``pool`` when one is given."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._images]
        split = pool is not None and len(missing) >= MIN_TEXTS_TO_SPLIT
        batches = [missing[n::BATCHES] for n in range(BATCHES)] if split else [missing]
        for batch in pool.map(self._render_batch, batches) if pool else map(self._render_batch, batches):
            self._images |= batch

    def _render_batch(self, texts: Sequence[str]) -> dict[str, YuvaImage]:
        if not texts:
            return {}
        draw = libass.draw if self._style.text_engine == "shaped" else fallback_text.draw
        images = draw(texts, self._ass_style(), self._style.font, self._width, self._band, wrap=True)
        return dict(zip(texts, images, strict=True))

    def sprite(self, event: Event, frame: int, canvas: tuple[int, int]) -> Sprite | None:
        """The caption of ``event`` at a frame of its segment, or none when it is outside the canvas."""
        if event.text not in self._images:
            self.render([event.text])
        n = frame - event.start
        scale = event.scales[n] if n < len(event.scales) else 1.0
        # The caption scales from the middle of its lower edge.
        y = self._bottom + (self._below - self._band / 2) * scale
        transform = LayerTransform(x=self._width / 2, y=y, scale=scale, rotation=0.0, opacity=1.0)
        return place_image(self._images[event.text], WHOLE, (self._width, self._band), transform, canvas)

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
