"""The registry of items: the origin of each, and what replaced it."""

from pytoon_pipeline.catalog import records
from pytoon_pipeline.catalog.connection import Connection
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.names import item_id
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.provenance import Generation, ItemRecord
from pytoon_pipeline.runtime.home import Home


class Registry:
    """One record per item."""

    def __init__(self, home: Home) -> None:
        self._database = Database(home)

    def note(
        self, item: SourceItem, generation: Generation | None = None, licence: str | None = None,
        replaces: str | None = None, reason: str | None = None,
    ) -> ItemRecord:  # fmt: skip
        """Records the origin of an item. An existing record stays as it is."""
        known = self.get(item_id(item))
        if known is not None:
            return known
        record = ItemRecord(
            id=item_id(item), sha256=item.sha256, name=item.name, role=item.role, origin=item.origin, licence=licence,
            generation=generation, replaces=replaces, reason=reason,
        )  # fmt: skip
        with self._database.write() as database:
            records.put_item(database, record)
        return record

    def get(self, name: str) -> ItemRecord | None:
        with self._database.read() as database:
            return _find(database, name)

    def of(self, upload: SourceMedia) -> list[ItemRecord]:
        """A record of each of an upload's items, in order: how it was generated, and what it is in this upload."""
        with self._database.read() as database:
            return [_in_upload(item, upload, _find(database, item_id(item))) for item in upload.items]


def _find(database: Connection, name: str) -> ItemRecord | None:
    found = database.execute("select record from items where id = ?", (name,)).fetchone()
    return ItemRecord.model_validate_json(found[0]) if found else None


def _in_upload(item: SourceItem, upload: SourceMedia, known: ItemRecord | None) -> ItemRecord:
    record = ItemRecord(
        id=item_id(item),
        sha256=item.sha256,
        name=item.name,
        role=item.role,
        origin=item.origin,
        licence=None if item.origin == "brand" else str(upload.asked.get("licence") or "") or None,
    )
    if known is None or known.generation is None or item.origin == "brand":
        return record
    generated = {"origin": "generated", "licence": record.licence or known.licence}
    return record.model_copy(
        update=generated | {"generation": known.generation, "replaces": known.replaces, "reason": known.reason}
    )
