"""The files that a tenant has uploaded: kept once by their content, forgotten one tenant at a time."""

from pathlib import Path

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.artifact import StoredFile
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.ingest import KEY_DIGITS
from pytoon_pipeline.service.renders import Workplace
from pytoon_pipeline.store import removal as store_removal


def keep(at: Workplace, path: Path) -> StoredFile:
    """Moves a file into the store, as one of the tenant's."""
    stored = at.store.adopt(path)
    at.files.add(stored)
    return stored


def remove(at: Workplace, sha256: str) -> None:
    """Deletes a file of the tenant; its content and what was computed from it, when nobody else has it.

    Raises ``InvalidInput`` when the tenant has no such file, and when a render of the tenant uses it.
    """
    if not at.files.has(sha256):
        raise InvalidInput("unknown_file", "There is no such upload.", "Its id is what POST /v1/uploads answered.")
    uploads = Uploads(at.home)
    if uploads.uses_file(sha256, at.tenant):
        raise InvalidInput(
            "upload_in_use",
            "A render uses this upload.",
            "It stays until that render is removed on the server.",
        )
    at.files.remove(sha256)
    if not at.files.is_shared(sha256) and not uploads.uses_file(sha256):
        store_removal.remove(at.store, sha256[:KEY_DIGITS], frozenset(), {sha256}, frozenset())
