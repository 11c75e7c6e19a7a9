"""Which keys a batch runs, and which leave the partitions."""

from pathlib import Path

import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import presets_digest
from pytoon_pipeline.contracts.errors import DependencyMissing, InternalError, InvalidInput, PytoonError, TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.status import DeliveryRecord, FailureRecord
from pytoon_pipeline.operations.batches import (
    DAY,
    KeyActivity,
    KeyState,
    archivable,
    batch,
    batch_reason,
    key_activity,
    last_overrides,
)
from pytoon_pipeline.runtime.home import Home

PRESET = "clean-product"
KEYS = [f"{n:032x}" for n in range(6)]


def upload(key: str, **request: object) -> SourceMedia:
    return SourceMedia(key=key, title="a title", items=(), request={"text": "Hi", **request})


def delivery(upload: SourceMedia, **changes: object) -> DeliveryRecord:
    """A delivery with today's presets."""
    presets = presets_digest(Request.model_validate(upload.request), PRESET)
    values: dict = {"at": 1.0, "engine": "local", "preset": PRESET, "presets": presets, "video": "outbox/a/a.mp4"}
    return DeliveryRecord(**(values | changes))


def failure(category: str) -> FailureRecord:
    return FailureRecord.model_validate({"code": "x", "message": "X.", "hint": "Y.", "category": category})


@pytest.mark.parametrize(
    ("category", "reason"),
    [
        ("dependency_missing", "failed"), ("transient", "failed"), ("bug", "failed"), ("invalid_input", None),
        ("quality", None),
    ],
)  # fmt: skip
def test_a_failure_that_may_pass_is_run_again(category: str, reason: str | None) -> None:
    for pending in (False, True):
        assert batch_reason(KeyState(pending, failure(category), None, None)) == reason


def test_the_reasons_of_keys_that_did_not_fail() -> None:
    delivered = delivery(upload(KEYS[0]))
    assert batch_reason(KeyState(False, None, None, None)) is None
    assert batch_reason(KeyState(True, None, delivered, delivered.presets)) == "pending"
    assert batch_reason(KeyState(False, None, delivered, delivered.presets)) is None
    assert batch_reason(KeyState(False, None, delivered, "other")) == "presets"
    assert batch_reason(KeyState(False, None, delivered, None)) is None, "presets that no longer exist plan nothing"
    fallback = delivered.model_copy(update={"engine": "fallback"})
    assert batch_reason(KeyState(False, None, fallback, "other")) == "engine"


@pytest.mark.parametrize(
    "request_fields",
    [
        {},
        {"profanity": "keep"},
        {"brand": "acme"},
        {"platform": "tiktok", "adjust": {"audio": {"loudness": -16}}},
    ],
)
def test_a_delivery_is_outdated_only_when_its_presets_change(
    home: Home, own_presets: Path, request_fields: dict[str, object]
) -> None:
    uploads, one = Uploads(home), upload(KEYS[0], **request_fields)
    uploads.register(one, pending=False)
    uploads.deliver(one.key, delivery(one), one)
    assert batch(uploads, (), KEYS, 10) == {}
    preset = own_presets / f"{PRESET}.yaml"
    preset.write_text(preset.read_text().replace("ken_burns: [in, out]", "ken_burns: [hold]"))
    assert batch(uploads, (), KEYS, 10) == {KEYS[0]: "presets"}
    preset.unlink()
    assert batch(uploads, (), KEYS, 10) == {}


def test_the_newest_keys_come_first_without_busy_unknown_and_hidden_ones(home: Home) -> None:
    uploads = Uploads(home)
    for key in KEYS:
        uploads.register(upload(key))
    uploads.archive(KEYS[0])
    uploads.stop(KEYS[1])
    assert batch(uploads, {KEYS[2]}, {*KEYS} - {KEYS[3]}, 10) == {KEYS[5]: "pending", KEYS[4]: "pending"}
    assert batch(uploads, (), KEYS, 1) == {KEYS[5]: "pending"}


def test_a_run_is_repeated_with_its_overrides(home: Home) -> None:
    uploads, one = Uploads(home), upload(KEYS[0])
    uploads.register(one, pending=False)
    uploads.deliver(one.key, delivery(one, overrides={"text": "delivered"}))
    assert last_overrides(uploads, one.key, "presets") == {"text": "delivered"}
    assert last_overrides(uploads, one.key, "pending") == {}
    uploads.fail(one.key, TransientError("x", "X.", "Y."), overrides={"text": "failed"})
    assert last_overrides(uploads, one.key, "failed") == {"text": "failed"}
    assert last_overrides(uploads, KEYS[1], "failed") == {}


@pytest.mark.parametrize(
    ("error", "settled"),
    [
        (None, True),
        (InvalidInput("x", "X.", "Y."), True),
        (DependencyMissing("x", "X.", "Y."), False),
        (InternalError("x", "X.", "Y."), False),
    ],
)
def test_a_key_is_settled_when_nothing_is_left_to_do(home: Home, error: PytoonError | None, settled: bool) -> None:
    uploads = Uploads(home)
    uploads.register(upload(KEYS[0]), pending=False)
    if error is not None:
        uploads.fail(KEYS[0], error)
    assert [one.settled for one in key_activity(uploads)] == [settled]
    uploads.register(upload(KEYS[0]), pending=True)
    assert [one.settled for one in key_activity(uploads)] == [False]
    uploads.archive(KEYS[0])
    assert key_activity(uploads) == []


def test_a_held_video_is_not_settled_and_a_delivery_is_a_change(home: Home) -> None:
    uploads, one = Uploads(home), upload(KEYS[0])
    uploads.register(one, pending=False)
    uploads.deliver(one.key, delivery(one, held=True))
    assert [one.settled for one in key_activity(uploads)] == [False]
    uploads.deliver(one.key, delivery(one, at=9e9))
    assert [(one.settled, one.last_change) for one in key_activity(uploads)] == [(True, 9e9)]


def test_unchanged_keys_are_archived_and_the_oldest_when_there_are_too_many() -> None:
    keys = [KeyActivity(str(n), n * DAY, settled=n % 2 == 0) for n in range(10)]
    assert archivable(keys, 10 * DAY, days=5, max_keys=100) == ["0", "2", "4"]
    assert archivable(keys, 10 * DAY, days=100, max_keys=8) == ["0", "2"]
    assert archivable(keys, 10 * DAY, days=100, max_keys=0) == ["0", "2", "4", "6", "8"]
    assert archivable([], 0, days=1, max_keys=0) == []
