"""How the pipeline operates: what waits, what is retried, what is kept."""

from pydantic import Field

from pytoon_pipeline.contracts.base import Record


class Operations(Record):
    """The settings in ``presets/operations.yaml``, where each number has its reason. Names end in their units."""

    inbox_settled_seconds: float = Field(ge=0)
    incomplete_folder_timeout_seconds: float = Field(ge=0)
    missing_file_timeout_seconds: float = Field(ge=0)
    preflight_timeout_seconds: float = Field(gt=0, le=20)
    ingest_budget_seconds: float = Field(gt=0, le=50)
    render_timeout_base_seconds: float = Field(gt=0)
    render_timeout_factor: float = Field(gt=0)
    min_free_bytes: int = Field(ge=0)
    stuck_seconds: float = Field(gt=0)
    max_batch_size: int = Field(ge=0, le=1000)
    retention_days: float = Field(gt=0)
    retention_bytes: int = Field(gt=0)
    retention_grace_seconds: float = Field(ge=0)
    log_retention_days: float = Field(gt=0)
    run_retention_days: float = Field(gt=0)
    operational_run_retention_days: float = Field(gt=0)
    archive_after_days: float = Field(gt=0)
    max_partitions: int = Field(gt=0)
    # A folder of presets from before this setting has none.
    price_per_hour: float = Field(default=0, ge=0)

    def render_timeout_seconds(self, video_seconds: float) -> float:
        """The time that rendering a video of this length may take."""
        return self.render_timeout_base_seconds + self.render_timeout_factor * video_seconds
