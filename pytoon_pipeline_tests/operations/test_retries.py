"""When a key is retried automatically."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InternalError, InvalidInput, TransientError
from pytoon_pipeline.contracts.status import ErrorCategory, FailureRecord
from pytoon_pipeline.operations.retries import DELAYS, MAX_RETRIES, GaveUp, next_retry_at
from pytoon_pipeline.runtime.home import Home

CLASSES = st.sampled_from(get_args(ErrorCategory))


@given(CLASSES, st.integers(1, 50), st.integers(1, 50), st.floats(0, 1e9))
def test_every_error_category_stops_being_retried(failure: ErrorCategory, tries: int, total: int, at: float) -> None:
    record = FailureRecord(
        code="x", message="X.", hint="Y.", category=failure, at=at, tries=tries, total=max(tries, total)
    )
    when = next_retry_at(record)
    if isinstance(when, GaveUp):
        assert tries > len(DELAYS[failure]) or record.total > MAX_RETRIES
        assert when.reason
    else:
        assert when >= at
        assert failure != "invalid_input"


def test_alternating_error_categories_stop_being_retried(home: Home) -> None:
    uploads, key, tried = Uploads(home), "0" * 32, 0
    while tried < 100:
        error = (TransientError, InternalError)[tried % 2]("x", "X.", "Y.")
        uploads.fail(key, error, run=str(tried))
        failed = uploads.failure(key)
        assert failed is not None
        if isinstance(next_retry_at(failed), GaveUp):
            break
        tried += 1
    assert tried == MAX_RETRIES
    uploads.fail(key, InvalidInput("y", "Y.", "Z."), run="last")
    failed = uploads.failure(key)
    assert failed is not None
    assert isinstance(next_retry_at(failed), GaveUp)
