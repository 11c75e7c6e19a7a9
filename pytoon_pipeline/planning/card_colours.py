"""The colours of an end card: the brand's, changed where their contrast is too low."""

from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.media.colour import contrast, luminance_of, mixed, opposite

# A button must stand out from its ground by this contrast (WCAG 2.2, success criterion 1.4.11).
MIN_BUTTON_CONTRAST = 3.0
# How far a ground of one colour gets darker or lighter from corner to corner.
SHADE = 0.22


class CardColours:
    """The colours of a card, changed where the brand's have too little contrast; ``notes`` say so.

    Without a ``button``, the accent is not changed.
    """

    def __init__(self, brand: Brand, min_contrast: float, button: bool = True) -> None:
        primary, secondary, own = brand.colours.primary, brand.colours.secondary, brand.colours.text
        self.notes: list[Note] = []
        self.text, self.button = own, brand.colours.accent
        if lowest_contrast(own, primary) < min_contrast:
            self.text = opposite(primary)
            self._note(f"The text colour {own} can hardly be read on {primary}; {self.text} is used on the end card.")
        self.ground = (primary, secondary)
        if lowest_contrast(self.text, secondary) < min_contrast or (
            button and lowest_contrast(self.button, secondary) < MIN_BUTTON_CONTRAST
        ):
            # Away from the text, so that its contrast grows.
            self.ground = (primary, mixed(primary, opposite(self.text), SHADE))
        if button and lowest_contrast(self.button, *self.ground) < MIN_BUTTON_CONTRAST:
            self.button = self.text
            self._note(
                f"The accent colour {brand.colours.accent} does not stand out from {primary}; the button of the end "
                f"card is {self.button}."
            )
        self.handle = own if lowest_contrast(own, secondary) >= min_contrast else opposite(secondary)
        readable = (one for one in (own, primary) if lowest_contrast(one, self.button) >= min_contrast)
        self.label = next(readable, opposite(self.button))

    def _note(self, message: str) -> None:
        self.notes.append(Note(code="brand_contrast", message=message))


def lowest_contrast(colour: Colour, *others: Colour) -> float:
    """The lowest contrast ratio of a colour with any of ``others``."""
    return min(contrast(luminance_of(colour), luminance_of(other)) for other in others)
