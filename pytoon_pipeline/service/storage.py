"""What a home occupies on the disk, and sending it to the object store."""

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.storage import SharingResult, StorageResult
from pytoon_pipeline.operations.storage import examine
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.opening import open_store
from pytoon_pipeline.store.sharing import share_all


def storage(home: Home) -> StorageResult:
    """The sizes of the home by kind. Raises ``InvalidInput`` for a home that does not exist yet."""
    _ensure_home(home)
    return examine(home, open_store(home), Uploads(home), load_operations())


def share(home: Home) -> SharingResult:
    """Sends what the object store of the settings lacks. Raises ``InvalidInput`` without a home or an object store."""
    _ensure_home(home)
    store = open_store(home)
    if store.shared is None:
        raise InvalidInput(
            "no_object_store",
            "There is no object store to share with: PYTOON_STORE is not set.",
            "For example, type: export PYTOON_STORE=s3://BUCKET/PREFIX",
        )
    sent = share_all(store, store.shared)
    return SharingResult(address=store.shared.objects.address, files=sent.files, records=sent.records, bytes=sent.bytes)


def _ensure_home(home: Home) -> None:
    if not home.root.is_dir():
        raise InvalidInput(
            "no_home", f"The folder {home.root} does not exist yet.", "Render a video first, or type: pytoon setup"
        )
