"""What a tenant's renders use, for its quota."""

from collections.abc import Collection

from pydantic import ValidationError

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.contracts.status import DeliveryRecord


def pending_of(database: Database, tenant: str) -> dict[str, bool]:
    """The keys of a tenant whose video is pending, and whether their last run failed."""
    query = (
        "select uploads.key, failures.key is not null from uploads left join failures on failures.key = uploads.key "
        "where tenant = ? and pending is not null"
    )
    with database.read() as opened:
        return {key: bool(failed) for key, failed in opened.execute(query, (tenant,))}


def seconds_of(database: Database, keys: Collection[str]) -> dict[str, float]:
    """The lengths of the current videos of keys; 0 for one without a video."""
    found = {}
    with database.read() as opened:
        for key in keys:
            row = opened.execute("select record from versions where key = ? and current", (key,)).fetchone()
            found[key] = _seconds(row[0] if row is not None else None)
    return found


def _seconds(record: str | None) -> float:
    """The length of a delivered video; 0 for a record that this version cannot read."""
    try:
        return DeliveryRecord.model_validate_json(record).seconds or 0.0 if record is not None else 0.0
    except ValidationError:
        return 0.0
