"""A text that is not speech, as the request has it."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["headline", "item", "hook", "beat", "cta", "other"]


@dataclass(frozen=True)
class TitleRequest:
    """A text, its role, and the field or file of the request that it comes from.

    ``marked`` are the indices of the words that the person marked as key words.
    """

    text: str
    role: Role
    field: str
    marked: frozenset[int] = frozenset()
