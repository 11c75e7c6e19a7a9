"""An upload is removed with its videos and files; those of others stay."""

from pathlib import Path

import pytest
from PIL import Image

from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.operations.removal import remove_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "hat.png"
    Image.new("RGB", (600, 800), "#884422").save(path)
    return path


def delivered(home: Home, store: Store, path: Path, *sets: str, held: bool = False) -> SourceMedia:
    upload, _ = ingest(home, store, read_upload(path, sets=sets), pending=False)
    FakeRunner(home, held=held).compile(upload.key)
    return upload


def objects(store: Store) -> set[str]:
    return {path.name for path in (store.root / "objects").rglob("*") if path.is_file()}


@pytest.mark.parametrize("held", [False, True])
def test_nothing_of_it_is_left(home: Home, store: Store, picture: Path, held: bool) -> None:
    upload = delivered(home, store, picture, held=held)
    delivered(home, store, picture, "text=Hello")
    done = remove_upload(home, store, upload.key)
    assert (done.versions, done.remaining, done.store.files) == (2, (), 1)
    assert not [path for folder in (home.outbox, home.held) for path in folder.rglob("*")]
    assert objects(store) == set()
    uploads = Uploads(home)
    assert (uploads.keys(), uploads.files(), uploads.deliveries(), uploads.failures()) == ([], set(), {}, {})
    assert uploads.versions(upload.key) == []
    with pytest.raises(InvalidInput, match="unknown_upload"):
        remove_upload(home, store, upload.key)
    assert delivered(home, store, picture).key == upload.key, "it can be rendered again"
    assert [one.version for one in uploads.versions(upload.key)] == [1]


def test_another_upload_of_the_same_file_keeps_it(home: Home, store: Store, picture: Path) -> None:
    one, other = (delivered(home, store, picture, f"variant={name}") for name in ("one", "other"))
    remove_upload(home, store, one.key)
    assert objects(store) == {other.items[0].sha256}
    assert len(Registry(home).of(other)) == 1
    record = Uploads(home).delivered(other.key)
    assert record is not None
    assert (home.root / record.video).is_file()


def test_what_a_person_added_stays(home: Home, store: Store, picture: Path) -> None:
    upload = delivered(home, store, picture)
    record = Uploads(home).delivered(upload.key)
    assert record is not None
    folder = (home.root / record.video).parent
    (folder / "notes.txt").write_text("mine")
    assert remove_upload(home, store, upload.key).remaining == (folder,)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
