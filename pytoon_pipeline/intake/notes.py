"""Notes beside uploads in the inbox: why an upload was rejected."""

from collections.abc import Iterator

from pytoon_pipeline.catalog.inbox_index import InboxIndex, Row
from pytoon_pipeline.catalog.uploads import Uploads


def note_text(row: Row) -> str:
    """The text of the note for a rejected upload."""
    return f"{row.message or ''}\n{row.hint or ''}\n\nReplace it with a corrected file to retry.\n"


def notes_due(uploads: Uploads, index: InboxIndex) -> Iterator[Row]:
    """Rows of ingested uploads whose note is outdated, as they should be: with the failure of their key when the
    upload itself caused it, without one otherwise.
    """
    unusable = uploads.unusable()
    for row in index.ingested_with_note_or_key(unusable):
        code, message, hint = unusable.get(row.key or "", (None, None, None))
        if code != row.code:
            yield row._replace(code=code, message=message, hint=hint)
