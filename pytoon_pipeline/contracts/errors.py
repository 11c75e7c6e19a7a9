"""Errors for the person who has to act: a code for scripts, a sentence, and a hint at what to do."""

import errno
from typing import ClassVar

# What the system says of a disk that is full, and of one that must not be written.
UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


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


class InternalError(PytoonError):
    """Something broke that no input explains."""


def internal(stage: str, said: str) -> InternalError:
    """The error for what nothing else names; ``said`` is the exception's kind and text."""
    return InternalError(
        "internal",
        f"The stage “{stage}” broke: {said.strip()[:300]}",
        "This is a fault of Pytoon. The run's log in the Dagster UI has the details.",
    )


def unwritable(error: OSError) -> PassingFault:
    """The error for a store that cannot be written."""
    return PassingFault(
        "store_not_writable",
        f"The store cannot be written: {error.strerror}.",
        "Make space or permit writing; then it goes on by itself, and what is done stays done.",
    )


def died() -> PassingFault:
    """The error of a run whose process is gone."""
    return PassingFault(
        "run_died", "The process that made this video has ended in the middle.",
        "It is begun again by itself and goes on from what is done.",
    )  # fmt: skip
