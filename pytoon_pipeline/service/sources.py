"""What a person gives to render or submit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.intake.uploads import Upload, read_upload


@dataclass(frozen=True)
class RequestOptions:
    """How the request of an upload is read: another request file, a preset, and assignments such as ``fit=cover``."""

    request_file: Path | None = None
    preset: str | None = None
    assignments: tuple[str, ...] = ()

    def read(self, path: Path) -> Upload:
        """The upload at ``path``. Raises ``InvalidInput``."""
        return read_upload(path, self.request_file, self.preset, self.assignments)

    def read_all(self, paths: Sequence[Path]) -> Upload:
        """One upload: a file, a folder, or several files as one video. Raises ``InvalidInput``."""
        first, *more = paths
        return read_upload(first, self.request_file, self.preset, self.assignments, more)
