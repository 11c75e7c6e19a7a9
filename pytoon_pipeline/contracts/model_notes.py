"""What people are told of a language model whose proposals were not all used."""

from collections.abc import Iterable, Iterator

from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.contracts.spec.render_spec import Note

MAX_LISTED = 3


def model_note(use: ModelUse, about: str) -> Note | None:
    """What a person should know when not everything was used; ``about`` names what the model was asked for."""
    if use.failure is not None:
        part = "parts of " if use.used else ""
        message = f"The language model {use.model} was not used for {part}{about}: {use.failure}."
        return Note(code="model_not_used", message=f"{message} What Pytoon finds by itself stands there.")
    if not use.refused:
        return None
    more = f" … and {len(use.refused) - MAX_LISTED} more." if len(use.refused) > MAX_LISTED else ""
    message = (
        f"{len(use.refused)} of {use.used + len(use.refused)} proposals of the language model {use.model} for "
        f"{about} were refused. {' '.join(f'{one}.' for one in use.refused[:MAX_LISTED])}{more}"
    )
    return Note(code="model_proposals_refused", message=message)


def post_notes(uses: Iterable[ModelUse]) -> Iterator[Note]:
    """What a person should know of the texts to post."""
    found = (model_note(use, "the texts to post") for use in uses if use.task == "post")
    return (note for note in found if note is not None)
