"""What a person gives to render or submit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytoon_pipeline.intake.attachments import Attachable
from pytoon_pipeline.intake.preflight import refuse_foreign
from pytoon_pipeline.intake.uploads import Upload, read_upload

DOCUMENTS = (".yaml", ".yml")


@dataclass(frozen=True)
class RequestOptions:
    """How the request of an upload is read: another request file, a preset, assignments such as ``fit=cover``, and
    files from anywhere for the music, the voice or the logo.
    """

    request_file: Path | None = None
    preset: str | None = None
    assignments: tuple[str, ...] = ()
    files: Mapping[Attachable, Path] = field(default_factory=dict)

    def read(self, path: Path, command: str = "render") -> Upload:
        """The upload at ``path``. Raises ``InvalidInput``."""
        return self.read_all([path], command)

    def read_all(self, paths: Sequence[Path], command: str = "render") -> Upload:
        """One upload: a file, a folder or its request, or several files as one video. Raises ``InvalidInput``.

        That includes files which are obviously not media. ``command`` is the one that they were given to, for hints.
        """
        first, *more = paths
        request_file = self.request_file
        if request_file is None and not more and first.suffix.lower() in DOCUMENTS and first.is_file():
            # A person who writes a request then renders that file: they mean its folder.
            first, request_file = first.parent, first
        upload = read_upload(first, request_file, self.preset, self.assignments, more, self.files, command)
        refuse_foreign(upload, command)
        return upload
