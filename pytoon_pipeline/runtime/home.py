"""The folder that holds all state."""

from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.settings import Settings


@dataclass(frozen=True)
class Home:
    """``PYTOON_HOME`` and its folders."""

    root: Path

    @classmethod
    def locate(cls) -> "Home":
        """The folder that the settings name at this moment."""
        return cls(Settings.load().home)

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def uploads(self) -> Path:
        return self.root / "uploads"

    @property
    def registry(self) -> Path:
        return self.root / "registry"

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def held(self) -> Path:
        """Finished videos that wait for a person's decision; see ``quality/releasing.py``."""
        return self.root / "held"

    @property
    def remade(self) -> Path:
        """Videos that were made again from their manifests."""
        return self.root / "remade"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def health(self) -> Path:
        """Remembers when the engine of this machine was last seen to work."""
        return self.root / "health.json"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def intake(self) -> Path:
        """The index of what lies in the inbox."""
        return self.root / "inbox.sqlite"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def metrics(self) -> Path:
        """Tables from which figures over all videos are computed."""
        return self.root / "metrics"

    @property
    def runs(self) -> Path:
        """Locks of runs that are at work."""
        return self.root / "runs"

    @property
    def slots(self) -> Path:
        """Of what the machine has only so much: who holds it at this moment."""
        return self.root / "slots"

    @property
    def video_runs(self) -> Path:
        """Locks of those runs at work that share the processors: they make a video."""
        return self.root / "video_runs"

    def run_lock(self, run: str) -> Path:
        """The lock that a run holds while it works."""
        return self.runs / f"{run}.lock"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"
