"""The transcriber to use, and where its weights are."""

from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.contracts.analysis import Transcriber


@dataclass(frozen=True)
class Choice:
    """The transcriber to use; ``weights`` is Whisper's checkpoint."""

    transcriber: Transcriber
    weights: Path | None = None
