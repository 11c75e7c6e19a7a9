"""Where each file of a video came from, as its manifest says."""

from pathlib import Path

import pytest

from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.provenance import ItemRecord
from pytoon_pipeline.contracts.status import DeliveryRecord
from pytoon_pipeline.intake import source
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.generation import generate, regenerate
from pytoon_pipeline.store.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clip with subtitles, a photo, a generated background, and music."""
    folder = tmp_path / "shoe"
    folder.mkdir()
    (folder / "talk.mp4").write_bytes(b"a clip")
    (folder / "talk.srt").write_text("1\n00:00:00,000 --> 00:00:02,000\nHello\n")
    (folder / "photo.jpg").write_bytes(b"a photo")
    (folder / "song.mp3").write_bytes(b"music")
    generate("backdrop", "blue sky", 3, folder / "sky.png")
    (folder / "request.yaml").write_text(
        "{archetype: overlay, media: [talk.mp4, photo.jpg], background: sky.png, music: song.mp3, licence: CC0}"
    )
    return folder


def origins(records: list[ItemRecord]) -> list[tuple[str, str, str, str, str | None]]:
    return [(one.id[:3], one.name, one.role, one.origin, one.licence) for one in records]


def test_every_item_has_its_own_origin(
    folder: Path, home: Home, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("logo.png", "own.ttf"):
        (tmp_path / name).write_bytes(name.encode())
    files = [(tmp_path / "logo.png", "logo"), (tmp_path / "own.ttf", "font")]
    monkeypatch.setattr(source, "load_brand", lambda name: None)
    monkeypatch.setattr(source, "brand_files", lambda brand: files)
    upload, _ = ingest(home, store, read_upload(folder), pending=False)
    complete = source.store_source(store, upload, "mine").artifact.read(SourceMedia)
    assert origins(Registry(home).of(complete)) == [
        ("VID", "talk.mp4", "media", "uploaded", "CC0"),
        ("SUB", "talk.srt", "subtitles", "uploaded", "CC0"),
        ("IMG", "photo.jpg", "media", "uploaded", "CC0"),
        ("IMG", "sky.png", "background", "generated", "CC0"),
        ("AUD", "song.mp3", "music", "uploaded", "CC0"),
        ("IMG", "logo.png", "logo", "brand", None),
        ("FNT", "own.ttf", "font", "brand", None),
    ]
    assert str(tmp_path) not in complete.model_dump_json(), "the paths of this machine are nobody's business"
    assert upload.items[0].path == str(folder / "talk.mp4"), "but the catalog knows them"
    uploads = Uploads(home)
    uploads.register(upload, pending=True)
    uploads.deliver(upload.key, DeliveryRecord(at=1.0, engine="local", preset="p", presets="d"), complete)
    assert not uploads.is_pending(upload.key), "it is the same upload"


def test_a_file_is_what_it_is_in_this_upload(folder: Path, home: Home, store: Store, tmp_path: Path) -> None:
    ingest(home, store, read_upload(folder), pending=False)
    alone = tmp_path / "beach.jpg"
    alone.write_bytes((folder / "photo.jpg").read_bytes())
    upload, _ = ingest(home, store, read_upload(alone), pending=False)
    assert origins(Registry(home).of(upload)) == [("IMG", "beach.jpg", "media", "uploaded", None)]


def test_a_regenerated_item_names_the_one_that_it_replaces(folder: Path, home: Home, store: Store) -> None:
    upload, _ = ingest(home, store, read_upload(folder), pending=False)
    registry = Registry(home)
    old = registry.of(upload)[3]
    regenerate(home, upload.key, old.id, "too dark")
    new = registry.of(Uploads(home).get(upload.key))[3]
    assert (new.origin, new.replaces, new.reason, new.role, new.licence) == (
        "generated", old.id, "too dark", "background", "CC0",
    )  # fmt: skip
    assert (old.generation and old.generation.seed, new.generation and new.generation.seed) == (3, 4)


@pytest.mark.parametrize(
    ("recorded", "origin"),
    [("/home/me/a.png", "uploaded"), ("generated", "generated"), ("brand: logo.png", "brand"), ("brand", "brand")],
)
def test_origins_of_earlier_versions_are_understood(recorded: str, origin: str) -> None:
    values = {"name": "a.png", "sha256": "a" * 64, "bytes": 1, "origin": recorded}
    item = SourceItem.model_validate(values)
    assert (item.origin, item.path) == (origin, recorded if recorded.startswith("/") else "")
