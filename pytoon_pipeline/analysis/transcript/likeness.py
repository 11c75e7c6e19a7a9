"""How alike words sound: a weighted edit distance of their phones, for many pairs at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.pronunciation import CONSONANTS, PHONES, VOWELS, Phones

# Consonants that transcribers mistake for each other, vowels of the same region of the mouth, and the cost of taking
# one for the other where a wholly different phone costs 1. Unstressed vowels and HH are lost or added most easily.
ALIKE = (
    ("P", "B"), ("T", "D"), ("K", "G"), ("F", "V"), ("S", "Z"), ("TH", "DH", "T", "D"), ("TH", "F", "S"), ("DH", "V"),
    ("SH", "ZH", "CH", "JH"), ("S", "SH"), ("Z", "ZH"), ("M", "N"), ("N", "NG"), ("K", "CH"), ("Y", "JH"), ("L", "R"),
    ("L", "W"), ("V", "W", "B"),
)  # fmt: skip
NEAR_VOWELS = (
    ("IY", "IH", "EY", "EH", "AY"), ("AE", "EH", "AH", "AA"), ("AA", "AO", "AH", "OW", "AW"), ("UW", "UH", "OW", "AO"),
    ("AH", "IH", "UH", "EH", "ER"), ("AY", "AA", "OY"), ("OY", "AO", "OW"),
)  # fmt: skip
HALF_VOWELS = (("W", "UW"), ("W", "UH"), ("Y", "IY"), ("Y", "IH"), ("R", "ER"), ("W", "OW"))
ALIKE_COST, NEAR_VOWEL_COST, VOWEL_COST, HALF_VOWEL_COST = 0.3, 0.2, 0.45, 0.35
LOST = {"AH": 0.35, "IH": 0.35, "HH": 0.35, "ER": 0.5, "R": 0.5, "Y": 0.4, "W": 0.6, "NG": 0.7}
LOST_VOWEL, LOST_CONSONANT = 0.5, 0.8
# Consonants that are never taken for those of another kind. One too many costs at least so much: of two kinds, one may
# stand for the other.
KINDS = (("P", "B", "V", "F"), ("T", "D", "S", "Z", "SH", "ZH", "K", "G", "CH", "JH"), ("M", "N", "NG"))
MIN_UNLIKE_COST = 0.35
NUMBER = {phone: number for number, phone in enumerate(PHONES, 1)}


def _substitution() -> NDArray[np.float32]:
    """The cost of each phone in place of another; 0 is no phone: a phone that is lost or added."""
    cost = np.ones((len(PHONES) + 1, len(PHONES) + 1), np.float32)
    vowels = [NUMBER[one] for one in VOWELS]
    cost[np.ix_(vowels, vowels)] = VOWEL_COST
    groups = ((ALIKE, ALIKE_COST), (NEAR_VOWELS, NEAR_VOWEL_COST), (HALF_VOWELS, HALF_VOWEL_COST))
    for alike, value in groups:
        for group in alike:
            numbers = [NUMBER[one] for one in group]
            cost[np.ix_(numbers, numbers)] = value
    for phone in PHONES:
        lost = LOST.get(phone, LOST_CONSONANT if phone in CONSONANTS else LOST_VOWEL)
        cost[0, NUMBER[phone]] = cost[NUMBER[phone], 0] = lost
    np.fill_diagonal(cost, 0)
    return cost


SUBSTITUTION = _substitution()


def encode(sounds: Sequence[Phones]) -> NDArray[np.uint8]:
    """Phones as numbers, shape (words, phones of the longest), filled up with 0."""
    longest = max(map(len, sounds), default=0)
    found = np.zeros((len(sounds), longest), np.uint8)
    for row, phones in zip(found, sounds, strict=True):
        row[: len(phones)] = [NUMBER[one] for one in phones]
    return found


def consonant_counts(encoded: NDArray[np.uint8]) -> NDArray[np.int16]:
    """How many consonants of each kind encoded words have, shape (words, kinds)."""
    kinds = [np.isin(encoded, [NUMBER[one] for one in kind]).sum(axis=1) for kind in KINDS]
    return np.stack(kinds, axis=1).astype(np.int16)


def distances(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How differently the words of each pair sound, as a share of the phones of the longer one, shape (pairs,).

    0 is the same, 1 has nothing in common. Both are encoded, shape (pairs, phones).
    """
    rows = np.zeros((len(first), second.shape[1] + 1), np.float32)
    rows[:, 1:] = np.cumsum(SUBSTITUTION[0][second], axis=1)
    for place in range(first.shape[1]):
        phones = first[:, place]
        lost, previous = SUBSTITUTION[phones, 0], rows[:, 0].copy()
        rows[:, 0] += lost
        for other in range(second.shape[1]):
            replaced = previous + SUBSTITUTION[phones, second[:, other]]
            previous = rows[:, other + 1].copy()
            added = rows[:, other] + SUBSTITUTION[0][second[:, other]]
            rows[:, other + 1] = np.minimum(np.minimum(replaced, previous + lost), added)
    longer = np.maximum((first > 0).sum(axis=1), (second > 0).sum(axis=1))
    return rows[:, -1] / np.maximum(longer, 1)
