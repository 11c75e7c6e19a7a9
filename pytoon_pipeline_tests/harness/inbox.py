"""An inbox with a clock, and uploads to put into it."""

import json
from pathlib import Path
from typing import Any

from PIL import Image

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.intake.ingester import Ingester, IngestReport
from pytoon_pipeline.intake.listing import Inbox
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness import media


class Desk:
    """An inbox with a simulated clock."""

    def __init__(self, home: Home, inbox: Inbox, operations: Operations | None = None) -> None:
        self.home = home
        self.now = 1000.0
        self.operations = operations or load_operations()
        self.receiver = Ingester(home, inbox, self.operations, lambda: self.now)

    def look(self, passed: float = 0.0) -> IngestReport:
        self.now += passed
        return self.receiver.scan()

    def settle(self) -> IngestReport:
        """Two passes, so far apart that unchanged files have settled."""
        self.look()
        return self.look(self.operations.inbox_settled_seconds)

    @property
    def uploads(self) -> Uploads:
        return Uploads(self.home)


def picture(path: Path, colour: str = "#336699") -> Path:
    Image.new("RGB", (400, 600), colour).save(path)
    return path


def clip(path: Path) -> Path:
    return media.video(path, 1.5, "160x120", "25", False)


def folder(path: Path, request: dict[str, Any], *pictures: str) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name in pictures:
        picture(path / name)
    (path / "request.yaml").write_text(json.dumps(request))
    return path


SUBTITLES = "1\n00:00:00,500 --> 00:00:01,500\nGood morning\n"


def _delivered() -> Any:
    from pytoon_pipeline.contracts.status import DeliveryRecord

    return DeliveryRecord(at=0.0, engine="local", preset="p", presets="x")
