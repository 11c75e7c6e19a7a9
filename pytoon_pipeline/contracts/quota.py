"""How much each tenant may use. What has no limit is null."""

from typing import Any

from pydantic import Field

from pytoon_pipeline.contracts.access import Tenant
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError

DAY_SECONDS = 86400.0


class Quota(Record):
    """The limits of a tenant. A day is the last 24 hours."""

    renders_per_day: int | None = Field(default=None, ge=0, description="renders that are queued, also again")
    seconds_per_day: float | None = Field(
        default=None, ge=0, description="length of the videos; of those not finished, their max_seconds"
    )
    concurrent: int | None = Field(default=None, ge=0, description="renders that wait or are in progress")
    bytes_stored: int | None = Field(default=None, ge=0, description="size of the uploads that are kept")


class Usage(Record):
    """What a tenant uses now, by the names of the limits."""

    renders_per_day: int
    seconds_per_day: float
    concurrent: int
    bytes_stored: int


class QuotaResult(Record):
    """The limits of a tenant, and what it uses of them."""

    tenant: Tenant
    limits: Quota
    used: Usage


def over_quota(name: str, used: float, wanted: float, limit: float, seconds: float) -> TransientError:
    """The error for a render that would exceed a limit; it may be sent again in ``seconds`` seconds."""
    what = {
        "renders_per_day": f"{limit:,.0f} renders in 24 hours, and {used:,.0f} are used",
        "seconds_per_day": f"{limit:,.0f} s of video in 24 hours; {used:,.0f} s are used, this may take {wanted:,.0f}",
        "concurrent": f"{limit:,.0f} renders at a time, and {used:,.0f} wait or are in progress",
    }[name]
    error = TransientError(
        f"quota_{name}", f"Your limit is {what}.", "GET /v1/quota shows all limits. Try again later."
    )
    error.retry_seconds = seconds
    return error


def no_room(used: int, wanted: int, limit: int) -> InvalidInput:
    """The error for an upload that would exceed the limit of stored bytes."""
    sizes = (f"{size / 1e6:,.1f} MB" for size in (limit, used, wanted))
    message = "Your uploads may take {}; they take {}, and this one has {}.".format(*sizes)
    return InvalidInput(
        "quota_bytes_stored", message, "Delete uploads that you no longer need: DELETE /v1/uploads/{id}"
    )


def changed(quota: Quota, changes: dict[str, Any]) -> Quota:
    """The limits with some replaced. Raises pydantic's ``ValidationError`` for what is no limit."""
    return Quota.model_validate({**quota.model_dump(), **changes})
