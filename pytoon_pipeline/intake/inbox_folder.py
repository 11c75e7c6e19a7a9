"""An inbox that is a local folder."""

import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.listing import NOTE, SYSTEM_FILES, Entry, inbox_unreadable, temporary
from pytoon_pipeline.runtime.atomic import PART, write_bytes
from pytoon_pipeline.runtime.leases import open_for_writing
from pytoon_pipeline.store.fingerprint import hash_value


@dataclass(frozen=True)
class FolderInbox:
    """A local folder. When it is absent, Pytoon's ``own`` counts as empty, and any other is an error.

    Names that are not valid UTF-8 are listed with escapes; the latest listing maps them to their names on disk.
    """

    root: Path
    own: bool = True
    _on_disk: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def entries(self) -> list[Entry]:
        if self.own and not self.root.exists():
            return []
        try:
            return list(self._below(self.root, ""))
        except OSError as error:
            raise inbox_unreadable(error) from error

    def _below(self, folder: Path, prefix: str) -> Iterator[Entry]:
        with os.scandir(folder) as found:
            for one in found:
                name = prefix + _escaped(one.name)
                if name != prefix + one.name or prefix.rstrip("/") in self._on_disk:
                    self._on_disk[name] = os.path.relpath(one.path, self.root)
                if temporary(one.name):
                    continue
                try:
                    if one.is_dir(follow_symlinks=False):
                        yield from self._below(Path(one.path), name + "/")
                    else:
                        # Links, sockets and the like are listed too, and rejected with a reason.
                        status = one.stat(follow_symlinks=False)
                        yield Entry(name, status.st_size, f"{status.st_mtime_ns}-{status.st_ino}")
                except FileNotFoundError:
                    continue  # removed since the folder was listed

    def local_copy(self, name: str, scratch: Path, only: Collection[str] = ()) -> Path:
        path = self._path(name)
        if path.is_symlink():
            raise InvalidInput("link", "This is a symbolic link, not a file.", "Copy the file itself into the inbox.")
        return path

    def being_written(self, name: str) -> bool:
        return open_for_writing(self._path(name))

    def unfinished(self, name: str) -> bool:
        found = (file for _, _, files in os.walk(self._path(name)) for file in files)
        return any(temporary(file) and file.lower() not in SYSTEM_FILES | {".ds_store"} for file in found)

    def write_note(self, name: str, text: str | None) -> None:
        path = self._path(name)
        path = path.with_name(path.name + NOTE)
        if text is None:
            path.unlink(missing_ok=True)
        else:
            write_bytes(path, text.encode())

    def put(self, path: Path, name: str) -> None:
        if self.own:
            self.root.mkdir(parents=True, exist_ok=True)
        tmp_path, target = self.root / f".{hash_value(_escaped(name))[:16]}{PART}", self.root / name
        if path.is_dir():
            shutil.rmtree(tmp_path, ignore_errors=True)
            shutil.copytree(path, tmp_path)
            shutil.rmtree(target, ignore_errors=True)
        else:
            shutil.copyfile(path, tmp_path)
        tmp_path.rename(target)

    def _path(self, name: str) -> Path:
        return self.root / self._on_disk.get(name, name)


def _escaped(name: str) -> str:
    """A name as text: bytes that are not valid UTF-8 become escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
