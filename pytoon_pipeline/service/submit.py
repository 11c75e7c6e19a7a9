"""Queueing uploads for automatic processing."""

from collections.abc import Sequence
from pathlib import Path

from pytoon_pipeline.contracts.results import SubmitResult
from pytoon_pipeline.intake.automation import automation
from pytoon_pipeline.intake.inbox import open_inbox
from pytoon_pipeline.intake.submit import submit as submit_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.sources import RequestOptions


def submit(home: Home, paths: Sequence[Path], options: RequestOptions) -> SubmitResult:
    """Copies uploads into the inbox; all of them are read before the first is copied. Raises ``InvalidInput``."""
    inbox = open_inbox(home)
    uploads = [options.read(path, "submit") for path in paths]
    submitted = [submit_upload(inbox, path, upload) for path, upload in zip(paths, uploads, strict=True)]
    return SubmitResult(
        keys=tuple(one.key for one in submitted),
        titles=tuple(one.title for one in submitted),
        inbox=tuple(one.name for one in submitted),
        automation=automation(home),
    )
