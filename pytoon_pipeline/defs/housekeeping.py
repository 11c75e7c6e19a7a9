"""Keeping the house: what is no longer needed goes, what is no longer looked at leaves the partitions."""

import time
from pathlib import Path

import dagster as dg

from pytoon_pipeline.defs.history import remove_old_runs
from pytoon_pipeline.defs.partitions import UPLOADS, add_partitions
from pytoon_pipeline.defs.requesting import runs_in_progress
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.operations.batches import DAY, archivable, rests
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.retention import Rules, sweep

# Results of these stages can be made again from the others.
INTERMEDIATE = frozenset(
    (
        "segment", "rendered_segments", "audio", "thumbnail", "thumbnail_frame", "composite", "qc_score",
        "delivered_video", "sampled_frames", "sampled_frames_of_item",
    )
)  # fmt: skip


@dg.op(
    config_schema={},
    description="Removes intermediate files by age and size, old logs and runs, and old keys from the partitions.",
)
def collect_garbage(context: dg.OpExecutionContext, studio: Studio) -> None:
    rules = studio.operations
    now, uploads, home = time.time(), studio.uploads, studio.places
    swept = sweep(
        studio.store,
        Rules(rules.retention_days, rules.retention_bytes, rules.retention_grace_seconds, INTERMEDIATE),
        uploads.files(),
        oldest_run(home, context.run.run_id),
        now,
    )
    logs = [path for path in home.logs.glob("*.jsonl") if now - path.stat().st_mtime > rules.log_retention_days * DAY]
    for path in logs:
        path.unlink()
    busy = runs_in_progress(context.instance)
    for key in archivable(rests(uploads), now, rules.archive_after_days, rules.max_partitions):
        if key not in busy:
            uploads.archive(key)
    # Also those of which an earlier housekeeping was stopped half-way.
    gone = (set(context.instance.get_dynamic_partitions(UPLOADS)) & uploads.archived()) - busy
    for key in sorted(gone):
        context.instance.delete_dynamic_partition(UPLOADS, key)
    # Keys of which Dagster's database knows nothing, as after its loss.
    lacking = set(uploads.keys()) - uploads.archived() - set(context.instance.get_dynamic_partitions(UPLOADS))
    add_partitions(context.instance, sorted(lacking))
    runs = remove_old_runs(context.instance, rules.run_retention_days, rules.operational_run_retention_days)
    context.add_output_metadata(
        {**vars(swept), "old_logs": len(logs), "archived_keys": len(gone), "old_runs": runs}
    )  # fmt: skip


def oldest_run(home: Home, own: str) -> float | None:
    """When the oldest run that is at work began, other than ``own``."""
    locks = [path for path in home.runs.glob("*.lock") if path != home.run_lock(own)]
    return min((began for path in locks if (began := _began(path)) is not None), default=None)


def _began(lock: Path) -> float | None:
    try:
        return lock.stat().st_mtime
    except FileNotFoundError:
        return None


@dg.job(description="Keeps the store, the logs and the partitions within their limits.")
def housekeeping() -> None:
    collect_garbage()
