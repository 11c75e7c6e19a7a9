"""Dagster's instance settings, ``PYTOON_HOME/dagster/dagster.yaml``.

Pytoon writes the file when it is missing and updates it while its content is Pytoon's own. Once an operator has changed
it, it stays as it is.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pytoon_pipeline.defs import celery_launcher, dagster_storage
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.home import Home

PACKAGE = Path(__file__).parents[1]
NAME = "dagster.yaml"
# Digests of every content that Pytoon wrote, one per line: files of earlier versions are recognized as Pytoon's own.
# Digests of changes by hand that were reported are kept here too, marked.
DIGESTS, REPORTED = ".dagster.yaml.written", "reported "
RUNS = re.compile(r"(limit: )\d+(  # videos at once)")


@dataclass(frozen=True)
class InstanceSettings:
    """The state of the file. ``own``: Pytoon wrote it. Otherwise ``differing`` names the sections that differ."""

    path: Path
    own: bool
    differing: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.own:
            return "written by Pytoon"
        return f"changed by hand and left as it is; differing sections: {', '.join(self.differing) or 'none'}"


def write_settings(home: Home, capacity: Capacity) -> tuple[InstanceSettings, bool]:
    """Writes or updates the file, unless an operator has changed it. Also returns whether this change is to be
    reported: each is reported once.
    """
    path, wanted = home.dagster / NAME, shipped(capacity)
    state, digests = examine(home, capacity), _digests(home)
    if not state.own:
        change = REPORTED + _digest(path.read_bytes() + wanted)
        if change in digests:
            return state, False
        _remember(home, (*digests, change))
        return state, True
    if (digest := _digest(wanted)) not in digests:
        # Before the file: a kill between the two writes leaves content that is recognized.
        _remember(home, (*digests, digest))
    if not path.exists() or path.read_bytes() != wanted:
        write_bytes(path, wanted, home.work)
    return state, False


def examine(home: Home, capacity: Capacity) -> InstanceSettings:
    """The state of the file. Reads only."""
    path, wanted = home.dagster / NAME, shipped(capacity)
    if not path.exists():
        return InstanceSettings(path, own=True)
    present = path.read_bytes()
    if present == wanted or _digest(present) in _digests(home):
        return InstanceSettings(path, own=True)
    return InstanceSettings(path, own=False, differing=_differing(present, wanted))


def shipped(capacity: Capacity) -> bytes:
    """The content that comes with Pytoon, with what fits the machine and what the settings name."""
    file = next(path for path in (PACKAGE.parent / NAME, PACKAGE / "_dagster.yaml") if path.is_file())
    text = file.read_text("utf-8")
    limited = RUNS.sub(rf"\g<1>{capacity.runs}\g<2>", text)
    return (celery_launcher.with_launcher(limited) + dagster_storage.section()).encode()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _digests(home: Home) -> list[str]:
    file = home.dagster / DIGESTS
    return file.read_text("utf-8").splitlines() if file.exists() else []


def _remember(home: Home, digests: Iterable[str]) -> None:
    write_bytes(home.dagster / DIGESTS, "".join(f"{digest}\n" for digest in digests).encode(), home.work)


def _differing(present: bytes, wanted: bytes) -> tuple[str, ...]:
    try:
        operators: Any = yaml.safe_load(present)
    except (yaml.YAMLError, UnicodeDecodeError):
        return ("all: it is not valid YAML",)
    own: Any = yaml.safe_load(wanted)
    operators = operators if isinstance(operators, dict) else {}
    return tuple(sorted(str(name) for name in own.keys() | operators.keys() if own.get(name) != operators.get(name)))
