"""The registry of items: the origin of each, and what replaced it."""

from pathlib import Path

from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.provenance import Generation, ItemRecord
from pytoon_pipeline.runtime.atomic import write_bytes
from pytoon_pipeline.runtime.home import Home

ID_DIGITS = 12
KINDS = {"IMG": {".png", ".jpg", ".jpeg", ".webp"}, "AUD": {".mp3", ".wav", ".m4a", ".aac", ".flac", ".ogg"}}


def item_id(item: SourceItem) -> str:
    """``IMG-``, ``AUD-`` or ``VID-``, by the file's name and role, and the first digits of its hash."""
    ending = Path(item.name).suffix.lower()
    kind = next((kind for kind, endings in KINDS.items() if ending in endings), "VID")
    return f"{'AUD' if item.role in ('music', 'voice') else kind}-{item.sha256[:ID_DIGITS]}"


class Registry:
    """One JSON file per item."""

    def __init__(self, home: Home) -> None:
        self.root = home.registry
        self._tmp_folder = home.work

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
        write_bytes(self.root / f"{record.id}.json", record.model_dump_json(indent=2).encode(), self._tmp_folder)
        return record

    def get(self, name: str) -> ItemRecord | None:
        try:
            return ItemRecord.model_validate_json((self.root / f"{Path(name).name}.json").read_bytes())
        except FileNotFoundError:
            return None

    def of(self, upload: SourceMedia) -> list[ItemRecord]:
        """Records of an upload's items, in order."""
        return [record for item in upload.items if (record := self.get(item_id(item)))]
