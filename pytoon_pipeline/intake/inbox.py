"""The inbox that the settings name."""

from pathlib import Path

from pytoon_pipeline.intake.inbox_folder import FolderInbox
from pytoon_pipeline.intake.inbox_s3 import SCHEME, S3Inbox
from pytoon_pipeline.intake.listing import Inbox
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings


def open_inbox(home: Home) -> Inbox:
    """The inbox of ``PYTOON_INBOX``, a folder or ``s3://bucket/prefix``; by default the inbox folder of ``home``."""
    place = Settings.load().inbox
    if place is None:
        return FolderInbox(home.inbox)
    if place.startswith(SCHEME):
        return S3Inbox(place)
    return FolderInbox(Path(place).expanduser(), own=False)


def make_own(home: Home) -> None:
    """Creates the inbox folder of ``home``, unless the settings name another inbox."""
    inbox = open_inbox(home)
    if isinstance(inbox, FolderInbox) and inbox.own:
        inbox.root.mkdir(parents=True, exist_ok=True)
