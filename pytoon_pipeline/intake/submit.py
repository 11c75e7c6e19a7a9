"""Submit: copies uploads into the inbox for automatic processing."""

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from pytoon_pipeline.intake.folder import REQUEST_NAMES
from pytoon_pipeline.intake.ingest import DIGITS, key_of
from pytoon_pipeline.intake.listing import Inbox, temporary
from pytoon_pipeline.intake.outputs import by_output
from pytoon_pipeline.intake.preflight import preflight
from pytoon_pipeline.intake.uploads import Upload
from pytoon_pipeline.runtime.files import check_files, printable_name

MAX_NAME = 100
# The name of a submitted upload in the inbox.
SUBMITTED = re.compile(rf"(?P<title>.+)-(?P<digits>[0-9a-f]{{{DIGITS}}})(\.[^.]+)?", re.DOTALL)


@dataclass(frozen=True)
class Submitted:
    """The key and the title of the upload, and its name in the inbox."""

    key: str
    title: str
    name: str


def submit(inbox: Inbox, path: Path, upload: Upload) -> Submitted:
    """Copies an upload into the inbox under a unique name. Raises ``InvalidInput`` for an unusable upload.

    A file with a default request is copied as it is; everything else becomes a folder with its request.
    """
    check_files([file for file, _ in upload.files])
    preflight(upload)
    request = upload.request.model_dump(mode="json", exclude_unset=True)
    first = next(by_output(upload)).request
    key = key_of(upload.files, first.model_dump(mode="json", exclude_unset=True))
    options = {name: value for name, value in request.items() if name not in ("media", "version")}
    plain = path.is_file() and len(upload.files) == 1 and not options and request.get("media") == [{"file": path.name}]
    stem = readable(path.stem if path.is_file() else path.resolve().name)
    name = f"{stem}-{key[:DIGITS]}"
    if plain and not temporary(name + path.suffix):
        name += path.suffix
        inbox.put(path, name)
        return Submitted(key, stem, name)
    with tempfile.TemporaryDirectory(prefix="pytoon-submit-") as scratch:
        folder = Path(scratch) / "upload"
        if path.is_dir():
            shutil.copytree(path, folder)
        else:
            folder.mkdir()
            home = path.parent.resolve()
            for file, _ in upload.files:
                # The file itself may be a link to anywhere; what its request names is beside it.
                if file in upload.attached or file == upload.chosen_music:
                    continue
                below = Path(file.name) if file == path else file.resolve().relative_to(home)
                (folder / below).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, folder / below)
        for file, own_name in upload.attached.items():
            shutil.copyfile(file, folder / own_name)
        for other in REQUEST_NAMES:
            (folder / other).unlink(missing_ok=True)
        (folder / REQUEST_NAMES[0]).write_text(yaml.safe_dump(request, allow_unicode=True, sort_keys=False))
        inbox.put(folder, name)
    return Submitted(key, stem, name)


def readable(name: str) -> str:
    """A name close to ``name`` that the inbox does not ignore."""
    plain = printable_name(name).replace("\ufffd", "_").replace("/", "_").lstrip(".~$ ")[:MAX_NAME]
    return "upload" if not plain or temporary(plain) else plain
