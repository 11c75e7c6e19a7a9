"""What the store needs of an object store: names and bytes. One implementation is in ``s3.py``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Versioned:
    """The content of a small object, and the version that ``write`` may replace."""

    data: bytes
    version: str


@dataclass(frozen=True)
class SignedUpload:
    """A URL to which anybody may ``PUT`` one object until it expires, with exactly these headers."""

    url: str
    headers: dict[str, str]


class ObjectStore(Protocol):
    """Objects by name. An object appears complete or not at all.

    Every method raises ``TransientError`` when the object store does not answer after a few tries, and
    ``DependencyMissing`` when it refuses: retrying helps only after a person has changed something.
    """

    @property
    def address(self) -> str:
        """Where it is, for people, and to tell one from another."""
        ...

    def size(self, name: str) -> int | None:
        """The bytes of an object; ``None`` when there is none."""
        ...

    def send(self, path: Path, name: str, sha256: str) -> None:
        """Stores a file, in several parts when it is large. The object store checks that every byte arrived."""
        ...

    def signed_upload(self, name: str, bytes: int, sha256: str, seconds: int) -> SignedUpload:
        """Lets others store one object of this size and SHA-256 within ``seconds``. Nothing is sent yet."""
        ...

    def fetch(self, name: str, path: Path, bytes: int) -> bool:
        """Downloads an object of about ``bytes`` to ``path``. ``False`` when there is none."""
        ...

    def read(self, name: str) -> Versioned | None:
        """A small object; ``None`` when there is none."""
        ...

    def write(self, name: str, data: bytes, replaces: str | None) -> bool:
        """Stores a small object if it is still the version ``replaces``, or absent for ``None``.

        ``False``, and nothing is stored, when another writer was first.
        """
        ...

    def remove(self, name: str) -> None:
        """Removes an object, if there is one."""
        ...

    def probe(self) -> None:
        """Writes, reads and removes a small object. Raises an error when one of these is not possible."""
        ...
