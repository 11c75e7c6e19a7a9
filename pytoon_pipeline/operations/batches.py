"""Which keys a nightly batch makes, and which leave Dagster's partitions: decisions, and the facts they rest on."""

import json
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
Reason = Literal["pending", "failed", "engine", "presets"]


@dataclass(frozen=True)
class Facts:
    """What is known of a key: whether its video is still to be made, why it failed, what was delivered, and the hash of
    the settings that it would be planned with today, none when they are there no longer.
    """

    pending: bool
    failure: FailureRecord | None
    delivered: DeliveryRecord | None
    presets: str | None


def reason(facts: Facts) -> Reason | None:
    """Why a key belongs into the batch; none when it does not."""
    if facts.failure is not None:
        return "failed" if facts.failure.category in ("dependency_missing", "transient", "bug") else None
    if facts.pending:
        return "pending"
    if facts.delivered is None:
        return None
    if facts.delivered.engine == "fallback":
        return "engine"
    return "presets" if facts.presets not in (None, facts.delivered.presets) else None


def batch(uploads: Uploads, busy: Collection[str], known: Collection[str], most: int) -> dict[str, Reason]:
    """At most ``most`` of the ``known`` keys for a batch and why, the newest first, without those that are at work."""
    return dict(islice(((key, why) for key, why in _wanted(uploads, busy) if key in known), most))


def last_overrides(uploads: Uploads, key: str, why: Reason) -> Mapping[str, object]:
    """Other values for fields of its request with which a key was run last, when that run is to be made again."""
    record = uploads.failure(key) if why == "failed" else uploads.delivered(key) if why != "pending" else None
    return record.overrides if record is not None else {}


def _wanted(uploads: Uploads, busy: Collection[str]) -> Iterator[tuple[str, Reason]]:
    pending, hidden, today = uploads.pending(), uploads.archived() | uploads.stopped(), _today()
    newest = uploads.keys()
    for key in newest:
        if key in busy or key in hidden:
            continue
        delivered, upload = uploads.delivered(key), uploads.find(key)
        presets = (
            today(upload.model_copy(update={"overrides": delivered.overrides}), delivered.preset)
            if (delivered and upload)
            else None
        )
        if why := reason(Facts(key in pending, uploads.failure(key), delivered, presets)):
            yield key, why


def _today() -> Callable[[SourceMedia, str], str | None]:
    """Gives the hash of what an upload would be planned with; each combination is read once."""

    @cache
    def read(preset: str, adjust: str, platform: str, brand: str | None) -> str | None:
        request = Request.model_validate({"adjust": json.loads(adjust), "platform": platform, "brand": brand})
        try:
            return presets_digest(request, preset)
        except InvalidInput:
            return None

    def today(upload: SourceMedia, preset: str) -> str | None:
        try:
            request = Request.model_validate(upload.asked)
        except ValidationError:
            return None
        return read(preset, json.dumps(request.adjust, sort_keys=True), request.platform, request.brand)

    return today


@dataclass(frozen=True)
class Rest:
    """A key and when anything last happened to it. ``settled``: nothing is to be done for it."""

    key: str
    touched: float
    settled: bool


def archivable(keys: Sequence[Rest], now: float, days: float, most: int) -> list[str]:
    """Settled keys that nobody touched for ``days``; and, where more than ``most`` remain, the oldest settled ones."""
    oldest = sorted(keys, key=lambda one: one.touched)
    gone = [one.key for one in oldest if one.settled and now - one.touched > days * DAY]
    too_many = len(keys) - len(gone) - most
    if too_many > 0:
        rest = (one.key for one in oldest if one.settled and now - one.touched <= days * DAY)
        gone += islice(rest, too_many)
    return gone


def rests(uploads: Uploads) -> list[Rest]:
    """All keys that are not archived."""
    pending, hidden, failing = uploads.pending(), uploads.archived(), set(uploads.failing())
    found = []
    for key, touched in uploads.touched().items():
        if key not in hidden:
            delivered = uploads.delivered(key)
            at = max(touched, delivered.at) if delivered else touched
            decided = delivered is None or not delivered.held
            settled = decided and key not in pending and (key not in failing or _final(uploads, key))
            found.append(Rest(key, at, settled))
    return found


def _final(uploads: Uploads, key: str) -> bool:
    failure = uploads.failure(key)
    return failure is None or failure.category == "invalid_input"
