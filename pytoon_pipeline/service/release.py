"""Delivering a held video."""

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.results import UploadStatus
from pytoon_pipeline.delivery.release import release as release_video
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.logs import write_to
from pytoon_pipeline.service.status import find_key, upload_status


def release(home: Home, key_or_title: str, user: str, reason: str) -> UploadStatus:
    """Delivers the held video of an upload, as ``user`` decided. Raises as ``delivery.release`` does."""
    uploads = Uploads(home)
    key = find_key(uploads, key_or_title)
    write_to(home.logs)
    release_video(home, key, user, reason)
    return upload_status(home, uploads.get(key))
