"""What a home occupies on the disk."""

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.storage import StorageResult
from pytoon_pipeline.operations.storage import examine
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store


def storage(home: Home) -> StorageResult:
    """The sizes of the home by kind. Raises ``InvalidInput`` for a home that does not exist yet."""
    if not home.root.is_dir():
        raise InvalidInput(
            "no_home", f"The folder {home.root} does not exist yet.", "Render a video first, or type: pytoon setup"
        )
    return examine(home, Store(home.store, home.work), Uploads(home), load_operations())
