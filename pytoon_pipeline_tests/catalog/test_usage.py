"""What a tenant's renders use."""

from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.catalog.usage import pending_of, seconds_of
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.runtime.home import Home


def test_what_waits_and_how_long_videos_are(home: Home) -> None:
    uploads = Uploads(home)
    waiting, failed, done, other = (f"{n:032x}" for n in range(4))
    for key in (waiting, failed, done, other):
        tenant = "other" if key == other else "acme"
        uploads.register(SourceMedia(key=key, tenant=tenant, title=key, items=(), request={}))
    uploads.fail(failed, TransientError("disk", "The disk is full.", "Wait."))
    uploads.deliver(done, DeliveryRecord(at=1.0, seconds=12.5, engine="local", preset="p", presets="d"))
    assert pending_of(Database(home), "acme") == {waiting: False, failed: True}
    assert pending_of(Database(home), "nobody") == {}
    assert seconds_of(Database(home), [waiting, done, "f" * 32]) == {waiting: 0.0, done: 12.5, "f" * 32: 0.0}
