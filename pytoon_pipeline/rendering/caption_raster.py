"""Captions as pictures: every state of one is set once, then laid over the frames that show it."""

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

# Room under the last line and above the first for marks and outlines, as shares of the font size.
BELOW, ABOVE = 0.6, 0.5
# Starting libass costs as much as setting some texts.
SHARES, WORTH_SHARING = 2, 16


class CaptionRaster:
    """Captions of one style, set by libass and kept as sheets. What is asked for together is set in one run."""

    def __init__(self, style: CaptionStyle, width: int, height: int) -> None:
        self._style = style
        self._width = width
        lines = max(2, style.max_words)
        self._below = 2 * ceil(BELOW * style.size / 2)
        self._band = self._below + 2 * ceil((style.size * (lines + ABOVE) + style.outline + style.shadow) / 2)
        # Chroma has half the rows: the place is brought to an even one.
        self._bottom = 2 * round(height * style.position / 2)
        self._sheets: dict[str, YuvaImage] = {}

    def set(self, texts: Iterable[str], pool: Executor | None = None) -> None:
        """Sets all of ``texts`` that are not set yet; a ``pool`` shares the work among its processors."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._sheets]
        shares = [missing[n::SHARES] for n in range(SHARES)] if pool and len(missing) >= WORTH_SHARING else [missing]
        for share in pool.map(self._drawn, shares) if pool else map(self._drawn, shares):
            self._sheets |= share

    def _drawn(self, texts: Sequence[str]) -> dict[str, YuvaImage]:
        if not texts:
            return {}
        set_in = libass.draw if self._style.text_engine == "shaped" else fallback_text.draw
        drawn = set_in(texts, self._settings(), self._style.font, self._width, self._band, wrap=True)
        return dict(zip(texts, drawn, strict=True))

    def sprite(self, event: Event, frame: int, canvas: tuple[int, int]) -> Sprite | None:
        """The caption at a frame of its segment."""
        if event.text not in self._sheets:
            self.set([event.text])
        n = frame - event.start
        scale = event.growing[n] if n < len(event.growing) else 1.0
        # It grows out of the middle of its lower edge.
        y = self._bottom + (self._below - self._band / 2) * scale
        state = LayerTransform(x=self._width / 2, y=y, scale=scale, rotation=0.0, opacity=1.0)
        return place_image(self._sheets[event.text], WHOLE, (self._width, self._band), state, canvas)

    def _settings(self) -> "SSAStyle":
        import pysubs2

        style = self._style
        return libass.settings(
            style.font, style.size, style.colour, style.outline_colour, style.outline, style.shadow,
            backcolor=pysubs2.Color(0, 0, 0, 128),
            alignment=pysubs2.Alignment.BOTTOM_CENTER,
            marginl=style.margin,
            marginr=style.margin,
            marginv=self._below,
        )  # fmt: skip
