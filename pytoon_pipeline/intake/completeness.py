"""Whether an upload in the inbox is complete: written to its end, with all files that its request names."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.intake.decide import Candidate
from pytoon_pipeline.intake.folder import REQUEST_FILES
from pytoon_pipeline.intake.listing import Inbox
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.scratch import scratch_dir

# Names shown in a message.
MAX_NAMES = 5


@dataclass(frozen=True)
class Completeness:
    """Checks candidates of an inbox; ``work`` is a folder for temporary copies."""

    inbox: Inbox
    operations: Operations
    work: Path

    def missing(self, one: Candidate, waited: float) -> str | None:
        """What a candidate that was first seen ``waited`` seconds ago waits for; ``None`` when it is ready.

        A file that is being written is always waited for. Files that are absent have a timeout, which is shorter when
        nothing in the folder shows that more will follow.
        """
        if written := [name for name in one.files if self.inbox.being_written(name)]:
            return f"Waiting for {_names(written)} to be written."
        if waited >= self.operations.incomplete_folder_timeout_seconds:
            return None
        reason = self._incomplete(one)
        if reason and (waited < self.operations.missing_file_timeout_seconds or self.inbox.unfinished(one.name)):
            return reason
        return None

    def _incomplete(self, one: Candidate) -> str | None:
        """What may still follow, as far as the candidate tells."""
        if not one.folder:
            clip = f"{PurePosixPath(one.name).stem}.mp4 or .mov"
            return None if one.has_request else f"Waiting for {_names([clip])}."
        if one.has_request and (absent := self._absent(one)) is not None:
            return f"Waiting for {_names(absent)}." if absent else None
        if one.has_media:
            return "Waiting for more files. All photos and clips of the folder are used once no more arrive."
        return f"Waiting for photos and clips, or for {_names(REQUEST_FILES[:1])}."

    def _absent(self, one: Candidate) -> list[str] | None:
        """Files that the request of a folder names and that are absent; ``None`` when it means all that are there."""
        with scratch_dir(self.work) as scratch:
            folder = self.inbox.local_copy(one.name, scratch, REQUEST_FILES)
            try:
                upload = read_upload(folder)
            except InvalidInput as error:
                # Nothing will complete an invalid request; only an edit plan or media may still follow.
                if error.code == "no_media":
                    return None
                return ["its edit plan"] if error.code == "file_missing" else []
            if not upload.listed and one.has_media:
                return None
            root = folder.resolve()
            return [
                path.name
                for path, _ in upload.files
                if not path.exists() and _listed_name(root, path, one.name) not in one.files
            ]


def _listed_name(root: Path, path: Path, name: str) -> str:
    """The name that a file of the folder ``root`` has in the listing, where the folder is ``name``."""
    return f"{name}/{path.relative_to(root).as_posix()}" if path.is_relative_to(root) else ""


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{PurePosixPath(name).name[:80]}”" for name in names[:MAX_NAMES])
    return shown + ("…" if len(names) > MAX_NAMES else "")
