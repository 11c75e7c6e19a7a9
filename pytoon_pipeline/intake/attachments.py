"""Files from anywhere that the command line adds to an upload: music, a voice, a logo, a background.

Files that a request names must be inside the upload's folder: a document may come from another person.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from pytoon_pipeline.contracts.media import Role
from pytoon_pipeline.intake.folder import FILE_RECORDS, KINDS
from pytoon_pipeline.media.signatures import ANY_MEDIA, INSTEAD, WANTED
from pytoon_pipeline.runtime.files import check_file, printable_name

Attachable = Literal["music", "voice", "logo", "background"]
# Values of “background:” that do not name files.
BACKGROUNDS = ("brand", "gradient", "blur")


@dataclass(frozen=True)
class Attachments:
    """Files by their role; ``names`` are their names inside the upload."""

    files: Mapping[Role, Path] = field(default_factory=dict)
    names: Mapping[Path, str] = field(default_factory=dict)


def attach(
    document: dict[str, Any], options: Mapping[Attachable, Path], sets: Iterable[str], home: Path
) -> tuple[Attachments, list[str]]:
    """Enters files from the command line into the document of a request. Returns them, and the other assignments.

    ``home`` is the folder of the upload: a name that exists there means that file. Raises ``InvalidInput`` for a file
    that does not exist.
    """
    found: dict[Role, Path] = {}
    remaining = []
    for assignment in sets:
        if (one := _assigned(assignment, home)) is not None:
            found[one[0]] = one[1]
        else:
            remaining.append(assignment)
    found.update({role: path.expanduser() for role, path in options.items()})
    names = {}
    for role, path in found.items():
        check_file(path, INSTEAD[WANTED.get(role, ANY_MEDIA)], KINDS[role])
        names[path] = name = _name(path, role, home)
        if role in FILE_RECORDS:
            given = document.get(role)
            document[role] = {**(given if isinstance(given, dict) else {}), "file": name}
        else:
            document[role] = name
    return Attachments(found, names), remaining


def _assigned(assignment: str, home: Path) -> tuple[Attachable, Path] | None:
    """The file that ``--set music=PATH`` names outside the upload's folder."""
    name, _, text = assignment.partition("=")
    role = next((one for one in get_args(Attachable) if name.strip() in (one, f"{one}.file")), None)
    value = text.strip()
    if role is None or not value or value in BACKGROUNDS or _is_inside(home, value):
        return None
    path = Path(value).expanduser()
    return (role, path) if os.path.lexists(path) or os.sep in value else None


def _is_inside(home: Path, name: str) -> bool:
    """Whether a file of this name is in the folder of the upload."""
    return os.path.lexists(home / name) and (home / name).resolve().is_relative_to(home.resolve())


def _name(path: Path, role: Role, home: Path) -> str:
    """A name for the file that no other file of the upload has."""
    name = printable_name(path.name)
    taken = os.path.lexists(home / name) and not (os.path.exists(path) and os.path.samefile(home / name, path))
    return f"{role}-{name}" if taken else name
