"""The job that compiles one upload into one video."""

from collections.abc import Mapping, Set

import dagster as dg

from pytoon_pipeline.analysis.registry import ANALYSES
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.defs.overrides import config_for
from pytoon_pipeline.defs.ownership import TEAM, labels
from pytoon_pipeline.defs.partitions import key_of, uploads
from pytoon_pipeline.defs.tags import queue_tags
from pytoon_pipeline.engines.composite import COMPOSITE
from pytoon_pipeline.engines.segments import SEGMENTS
from pytoon_pipeline.operations.planning import SPEC
from pytoon_pipeline.quality.assessment import QC
from pytoon_pipeline.runtime.home import Home

COMPILE = "compile_video"


# What a run may compute ahead of its steps: the analyses, or everything up to the check of the video.
ANALYSED = frozenset(analysis.stage.name for analysis in ANALYSES)
CHECKED = ANALYSED | {SPEC.name, SEGMENTS.name, COMPOSITE.name, QC.name}


def selects(run: dg.DagsterRun, assets: Set[str]) -> bool:
    """Whether a run executes all of ``assets``, or a person selected only others."""
    if not run.asset_selection:
        return run.job_name == COMPILE
    return assets <= {key.to_user_string() for key in run.asset_selection}


def _tags(partition: str) -> Mapping[str, str]:
    """Tags of a run that a person launches; those of the sensors' runs are in their requests."""
    known = Uploads(Home.locate())
    return queue_tags(known.find(key_of(known, partition)))


compile_video = dg.define_asset_job(
    COMPILE,
    selection=dg.AssetSelection.assets("delivered_video").upstream(),
    config=dg.PartitionedConfig(
        uploads,
        run_config_for_partition_key_fn=lambda partition: config_for({}),
        tags_for_partition_key_fn=_tags,
    ),
    executor_def=dg.in_process_executor,
    description="Renders one upload, checks the video and delivers it to the outbox. Results that are in the store "
    "are reused. To render with another preset, text or platform, set it in the configuration of source_media.",
    tags=labels("video"),
    owners=[TEAM],
)
