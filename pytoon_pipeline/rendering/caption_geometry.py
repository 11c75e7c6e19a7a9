"""Where the words and boxes of a caption page are while the page moves as a whole."""

from dataclasses import dataclass

from pytoon_pipeline.contracts.captions import CaptionBox, CaptionStyle
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.spec.caption_states import PageState
from pytoon_pipeline.contracts.spec.render_spec import Cue, WordPlace
from pytoon_pipeline.media import fonts

# What a box covers below the baseline, in em. With the whole descent, words without descenders would seem too high.
BOX_DESCENT = 0.15


@dataclass(frozen=True)
class PagePlacement:
    """A page scaled by ``scale`` around its middle ``x``, ``y`` and then moved by ``dx``, ``dy``, in pixels."""

    x: float
    y: float
    dx: float
    dy: float
    scale: float
    opacity: float
    font: str

    @property
    def moving(self) -> bool:
        return self.scale != 1 or self.opacity < 1 or bool(self.dx or self.dy)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the page at rest is."""
        return self.x + (x - self.x) * self.scale + self.dx, self.y + (y - self.y) * self.scale + self.dy

    def word_centre(self, place: WordPlace, down: float) -> tuple[float, float]:
        """The middle of a word's capitals, moved ``down`` em."""
        cap, em = self._cap(place.size), self._em(place.size)
        return self.point(place.x + place.width / 2, place.baseline - cap / 2 + down * em)

    def word_box(self, place: WordPlace, box: CaptionBox, scale: float, down: float) -> Rect[float]:
        """The box behind a word that is scaled by ``scale`` and moved ``down`` em, with its padding."""
        cap, em = self._cap(place.size), self._em(place.size)
        x, y = self.word_centre(place, down)
        factor = self.scale * scale
        half = (place.width / 2 + box.padding_x * em) * factor
        above = (cap / 2 + box.padding_y * em) * factor
        below = (cap / 2 + (BOX_DESCENT + box.padding_y) * em) * factor
        return Rect(x - half, y - above, x + half, y + below)

    def text_box(self, places: list[WordPlace], box: CaptionBox) -> Rect[float]:
        """The box behind several words, with its padding."""
        rects = [self.word_box(place, box, 1.0, 0.0) for place in places]
        return Rect(
            min(one.left for one in rects), min(one.top for one in rects), max(one.right for one in rects),
            max(one.bottom for one in rects),
        )  # fmt: skip

    def radius(self, place: WordPlace, box: CaptionBox) -> float:
        """The radius of a box's corners in pixels."""
        return box.radius * self._em(place.size) * self.scale

    def _cap(self, size: float) -> float:
        face = fonts.load(self.font)
        return size * face.cap_height / face.height

    def _em(self, size: float) -> float:
        face = fonts.load(self.font)
        return size * face.em / face.height


def page_placement(cue: Cue, style: CaptionStyle, page: PageState) -> PagePlacement:
    """Where the page of ``cue`` is in the state ``page``."""
    left = min(place.x for place in cue.places)
    right = max(place.x + place.width for place in cue.places)
    top = min(place.baseline - place.size for place in cue.places)
    bottom = max(place.baseline for place in cue.places)
    return PagePlacement(
        x=(left + right) / 2,
        y=(top + bottom) / 2,
        dx=page.x * style.size,
        dy=page.y * style.size,
        scale=page.scale,
        opacity=page.opacity,
        font=style.font,
    )
