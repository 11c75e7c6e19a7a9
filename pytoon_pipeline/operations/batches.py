"""Which keys a nightly batch runs, and which keys leave Dagster's partitions."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Literal

from pydantic import ValidationError

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import presets_digest
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.status import DeliveryRecord, FailureRecord

DAY = 86400.0
# Categories of failures that may be gone the next night.
PASSING = ("dependency_missing", "transient", "bug")
# Fields of a request that decide what a plan takes from the presets folder.
PRESET_FIELDS = {"adjust", "platform", "brand", "profanity"}
Reason = Literal["pending", "failed", "engine", "presets"]


@dataclass(frozen=True)
class KeyState:
    """What decides whether a key belongs to a batch.

    ``pending``: its video is still to be rendered. ``presets`` is the digest of the presets that it would be planned
    with today, none when they no longer exist.
    """

    pending: bool
    failure: FailureRecord | None
    delivered: DeliveryRecord | None
    presets: str | None


def batch_reason(state: KeyState) -> Reason | None:
    """Why a key belongs to the batch, none when it does not."""
    if state.failure is not None:
        return "failed" if state.failure.category in PASSING else None
    if state.pending:
        return "pending"
    if state.delivered is None:
        return None
    if state.delivered.engine == "fallback":
        return "engine"
    return "presets" if state.presets not in (None, state.delivered.presets) else None


def batch(uploads: Uploads, busy: Collection[str], known: Collection[str], max_keys: int) -> dict[str, Reason]:
    """At most ``max_keys`` of the ``known`` keys with the reason for each, the newest first, without the busy ones."""
    return dict(islice(((key, why) for key, why in _candidates(uploads, busy) if key in known), max_keys))


def last_overrides(uploads: Uploads, key: str, why: Reason) -> Mapping[str, object]:
    """Overrides of the run that the batch repeats; empty for a key that has not run yet."""
    record = uploads.failure(key) if why == "failed" else uploads.delivered(key) if why != "pending" else None
    return record.overrides if record is not None else {}


def _candidates(uploads: Uploads, busy: Collection[str]) -> Iterator[tuple[str, Reason]]:
    pending, excluded = uploads.pending(), uploads.archived() | uploads.stopped()
    failures, deliveries = uploads.failures(), uploads.deliveries()
    todays_digest = _presets_reader()
    newest_first = uploads.all()
    for key, upload in newest_first.items():
        if key in busy or key in excluded:
            continue
        delivered, presets = deliveries.get(key), None
        if delivered is not None:
            as_delivered = upload.model_copy(update={"overrides": delivered.overrides})
            presets = todays_digest(as_delivered, delivered.preset)
        if why := batch_reason(KeyState(key in pending, failures.get(key), delivered, presets)):
            yield key, why


def _presets_reader() -> Callable[[SourceMedia, str], str | None]:
    """A function that returns the digest of what an upload would be planned with. It reads each combination once."""

    @cache
    def read(preset: str, fields: str) -> str | None:
        try:
            return presets_digest(Request.model_validate_json(fields), preset)
        except InvalidInput:
            return None

    def todays_digest(upload: SourceMedia, preset: str) -> str | None:
        try:
            request = Request.model_validate(upload.asked)
        except ValidationError:
            return None
        return read(preset, request.model_dump_json(include=PRESET_FIELDS))

    return todays_digest


@dataclass(frozen=True)
class KeyActivity:
    """When something last happened to a key, in seconds since the epoch. ``settled``: nothing is left to do for it."""

    key: str
    last_change: float
    settled: bool


def archivable(keys: Sequence[KeyActivity], now: float, days: float, max_keys: int) -> list[str]:
    """Settled keys unchanged for ``days``; where more than ``max_keys`` remain, also the oldest other settled ones."""
    oldest_first = sorted(keys, key=lambda one: one.last_change)
    expired = [one.key for one in oldest_first if one.settled and now - one.last_change > days * DAY]
    excess = len(keys) - len(expired) - max_keys
    if excess > 0:
        recent = (one.key for one in oldest_first if one.settled and now - one.last_change <= days * DAY)
        expired += islice(recent, excess)
    return expired


def key_activity(uploads: Uploads) -> list[KeyActivity]:
    """The activity of all keys that are not archived."""
    pending, archived = uploads.pending(), uploads.archived()
    failures, deliveries = uploads.failures(), uploads.deliveries()
    found = []
    for key, registered in uploads.touched().items():
        if key not in archived:
            delivered, failure = deliveries.get(key), failures.get(key)
            last_change = max(registered, delivered.at) if delivered else registered
            decided = delivered is None or not delivered.held
            settled = decided and key not in pending and (failure is None or failure.category == "invalid_input")
            found.append(KeyActivity(key, last_change, settled))
    return found
