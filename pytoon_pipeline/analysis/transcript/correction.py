"""The corrections that rules make in a transcript before people see it."""

from collections.abc import Sequence

from pytoon_pipeline.analysis.transcript.glossary import Correction, apply_glossary
from pytoon_pipeline.analysis.transcript.spoken_numbers import write_digits
from pytoon_pipeline.contracts.analysis import Word, WordChange
from pytoon_pipeline.contracts.glossary import Glossary


def correct_words(words: Sequence[Word], glossary: Glossary | None, language: str) -> Correction:
    """``words`` as the ``glossary`` of a brand spells them; without one, as they are.

    ``language`` (ISO 639-1) is that of the speech.
    """
    if glossary is None:
        return Correction(tuple(words))
    numbers: list[WordChange] = []
    if glossary.numbers == "digits" and language == "en":
        words, numbers = write_digits(words)
    spelled = apply_glossary(words, glossary, language)
    return Correction(spelled.words, tuple(sorted((*numbers, *spelled.changes), key=lambda one: one.start)))
