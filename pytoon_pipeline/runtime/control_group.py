"""What the control group of this process allows: containers limit processors and memory by it.

Source: the Linux kernel's documentation, admin-guide/cgroup-v2 (``cpu.max``, ``memory.max``) and admin-guide/cgroup-v1
(``cpu.cfs_quota_us``, ``cpu.cfs_period_us``, ``memory.limit_in_bytes``).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class Limits:
    """``processors`` is a quota of processor time, rounded up; ``memory`` is in bytes. None: no limit."""

    processors: int | None = None
    memory: int | None = None


def limits(root: Path = ROOT, membership: Path = MEMBERSHIP) -> Limits:
    """The lowest limits of the process's group and the groups around it; no limits where the system has no groups."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return Limits()
    quotas: list[float] = []
    sizes: list[int] = []
    for line in lines:
        _, controllers, group = line.split(":", 2)
        for folder in _folders(root, controllers, group):
            quotas += _quota(folder)
            sizes += _sizes(folder)
    return Limits(math.ceil(min(quotas)) if quotas else None, min(sizes, default=None))


def _folders(root: Path, controllers: str, group: str) -> Iterator[Path]:
    """The group's folder and its parents. A container that sees only its own group has it at the top."""
    top = root / controllers if controllers else root
    path = top / group.lstrip("/")
    yield from (one for one in (path, *path.parents) if one.is_relative_to(top) and one.is_dir())


def _quota(folder: Path) -> list[float]:
    """Processors, from the time that the group may use in each period."""
    unified = _words(folder / "cpu.max")
    quota = unified or _words(folder / "cpu.cfs_quota_us") + _words(folder / "cpu.cfs_period_us")
    numbers = [_number(word) for word in quota]
    match numbers:
        case [int(time), int(period)] if time > 0 and period > 0:
            return [time / period]
        case _:
            return []


def _sizes(folder: Path) -> list[int]:
    words = _words(folder / "memory.max") or _words(folder / "memory.limit_in_bytes")
    return [size for word in words if (size := _number(word)) is not None and size > 0]


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []


def _number(word: str) -> int | None:
    """None for ``max``: no limit."""
    return int(word) if word.lstrip("-").isdigit() else None
