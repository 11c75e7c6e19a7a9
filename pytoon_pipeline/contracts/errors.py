"""Errors for the person who has to act: a code for scripts, one sentence, and a hint at what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytoon_pipeline.contracts.field_paths import readable_path

# Errors of the operating system for a disk that is full, over its quota, or read-only.
UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class PytoonError(Exception):
    """Base of all errors that Pytoon raises on purpose.

    ``category`` says how the error behaves when the same work is retried.
    """

    category: str = "bug"

    # The fields of the request that the error is about, such as “media.0.text”, where it is about fields.
    fields: tuple[str, ...] = ()
    # Seconds after which the same may succeed, where that is known.
    retry_seconds: float | None = None

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    @classmethod
    def restored(cls, code: str, message: str, hint: str, category: str) -> "PytoonError":
        """An error as it was recorded by another process."""
        error = cls(code, message, hint)
        error.category = category
        return error

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process gets the error as it is, whatever its class asks for.
        return type(self).__new__, (type(self), self.message), self.__dict__

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "hint": self.hint}

    def __str__(self) -> str:
        return f"{self.message} ({self.code}). {self.hint}"


class InvalidInput(PytoonError):
    """The upload or the request is wrong: retrying gives the same result."""

    category = "invalid_input"


class DependencyMissing(PytoonError):
    """Something that the work needs is not installed, or was removed from the store."""

    category = "dependency_missing"


class TransientError(PytoonError):
    """The machine failed (disk full, process killed): retrying may succeed."""

    category = "transient"


class Cancelled(PytoonError):
    """Somebody has cancelled the work: nothing failed, and nothing retries it."""

    category = "transient"


class QualityFailure(PytoonError):
    """The finished video did not pass quality control."""

    category = "quality"


class InternalError(PytoonError):
    """A failure that no input explains."""


def internal_error(stage: str, reason: str) -> InternalError:
    """The error for an unexpected exception in ``stage``; ``reason`` is its type and text."""
    return InternalError(
        "internal",
        f"The stage “{stage}” failed unexpectedly: {reason.strip()[:300]}",
        "This is a bug in Pytoon. The run's log in the Dagster UI has the details.",
    )


def storage_unwritable(error: OSError) -> TransientError:
    """The error for a store that cannot be written."""
    return TransientError(
        "store_not_writable",
        f"The store cannot be written: {error.strerror}.",
        "Free some disk space or fix the permissions; the run then resumes. Finished work is kept.",
    )


def system_error(error: OSError) -> TransientError:
    """The error for an operation that the operating system refused."""
    if error.errno in UNWRITABLE:
        return storage_unwritable(error)
    # What is not UTF-8 in a name cannot be printed.
    place = f" for {str(error.filename).encode('utf-8', 'replace').decode()}" if error.filename else ""
    return TransientError(
        "system",
        f"The operating system reports “{error.strerror or error}”{place}.",
        "Check this path and its permissions. PYTOON_HOME and PYTOON_INBOX say where Pytoon keeps its files.",
    )


def stopped_by_person() -> TransientError:
    """The error of a command that a person stopped."""
    return TransientError(
        "stopped", "The command was stopped.", "Finished stages are kept; run the same command again to resume."
    )


def render_cancelled() -> Cancelled:
    """The error of a run whose video was cancelled before it was delivered."""
    return Cancelled("cancelled", "The video was cancelled.", "Finished stages are kept; a retry continues it.")


def process_died() -> TransientError:
    """The error of a run whose process ended before the run did."""
    return TransientError(
        "run_died",
        "The process that rendered this video died before it finished.",
        "The run restarts automatically and resumes from the finished stages.",
    )


def field_error(field_path: str, code: str, message: str, hint: str) -> InvalidInput:
    """The error for a value of the request that cannot be met. ``field_path`` names it, such as ``media.0.text``."""
    error = InvalidInput(code, f"{readable_path(field_path.split('.'))}: {message}", hint)
    error.fields = (field_path,)
    return error


@contextmanager
def about(*field_paths: str) -> Iterator[None]:
    """Errors of the block are about these fields of the request."""
    try:
        yield
    except InvalidInput as error:
        error.fields = error.fields or field_paths
        raise


def after_colon(sentence: str) -> str:
    """A sentence that stands behind a colon: its first word begins with a small letter."""
    return sentence[:1].lower() + sentence[1:]
