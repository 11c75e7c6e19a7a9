"""The runs in progress in a home, by the locks that they hold."""

from pathlib import Path

from pytoon_pipeline.runtime.home import Home


def oldest_run(home: Home, own: str = "") -> float | None:
    """When the oldest run in progress other than ``own`` started, in seconds since the epoch."""
    locks = [path for path in home.runs.glob("*.lock") if path != home.run_lock(own)]
    return min((started for path in locks if (started := _started(path)) is not None), default=None)


def _started(lock: Path) -> float | None:
    try:
        return lock.stat().st_mtime
    except FileNotFoundError:
        return None
