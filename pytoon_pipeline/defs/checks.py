"""Asset checks with one result per upload."""

import dagster as dg

from pytoon_pipeline.defs.partitions import uploads


def partitioned_check(asset: str, name: str, description: str, *, blocking: bool = False) -> dg.AssetCheckSpec:
    """A check of ``asset`` whose results belong to partitions."""
    return dg.AssetCheckSpec(name, asset=asset, description=description, blocking=blocking, partitions_def=uploads)
