"""The folder that holds all state."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

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
    def catalog(self) -> Path:
        """The database of uploads, their status, items and the inbox."""
        return self.root / "catalog.sqlite"

    @property
    def accounts(self) -> Path:
        """The database of the HTTP API, where no other is set."""
        return self.root / "accounts.sqlite"

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def held(self) -> Path:
        """Finished videos that wait for a person to release them."""
        return self.root / "held"

    @property
    def brands(self) -> Path:
        """Brands that tenants make over the HTTP API, by tenant and name."""
        return self.root / "brands"

    @property
    def remade(self) -> Path:
        """Videos remade from their manifests."""
        return self.root / "remade"

    @property
    def beds(self) -> Path:
        """Music that Pytoon has synthesised for requests."""
        return self.root / "beds"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def health(self) -> Path:
        """When the local engine last passed its health check."""
        return self.root / "health.json"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def metrics(self) -> Path:
        """Tables from which KPIs are computed."""
        return self.root / "metrics"

    @property
    def runs(self) -> Path:
        """Locks of active runs."""
        return self.root / "runs"

    @property
    def leases(self) -> Path:
        """Locks of the leases that processes of this home hold."""
        return self.root / "leases"

    @property
    def slots(self) -> Path:
        """Locks of concurrency slots."""
        return self.root / "slots"

    @property
    def video_runs(self) -> Path:
        """Locks of active runs that make a video and so share the processors."""
        return self.root / "video_runs"

    def served_url(self, files_url: str | None, path: Path) -> str | None:
        """The URL of a delivered file where the outbox is served under ``files_url``; held videos are not served."""
        if files_url is None or not path.is_relative_to(self.outbox):
            return None
        return f"{files_url.rstrip('/')}/{quote(path.relative_to(self.outbox).as_posix())}"

    def run_lock(self, run: str) -> Path:
        """The lock that a run holds while it is active."""
        return self.runs / f"{run}.lock"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"
