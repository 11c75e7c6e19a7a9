"""Dagster's settings in ``PYTOON_HOME/dagster``: written when they are not there, refreshed while they are as written,
and left as they are once an operator has changed them.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pytoon_pipeline.config.presets import PACKAGE
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.home import Home

NAME = "dagster.yaml"
# Digests of all that was ever written here, a line each, so that the settings of an earlier version are known as such.
WRITTEN = ".dagster.yaml.written"
RUNS = re.compile(r"(limit: )\d+(  # videos at once)")


@dataclass(frozen=True)
class Settings:
    """How the settings stand: ``own`` are as Pytoon wrote them; else ``differing`` names their parts that are not."""

    path: Path
    own: bool
    differing: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.own:
            return "as written by Pytoon"
        return f"changed by hand and left so; differing: {', '.join(self.differing) or 'nothing but the layout'}"


def settle(home: Home, capacity: Capacity) -> tuple[Settings, bool]:
    """Writes or refreshes the settings, where they are Pytoon's. Also whether what differs is news: it is told once."""
    path, wanted = home.dagster / NAME, shipped(capacity)
    digest = _digest(wanted)
    found = examine(home, capacity)
    known = _written(home)
    if found.own:
        if digest not in known:
            # First: whoever is killed in between leaves settings that are known as Pytoon's, the old or the new.
            _keep(home, (*known, digest))
        if not path.exists() or path.read_bytes() != wanted:
            write_bytes(path, wanted, home.work)
        return found, False
    told = f"told {_digest(path.read_bytes() + wanted)}"
    if told not in known:
        _keep(home, (*known, told))
    return found, told not in known


def examine(home: Home, capacity: Capacity) -> Settings:
    """How the settings stand. Changes nothing."""
    path, wanted = home.dagster / NAME, shipped(capacity)
    if not path.exists():
        return Settings(path, own=True)
    present = path.read_bytes()
    if present == wanted or _digest(present) in _written(home):
        return Settings(path, own=True)
    return Settings(path, own=False, differing=_differing(present, wanted))


def shipped(capacity: Capacity) -> bytes:
    """The settings that come with Pytoon, for this machine."""
    file = next(p for p in (PACKAGE.parent / NAME, PACKAGE / "_dagster.yaml") if p.is_file())
    return RUNS.sub(rf"\g<1>{capacity.runs}\g<2>", file.read_text("utf-8")).encode()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _written(home: Home) -> list[str]:
    file = home.dagster / WRITTEN
    return file.read_text("utf-8").splitlines() if file.exists() else []


def _keep(home: Home, written: Iterable[str]) -> None:
    write_bytes(home.dagster / WRITTEN, "".join(f"{one}\n" for one in written).encode(), home.work)


def _differing(present: bytes, wanted: bytes) -> tuple[str, ...]:
    try:
        own: Any = yaml.safe_load(present)
    except (yaml.YAMLError, UnicodeDecodeError):
        return ("all of it: it is not valid YAML",)
    theirs: Any = yaml.safe_load(wanted)
    own = own if isinstance(own, dict) else {}
    return tuple(sorted(str(name) for name in own.keys() | theirs.keys() if own.get(name) != theirs.get(name)))
