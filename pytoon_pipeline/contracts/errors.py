"""Errors for the person who has to act: a code for scripts, a sentence, and a hint at what to do."""

from typing import ClassVar


class PytoonError(Exception):
    """Base of all errors that Pytoon raises on purpose.

    ``failure`` says how the error behaves when the same work is tried again.
    """

    failure: ClassVar[str] = "bug"

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "hint": self.hint}

    def __str__(self) -> str:
        return f"{self.message} ({self.code}). {self.hint}"


class BadInput(PytoonError):
    """The upload or the request is at fault: trying again gives the same answer."""

    failure = "bad_input"


class MissingPart(PytoonError):
    """Something that the work needs is not installed, or was removed from the store."""

    failure = "missing_part"


class PassingFault(PytoonError):
    """The machine was at fault (disk full, process killed): trying again may succeed."""

    failure = "passing_fault"


class QualityFailure(PytoonError):
    """The finished video did not pass its checks."""

    failure = "quality"
