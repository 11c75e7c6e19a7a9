"""Errors for the person who has to act: a code for scripts, a sentence, and a hint at what to do."""

import errno
from typing import ClassVar

# What the system says of a disk that is full, and of one that must not be written.
UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class PytoonError(Exception):
    """Base of all errors that Pytoon raises on purpose.

    ``category`` says how the error behaves when the same work is tried again.
    """

    category: ClassVar[str] = "bug"

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "hint": self.hint}

    def __str__(self) -> str:
        return f"{self.message} ({self.code}). {self.hint}"


class InvalidInput(PytoonError):
    """The upload or the request is at fault: trying again gives the same answer."""

    category = "invalid_input"


class DependencyMissing(PytoonError):
    """Something that the work needs is not installed, or was removed from the store."""

    category = "dependency_missing"


class TransientError(PytoonError):
    """The machine was at fault (disk full, process killed): trying again may succeed."""

    category = "transient"


class QualityFailure(PytoonError):
    """The finished video did not pass its checks."""

    category = "quality"


class InternalError(PytoonError):
    """Something broke that no input explains."""


def internal_error(stage: str, said: str) -> InternalError:
    """The error for what nothing else names; ``said`` is the exception's kind and text."""
    return InternalError(
        "internal",
        f"The stage “{stage}” broke: {said.strip()[:300]}",
        "This is a fault of Pytoon. The run's log in the Dagster UI has the details.",
    )


def storage_unwritable(error: OSError) -> TransientError:
    """The error for a store that cannot be written."""
    return TransientError(
        "store_not_writable",
        f"The store cannot be written: {error.strerror}.",
        "Make space or permit writing; then it goes on by itself, and what is done stays done.",
    )


def process_died() -> TransientError:
    """The error of a run whose process is gone."""
    return TransientError(
        "run_died", "The process that made this video has ended in the middle.",
        "It is begun again by itself and goes on from what is done.",
    )  # fmt: skip


def field_error(field_path: str, code: str, message: str, hint: str) -> InvalidInput:
    """The error for a value of the request that cannot be met. ``field_path`` names it, such as ``media.0.text``."""
    return InvalidInput(code, f"{field_path}: {message}", hint)
