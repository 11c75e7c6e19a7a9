"""What is removed when it is no longer needed: results that can be computed again, old logs, and keys at rest.

Finished videos and the files of uploads are never removed.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass

from pytoon_pipeline.analysis.registry import STAGES as ANALYSIS_STAGES
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.delivery.deliver import DELIVERY
from pytoon_pipeline.engines.composite import COMPOSITE
from pytoon_pipeline.engines.segments import SEGMENTS
from pytoon_pipeline.intake.source import SOURCE
from pytoon_pipeline.operations.batches import DAY, archivable, key_activity
from pytoon_pipeline.operations.planning import SPEC
from pytoon_pipeline.operations.resolve import RESOLVED
from pytoon_pipeline.quality.assessment import QC
from pytoon_pipeline.rendering.stages import STAGES as RENDER_STAGES
from pytoon_pipeline.runtime.active_runs import oldest_run
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.retention import RetentionReport, Rules, sweep
from pytoon_pipeline.store.store import Store

# Every stage whose results are in the store; each says its retention class.
STAGES = (*ANALYSIS_STAGES, *RENDER_STAGES, SOURCE, RESOLVED, SPEC, SEGMENTS, COMPOSITE, QC, DELIVERY)
# Stages whose results can be computed again. They expire by age and by size.
EXPIRING = frozenset(stage.name for stage in STAGES if stage.retention == "by_rule")


@dataclass(frozen=True)
class GarbageReport:
    """What one collection removed: from the store, files of logs, and keys that are archived now."""

    store: RetentionReport
    old_logs: int
    archived: tuple[str, ...]


def collect_garbage(
    home: Home, store: Store, uploads: Uploads, rules: Operations, run: str, busy: Collection[str]
) -> GarbageReport:
    """Removes expired results and logs, and archives keys at rest. ``run`` is the calling run; keys in ``busy`` have a
    run in progress and stay.
    """
    now = time.time()
    swept = sweep(store, retention_rules(rules), uploads.files(), oldest_run(home, run), now)
    old = [path for path in home.logs.glob("*.jsonl") if now - path.stat().st_mtime > rules.log_retention_days * DAY]
    for path in old:
        path.unlink()
    resting = archivable(key_activity(uploads), now, rules.archive_after_days, rules.max_partitions)
    archived = tuple(key for key in resting if key not in busy)
    for key in archived:
        uploads.archive(key)
    return GarbageReport(swept, len(old), archived)


def retention_rules(rules: Operations) -> Rules:
    """What may be removed from the store, and when."""
    return Rules(rules.retention_days, rules.retention_bytes, rules.retention_grace_seconds, EXPIRING)
