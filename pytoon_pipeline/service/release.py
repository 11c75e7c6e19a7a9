"""Delivering a held video."""

from pytoon_pipeline.catalog.finding import find_key
from pytoon_pipeline.contracts.results import UploadStatus
from pytoon_pipeline.delivery.release import release as release_video
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.logs import write_to
from pytoon_pipeline.service.renders import Workplace
from pytoon_pipeline.service.status import upload_status


def release(home: Home, name: str, user: str, reason: str) -> UploadStatus:
    """Delivers the held video of an upload, as ``user`` decided. Raises as ``delivery.release`` does."""
    key = find_key(home, name)
    write_to(home.logs)
    release_video(home, key, user, reason)
    return upload_status(home, key)


def release_render(at: Workplace, key: str, person: str, reason: str) -> None:
    """Delivers the held video of a tenant's render, as ``person`` decided. Raises likewise."""
    release_video(at.home, key, person, reason, actor=at.by)
