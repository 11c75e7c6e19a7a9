"""How the pipeline is run: what waits, what is tried again, what is kept."""

from pydantic import Field

from pytoon_pipeline.contracts.base import Record


class Operations(Record):
    """Edited in ``presets/operations.yaml``, where each number has its reason. Names end in their units."""

    inbox_settled_seconds: float = Field(ge=0)
    inbox_patience_seconds: float = Field(ge=0)
    inbox_missing_seconds: float = Field(ge=0)
    inbox_look_seconds: float = Field(gt=0, le=20)
    inbox_tick_seconds: float = Field(gt=0, le=50)
    render_base_seconds: float = Field(gt=0)
    render_seconds_a_second: float = Field(gt=0)
    free_bytes_kept: int = Field(ge=0)
    stuck_seconds: float = Field(gt=0)
    batch_most: int = Field(ge=0, le=1000)
    kept_days: float = Field(gt=0)
    kept_bytes: int = Field(gt=0)
    kept_grace_seconds: float = Field(ge=0)
    logs_days: float = Field(gt=0)
    history_days: float = Field(gt=0)
    operational_history_days: float = Field(gt=0)
    archive_days: float = Field(gt=0)
    partitions_most: int = Field(gt=0)

    def render_seconds(self, video_seconds: float) -> float:
        """How long rendering a video of this length may take."""
        return self.render_base_seconds + self.render_seconds_a_second * video_seconds
