"""Continuing uploads that failed or were stopped."""

from collections.abc import Callable, Sequence

from pytoon_pipeline.catalog.finding import find_key
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.results import RetryResult
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.status import upload_status


def retry(
    home: Home, names: Sequence[str], by: str | None = None, admit: Callable[[], None] = lambda: None
) -> RetryResult:
    """Queues uploads again, as ``by`` asks; finished stages are kept. ``admit`` may refuse what could be queued.

    Raises ``InvalidInput`` before the first one is queued.
    """
    uploads, keys = Uploads(home, by), tuple(dict.fromkeys(find_key(home, name) for name in names))
    for key in keys:
        _check(home, uploads, key)
    admit()
    for key in keys:
        uploads.retry(key)
    return RetryResult(keys=keys, names=tuple(uploads.name(key) for key in keys))


def _check(home: Home, uploads: Uploads, key: str) -> None:
    """Raises ``InvalidInput`` for an upload with nothing to continue."""
    status, failure = upload_status(home, key), uploads.failure(key)
    if failure is not None and failure.overrides:
        raise InvalidInput(
            "failed_in_dagster",
            f"The failed run of “{status.name}” replaced settings in Dagster: {', '.join(failure.overrides)}.",
            "Start that run again in Dagster’s UI. Or render the upload with them: pytoon render PATH --set …",
        )
    finished = status.status in ("completed", "degraded", "held") and status.failed_change is None
    if finished or (uploads.is_pending(key) and failure is None):
        raise InvalidInput(
            "nothing_to_retry",
            f"“{status.name}” is {'finished' if finished else 'queued already'}.",
            f"To see its video, type: pytoon open {status.name}"
            if finished
            else f"To see what it waits for, type: pytoon status {status.name}",
        )
