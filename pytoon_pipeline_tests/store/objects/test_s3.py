"""The object store over S3: whole objects, checked bytes, conditional writes, and errors that say what to do."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pytoon_pipeline.contracts.errors import DependencyMissing, TransientError
from pytoon_pipeline.store.objects import s3 as module
from pytoon_pipeline.store.objects.address import S3Address
from pytoon_pipeline.store.objects.s3 import PART_BYTES, S3Objects
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.object_store import BUCKET, Server


@pytest.fixture
def objects(s3: Server) -> S3Objects:
    return S3Objects(S3Address(BUCKET, "a/b", s3.url, path_style=True))


def made(path: Path, size: int) -> tuple[Path, str]:
    path.write_bytes(Random(size).randbytes(size))
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("size", [0, 1000, PART_BYTES, 2 * PART_BYTES + 5])
def test_files_come_back_as_they_were_sent(objects: S3Objects, s3: Server, tmp_path: Path, size: int) -> None:
    path, sha256 = made(tmp_path / "file", size)
    assert objects.size("file") is None
    assert not objects.fetch("file", tmp_path / "copy", size)
    objects.send(path, "file", sha256)
    assert objects.size("file") == size
    assert objects.fetch("file", tmp_path / "copy", size)
    assert (tmp_path / "copy").read_bytes() == path.read_bytes()
    in_parts = "-" in s3.client().head_object(Bucket=BUCKET, Key="a/b/file")["ETag"]
    assert in_parts == (size > PART_BYTES)
    objects.remove("file")
    objects.remove("file")
    assert objects.size("file") is None


def test_an_upload_that_stops_leaves_no_object(
    objects: S3Objects, s3: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, sha256 = made(tmp_path / "file", 3 * PART_BYTES)
    client, sent = objects._client, []

    def third_part_fails(**arguments: Any) -> Any:
        sent.append(arguments["PartNumber"])
        if len(sent) == 3:
            raise ConnectionResetError("cut")
        return original(**arguments)

    original = client.upload_part
    monkeypatch.setattr(client, "upload_part", third_part_fails)
    with pytest.raises((TransientError, ConnectionResetError)):
        objects.send(path, "file", sha256)
    assert len(sent) == 3
    assert s3.names() == []
    assert not s3.client().list_multipart_uploads(Bucket=BUCKET).get("Uploads")


def test_a_small_object_is_written_only_over_the_version_that_was_read(objects: S3Objects) -> None:
    assert objects.read("record") is None
    assert objects.write("record", b"one", None)
    assert not objects.write("record", b"other", None)
    first = objects.read("record")
    assert first is not None
    assert first.data == b"one"
    assert objects.write("record", b"two", first.version)
    assert not objects.write("record", b"three", first.version)
    found = objects.read("record")
    assert found is not None
    assert found.data == b"two"


def test_of_many_writers_one_is_first(objects: S3Objects) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: objects.write("record", str(n).encode(), None), range(16)))
    found = objects.read("record")
    assert found is not None
    assert [n for n, one in enumerate(won) if one] == [int(found.data)]


def test_the_probe_leaves_nothing(objects: S3Objects, s3: Server) -> None:
    objects.probe()
    assert s3.names() == []


def test_an_object_store_that_is_away_is_an_error_that_may_be_repeated(
    s3: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TRIES", 2)
    away = S3Objects(S3Address(BUCKET, "", f"http://127.0.0.1:{free_port()}", path_style=True))
    path, sha256 = made(tmp_path / "file", 10)
    for work in (
        lambda: away.size("x"),
        lambda: away.send(path, "x", sha256),
        lambda: away.fetch("x", tmp_path / "copy", 10),
        lambda: away.read("x"),
        lambda: away.write("x", b"", None),
        lambda: away.remove("x"),
        away.probe,
    ):
        with pytest.raises(TransientError, match="store_unreachable") as caught:
            work()
        assert "Repeat the run" in caught.value.hint


def test_a_missing_bucket_names_the_setting(s3: Server) -> None:
    objects = S3Objects(S3Address("nowhere", "", s3.url, path_style=True))
    for work in (lambda: objects.read("record"), lambda: objects.write("record", b"", None)):
        with pytest.raises(DependencyMissing, match="NoSuchBucket") as caught:
            work()
        assert "PYTOON_STORE" in caught.value.hint


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_a_key_names_the_variables(
    s3: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    monkeypatch.delenv(missing)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    objects = S3Objects(S3Address(BUCKET, missing.lower(), s3.url, path_style=True))
    with pytest.raises(DependencyMissing, match="store_credentials") as caught:
        objects.read("record")
    assert missing in caught.value.hint
