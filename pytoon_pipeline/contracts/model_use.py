"""What was made of the answers of a language model."""

from typing import Literal

from pytoon_pipeline.contracts.base import Record


class ModelUse(Record):
    """What was made of the answers of a language model for one task. ``source`` is the SHA-256 of the clip whose words
    it corrected or translated.

    ``used`` operations were applied; ``refused`` says of each other one why not. ``failure`` says why there was no
    answer, or none that could be used; *unanswered*: the model is asked again by the next run. Without any use, the
    result is that of Pytoon itself.
    """

    task: Literal["correction", "highlights", "post", "translation"]
    model: str
    source: str | None = None
    used: int = 0
    refused: tuple[str, ...] = ()
    failure: str | None = None
    unanswered: bool = False
