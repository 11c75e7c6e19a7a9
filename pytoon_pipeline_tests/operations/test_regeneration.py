"""An item is generated again with another seed."""

from pathlib import Path

import pytest

from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.media.generators import generation_of
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.generation import generate, regenerate
from pytoon_pipeline.store.store import Store


@pytest.fixture
def upload(home: Home, store: Store, tmp_path: Path) -> str:
    """An upload with a picture of a person and a generated one."""
    folder = tmp_path / "sky"
    folder.mkdir()
    generate("backdrop", "blue sky", 3, folder / "sky.png")
    (folder / "photo.png").write_bytes(b"a photo")
    (folder / "request.yaml").write_text("{archetype: overlay, media: [photo.png], background: sky.png, licence: CC0}")
    known, _ = ingest(home, store, read_upload(folder), pending=False)
    return known.key


def test_the_next_seed_replaces_the_item(home: Home, store: Store, upload: str) -> None:
    uploads, registry = Uploads(home), Registry(home)
    photo, sky = registry.of(uploads.get(upload))
    record = regenerate(home, upload, sky.id, "too dark")
    assert record.generation is not None
    assert (record.generation.prompt, record.generation.seed) == ("blue sky", 4)
    assert (record.replaces, record.reason, record.licence) == (sky.id, "too dark", "CC0")
    items = uploads.get(upload).items
    assert [item.sha256 for item in items] == [photo.sha256, record.sha256]
    assert items[1].role == "background"
    assert generation_of(store.path(items[1].stored)) == record.generation
    assert uploads.is_pending(upload)
    assert registry.get(sky.id) == sky, "the record of the earlier item stays"
    again = regenerate(home, "sky", record.id, "still too dark")
    assert again.generation is not None
    assert again.generation.seed == 5


@pytest.mark.parametrize(("item", "code"), [("IMG-000000000000", "unknown_item"), (None, "not_generated")])
def test_what_was_not_generated_cannot_be_generated_again(home: Home, upload: str, item: str | None, code: str) -> None:
    uploads = Uploads(home)
    before = uploads.get(upload)
    photo = Registry(home).of(before)[0]
    with pytest.raises(InvalidInput) as error:
        regenerate(home, upload, item or photo.id, "why not")
    assert error.value.code == code
    assert error.value.hint
    assert (uploads.get(upload), uploads.is_pending(upload)) == (before, False)
