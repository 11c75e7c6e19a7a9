"""Making a generated item again: the same prompt, another seed, the same place in its upload."""

from pathlib import Path

from pytoon_pipeline.catalog.items import Registry, item_id
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceItem
from pytoon_pipeline.contracts.provenance import ItemRecord
from pytoon_pipeline.media.generators import generate, generation_request
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.store.store import Store


def regenerate(store: Store, uploads: Uploads, registry: Registry, key: str, name: str, reason: str) -> ItemRecord:
    """Puts a new picture in the place of the item ``name`` of an upload; only what shows it is rendered again.

    Raises ``InvalidInput`` for an item that the upload does not have or that nothing here has generated.
    """
    upload = uploads.get(key)
    item = next((one for one in upload.items if item_id(one) == name), None)
    if item is None:
        known = ", ".join(item_id(one) for one in upload.items)
        raise InvalidInput("unknown_item", f"The upload has no item “{name[:40]}”.", f"Its items are: {known}.")
    record = registry.get(name)
    if record is None or record.generation is None:
        raise InvalidInput(
            "not_generated", f"“{item.name[:80]}” was not generated here.", "Put another file in its place and add it."
        )
    before = record.generation
    wanted = generation_request(before.generator, before.prompt, before.seed + 1)
    with scratch_dir(store.work) as scratch:
        made = Path(scratch) / Path(item.name).with_suffix(".png").name
        generate(wanted, made)
        file = store.put(made)
    new = SourceItem(name=item.name, sha256=file.sha256, bytes=file.bytes, origin="generated", role=item.role)
    items = tuple(new if one is item else one for one in upload.items)
    found = registry.note(new, wanted, record.licence, replaces=record.id, reason=reason)
    uploads.register(upload.model_copy(update={"items": items}))
    return found
