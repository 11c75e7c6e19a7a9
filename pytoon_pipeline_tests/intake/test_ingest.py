"""Admission: the key of an upload, and its names."""

import os
from pathlib import Path

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.intake.ingest import key_of, store_upload, without_digits
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_files
from pytoon_pipeline.store.store import Store, run_to_end


def test_a_key_is_the_hash_of_the_media(tmp_path: Path, home: Home, store: Store) -> None:
    a, b = tmp_path / "a.mp4", tmp_path / "b.mp4"
    a.write_bytes(b"first")
    b.write_bytes(b"second")
    uploads = Uploads(home)
    one = run_to_end(store_upload(store, [(a, "media")], "title", {}))
    assert one.key == hash_files(a)[:32]
    both = run_to_end(store_upload(store, [(a, "media"), (b, "media")], "title", {"variant": "teaser"}))
    assert both.key == key_of([(a, "media"), (b, "media")], {"variant": "teaser"})
    uploads.register(one)
    uploads.register(both)
    joined = tmp_path / "joined"
    joined.write_bytes(b"firstsecond")
    assert both.key == f"{hash_files(joined)[:32]}-teaser"
    assert uploads.get(both.key) == both
    assert set(uploads.keys()) == {one.key, both.key}


def test_a_name_that_is_not_valid_utf8_stays_readable(tmp_path: Path, home: Home, store: Store) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\n.mp4"))
    path.write_bytes(b"x")
    upload = run_to_end(store_upload(store, [(path, "media")], path.stem, {}))
    Uploads(home).register(upload)
    assert (upload.title, upload.items[0].name) == ("caf\ufffd\ufffd", "caf\ufffd\ufffd.mp4")
    assert Uploads(home).get(upload.key) == upload


def test_people_read_names_in_the_inbox_without_the_digits_that_submit_adds() -> None:
    assert without_digits("Morning roast-cfe34ea6") == "Morning roast"
    assert without_digits("talk-46309b29.mp4") == "talk.mp4"
    for name in ("talk.mp4", "talk-2.mp4", "a-46309b29-b.mp4", "-46309b29"):
        assert without_digits(name) == name
