"""How a key stands: what it waits for, why it failed, what was delivered. Times in seconds since the epoch."""

from typing import Literal

from pydantic import Field

from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.degradation import Degradation, Release
from pytoon_pipeline.contracts.rendering import EngineName

ErrorCategory = Literal["invalid_input", "dependency_missing", "transient", "quality", "bug"]


class FailureRecord(Record):
    """Why the last run of a key failed. ``tries`` counts failures of this class in a row, ``total`` those of
    any; ``run`` is its id, ``overrides`` are the fields of the request that it was given other values for.
    """

    code: str
    message: str
    hint: str
    category: ErrorCategory
    stage: str = ""
    run: str = ""
    overrides: dict[str, object] = Field(default_factory=dict)
    at: float = 0.0
    tries: int = 1
    total: int = 1


class DeliveryRecord(Record):
    """What was delivered last, or *held*: kept out of the outbox until a person releases it.

    ``preset`` is its name; ``presets`` the hash of all that the plan took from the presets' folder. ``video`` is the
    path of the file, ``others`` are folders of earlier deliveries that are still there; all below the home. ``codes``
    are gates that failed; ``overrides`` the fields of the request that its run was given other values for.
    """

    at: float
    degraded: Degradation | None = None
    held: bool = False
    released: Release | None = None
    video: str = ""
    others: tuple[str, ...] = ()
    engine: EngineName
    preset: str
    presets: str
    codes: tuple[str, ...] = ()
    overrides: dict[str, object] = Field(default_factory=dict)

    @property
    def folders(self) -> tuple[str, ...]:
        """Folders that we wrote for the key, the current one first."""
        return (*((self.video.rpartition("/")[0],) if self.video else ()), *self.others)
