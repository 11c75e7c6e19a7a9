"""What the confidence of pocketsphinx' words alone says: music and noise are transcribed as words, too."""

from collections.abc import Sequence
from statistics import median

# Of words that were found in music and noise half score below 0.1, or there are fewer than one in two seconds. Of
# spoken words half score above 0.25, and there are at least two per second. Of what passes these limits, half of the
# words score 0.25 to 0.99 where English is spoken, and up to 0.73 elsewhere.
MIN_CONFIDENCE = 0.15
MIN_WORDS_PER_SECOND = 0.7
LONG_SECONDS = 3.0
# Where at least half of so many words score this high, they were recognised. Fewer words may score anything.
SURE_CONFIDENCE = 0.8
FEW_WORDS = 6


def spoken(confidences: Sequence[float], seconds: float) -> bool:
    """Whether the words of a piece, by their confidence, are more likely speech than music or noise."""
    if not confidences or median(confidences) < MIN_CONFIDENCE:
        return False
    return seconds < LONG_SECONDS or len(confidences) / seconds >= MIN_WORDS_PER_SECOND


def sure(confidences: Sequence[float]) -> bool:
    """Whether the words of a piece that is ``spoken`` were recognised for sure."""
    return len(confidences) >= FEW_WORDS and median(confidences) >= SURE_CONFIDENCE
