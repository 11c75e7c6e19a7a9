"""Notes beside uploads in the inbox."""

import pytest

from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput, PytoonError, TransientError
from pytoon_pipeline.intake.notes import note_text, notes_due
from pytoon_pipeline.runtime.home import Home

KEY = "a" * 32
ROW = Row("a.mp4", "1", 0.0, "ingested", KEY)
ERROR = InvalidInput("no_speech", "There is no speech.", "Add subtitles.")


def test_a_note_has_the_reason_the_hint_and_how_to_retry() -> None:
    row = ROW._replace(message=ERROR.message, hint=ERROR.hint)
    assert note_text(row) == "There is no speech.\nAdd subtitles.\n\nReplace it with a corrected file to retry.\n"


def test_a_failure_that_the_upload_caused_gets_a_note_and_loses_it_when_it_is_cleared(home: Home) -> None:
    uploads, index = Uploads(home), InboxIndex(home)
    index.put([ROW])
    assert list(notes_due(uploads, index)) == []
    uploads.fail(KEY, ERROR)
    (row,) = notes_due(uploads, index)
    assert (row.code, row.message, row.hint) == (ERROR.code, ERROR.message, ERROR.hint)
    index.put([row])
    assert list(notes_due(uploads, index)) == [], "it is up to date"
    uploads.clear_failure(KEY)
    assert list(notes_due(uploads, index)) == [ROW]


@pytest.mark.parametrize(
    ("state", "error"), [("ingested", TransientError("full", "Full.", "Wait.")), ("rejected", ERROR), ("seen", ERROR)]
)
def test_other_failures_and_other_states_get_no_note(state: str, error: PytoonError, home: Home) -> None:
    Uploads(home).fail(KEY, error)
    InboxIndex(home).put([ROW._replace(state=state)])
    assert list(notes_due(Uploads(home), InboxIndex(home))) == []
