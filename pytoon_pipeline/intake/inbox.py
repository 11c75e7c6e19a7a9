"""The inbox that the settings name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytoon_pipeline.intake.inbox_folder import FolderInbox
from pytoon_pipeline.intake.inbox_s3 import SCHEME, S3Inbox, default_client
from pytoon_pipeline.intake.listing import Inbox
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.s3 import require_s3
from pytoon_pipeline.settings import Settings


def open_inbox(home: Home, s3_client: Callable[[], Any] = default_client) -> Inbox:
    """The inbox of ``PYTOON_INBOX``, a folder or ``s3://bucket/prefix``; by default the inbox folder of ``home``.

    ``s3_client`` returns a boto3 client for S3; by default one with the credentials of this machine.
    """
    place = Settings.load().inbox
    if place is None:
        return FolderInbox(home.inbox)
    if place.startswith(SCHEME):
        require_s3("PYTOON_INBOX")
        return S3Inbox(place, s3_client)
    return FolderInbox(Path(place).expanduser(), own=False)


def create_own_inbox(home: Home) -> None:
    """Creates the inbox folder of ``home``, unless the settings name another inbox."""
    inbox = open_inbox(home)
    if isinstance(inbox, FolderInbox) and inbox.own:
        inbox.root.mkdir(parents=True, exist_ok=True)
