"""Reports the release of a held video to Dagster: the page of ``delivered_video`` then shows where the video is now."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.defs.assets.delivery import as_requested
from pytoon_pipeline.defs.links import file_link
from pytoon_pipeline.defs.tags import STATUS_TAG
from pytoon_pipeline.delivery.deliver import DELIVERY
from pytoon_pipeline.delivery.outbox import MANIFEST, POST
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings

HELD = "held_"


def report_release(home: Home, key: str) -> None:
    """Reports it to the instance of a home that has one."""
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        record_release(instance, home, Settings.load().files_url, key)


def record_release(instance: dg.DagsterInstance, home: Home, files_url: str | None, key: str) -> None:
    """Records a materialization of the released video, with the same data version, and its check. Nothing where Dagster
    has no record of the held one.
    """
    uploads, asset = Uploads(home), dg.AssetKey(DELIVERY.name)
    record, partition = uploads.delivered(key), uploads.name(key)
    wanted = dg.AssetRecordsFilter(asset_key=asset, asset_partitions=[partition])
    for found in instance.fetch_materializations(wanted, limit=1).records:
        held = found.asset_materialization
        if record is None or held is None:
            continue
        metadata = released_metadata(home, files_url, record, held.metadata)
        tags = {**(held.tags or {}), STATUS_TAG: record.state}
        instance.report_runless_asset_event(
            dg.AssetMaterialization(asset, metadata=metadata, partition=partition, tags=tags)
        )
        check = as_requested(record)
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                check_name=str(check.check_name), asset_key=asset, passed=check.passed, severity=check.severity,
                description=check.description, metadata=check.metadata, partition=partition,
            )
        )  # fmt: skip


def released_metadata(
    home: Home, files_url: str | None, record: DeliveryRecord, held: Mapping[str, dg.MetadataValue[Any]]
) -> dict[str, Any]:
    """The metadata of a held video as it is after its release: its files are those in the outbox."""
    video = home.root / record.video
    released = record.released
    changes: dict[str, Any] = {
        "delivery": record.state,
        "held": False,
        "manifest": file_link(home, files_url, video.with_name(MANIFEST)),
    }
    found: dict[str, Any] = {}
    for name, value in held.items():
        if name.startswith(HELD):
            file = Path(str(value.value))
            path = video.with_name(POST) if file.name == POST else video.with_suffix(file.suffix)
            found[name.removeprefix(HELD)] = file_link(home, files_url, path)
        else:
            found[name] = changes.get(name, value)
    return found | ({"released": f"{released.by}: {released.reason or 'no reason given'}"} if released else {})
