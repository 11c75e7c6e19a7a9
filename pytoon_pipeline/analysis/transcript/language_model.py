"""How likely English words follow each other, by the language model of pocketsphinx."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

# The model's logarithms have the base 1.0001.
BASE_LOG = 1e-4
UNKNOWN = -50.0


@cache
def _model() -> Any:
    import pocketsphinx

    path = Path(pocketsphinx.get_model_path("en-us"), "en-us.lm.bin")
    return pocketsphinx.NGramModel(pocketsphinx.Config(), pocketsphinx.LogMath(), str(path))


def log_probability(word: str, before: Sequence[str] = ()) -> float:
    """The natural logarithm of the probability of ``word`` after the words ``before``, of which the last two count.

    All in lower case. A word that the model does not know has about ``UNKNOWN``.
    """
    history = [one for one in reversed(before[-2:]) if is_known(one)]
    return float(_model().prob([word, *history])) * BASE_LOG


@cache
def is_known(word: str) -> bool:
    """Whether the model has seen a word in lower case."""
    return float(_model().prob([word])) * BASE_LOG > UNKNOWN
