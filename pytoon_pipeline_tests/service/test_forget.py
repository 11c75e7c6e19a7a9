"""Erasure: afterwards no file, table, log or Parquet file has a byte, word or name of the upload."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import psycopg2
import pyarrow.parquet as pq
import pytest
from PIL import Image

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.deliveries import DeliveryQueue
from pytoon_pipeline.accounts.idempotency import IdempotencyKeys
from pytoon_pipeline.accounts.webhooks import Webhooks
from pytoon_pipeline.catalog.events import Events
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.cli.main import main
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.webhooks import WebhookRequest
from pytoon_pipeline.definitions import defs
from pytoon_pipeline.defs import running
from pytoon_pipeline.defs.jobs import COMPILE
from pytoon_pipeline.defs.partitions import UPLOADS
from pytoon_pipeline.defs.run_records import DagsterRunRecords
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.reporting.log_tables import collect
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service import forget as service
from pytoon_pipeline.service.audit import verify
from pytoon_pipeline.service.forget import forget
from pytoon_pipeline.service.runner import OpenRunRecords, no_run_records
from pytoon_pipeline.service.webhooks import body_of
from pytoon_pipeline.store.inventory import listing
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.fake_runner import FakeRunner
from pytoon_pipeline_tests.harness.postgres import Server, server

# The databases of a home by name: their settings, and the drivers of their URLs.
DATABASES = {
    "catalog": ("PYTOON_CATALOG", ""),
    "accounts": ("PYTOON_API_DATABASE", "+psycopg"),
    "dagster": ("PYTOON_DAGSTER_DATABASE", "+psycopg2"),
}
TABLES = (
    "select table_schema || '.' || table_name from information_schema.tables "
    "where table_schema not in ('pg_catalog', 'information_schema')"
)
WORDS = ("Snorblax", "Vumpkin", "Quibbleton", "Plonkery")


def noise(path: Path) -> Path:
    """A photo that no other is like."""
    # Weak noise: the bit rate of a platform has no room for strong one.
    pixels = bytes(96 + value // 4 for value in os.urandom(180 * 320 * 3))
    Image.frombytes("RGB", (180, 320), pixels).save(path, quality=95)
    return path


def folder(tmp_path: Path, name: str, text: str, *photos: Path) -> Path:
    path = tmp_path / name
    path.mkdir()
    for photo in photos:
        os.link(photo, path / photo.name)
    (path / "request.yaml").write_text(f"text: {text}\nmax_seconds: 2\n")
    return path


def traces(home: Home, words: tuple[str, ...], contents: tuple[bytes, ...] = ()) -> list[str]:
    """Where any of the words, or a part of the contents, is found in the home."""
    needles = [one.lower().encode() for one in words]
    # Tables at the start are the same in all photos of one program.
    parts = [content[n : n + 48] for content in contents for n in range(2000, len(content) - 48, len(content) // 50)]
    found = []
    for path in (one for one in home.root.rglob("*") if one.is_file()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += str(pq.read_table(path).to_pylist()).encode()
        name = str(path.relative_to(home.root)).encode()
        if any(one in (name + b" " + content).lower() for one in needles) or any(one in content for one in parts):
            found.append(name.decode())
    return found


def tables(home: Home, words: tuple[str, ...]) -> list[str]:
    """Rows with any of the words in the SQLite databases of the home."""
    found = []
    for path in [*home.root.glob("*.sqlite"), *home.dagster.rglob("*.db")]:
        with closing(sqlite3.connect(path)) as database:
            for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
                for row in database.execute(f"select * from {table}"):
                    found += [f"{path.name} {table}" for one in words if one.lower() in str(row).lower()]
    return found


@dataclass(frozen=True)
class Databases:
    """The catalog, the accounts and Dagster's records on a PostgreSQL server, each in a database."""

    server: Server

    def url(self, name: str) -> str:
        return self.server.url.replace("/postgres?", f"/{name}?")

    def found(self, words: tuple[str, ...]) -> list[str]:
        """The tables that have any of the words in a row, and the files, but for the log of changes."""
        found = []
        for database in DATABASES:
            with closing(psycopg2.connect(self.url(database))) as connection, connection.cursor() as cursor:
                cursor.execute("checkpoint")
                cursor.execute(TABLES)
                for (table,) in cursor.fetchall():
                    cursor.execute(f"select * from {table}")
                    found += [table for row in cursor for one in words if one.lower() in str(row).lower()]
        needles = [one.lower().encode() for one in words]
        files = [one for one in (self.server.folder / "data" / "base").rglob("*") if one.is_file()]
        return found + [str(one) for one in files if any(word in one.read_bytes().lower() for word in needles)]


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Databases | None]:
    """The databases of the home on a server; none where they are files in the home."""
    if request.param == "sqlite":
        yield None
        return
    with server() as started:
        with closing(psycopg2.connect(started.url)) as connection:
            connection.autocommit = True
            for name in DATABASES:
                connection.cursor().execute(f"create database {name}")
        opened = Databases(started)
        for name, (variable, driver) in DATABASES.items():
            monkeypatch.setenv(variable, opened.url(name).replace(":", f"{driver}:", 1))
        yield opened


def opener(instance: dg.DagsterInstance) -> OpenRunRecords:
    @contextmanager
    def opened(home: Home) -> Iterator[DagsterRunRecords]:
        yield DagsterRunRecords(instance, home)

    return opened


@pytest.mark.usefixtures("quick_encoder")
def test_nothing_of_an_erased_upload_is_found_and_the_other_stays(
    home: Home, store: Store, tmp_path: Path, databases: Databases | None
) -> None:
    shared, own = noise(tmp_path / "shared.jpg"), noise(tmp_path / "Plonkery.jpg")
    other, _ = ingest(home, store, read_upload(folder(tmp_path, "other", "Hello", shared)), pending=False)
    accounts = Accounts.open(home)
    with running.instance(home) as instance:
        job = defs().resolve_job_def(COMPILE)
        assert running.compile_upload(job, instance, home, other.key).error is None
        before = {one.fingerprint for one in listing(store).artifacts}
        kept = set(listing(store).files)
        path = folder(tmp_path, "Quibbleton", "Snorblax of Vumpkin", shared, own)
        mine, _ = ingest(home, store, read_upload(path), pending=True)
        assert running.compile_upload(job, instance, home, mine.key).error is None
        record = Uploads(home).delivered(mine.key)
        assert record is not None
        added = home.root / record.folders[0] / "note.txt"
        added.write_text("A person wrote this about Vumpkin.")
        hook = Webhooks(accounts, "default").create(WebhookRequest(url="https://example.com"), 0).webhook.id
        DeliveryQueue(accounts).enqueue(Events(home).after, body_of)
        IdempotencyKeys(accounts, "default").begin("Snorblax", "0")
        IdempotencyKeys(accounts, "default").finish("Snorblax", mine.key)
        collect(home.logs, home.metrics)
        words = (*WORDS, mine.key, *(item.sha256 for item in mine.items if item.name != "shared.jpg"))
        contents = (own.read_bytes(),)
        assert len(traces(home, words, contents)) > 20
        assert len(tables(home, words) if databases is None else databases.found(words)) > 20

        result = forget(home, mine.key, opener(instance), "shell:ann")

        assert (result.renders, result.remaining) == (1, ())
        assert tables(home, words) == []
        assert databases is None or databases.found(words) == []
        assert traces(home, words, contents) == []
        assert {one.fingerprint for one in listing(store).artifacts} == before
        assert set(listing(store).files) == kept, "no face, frame or word is left in the store"
        assert instance.get_dynamic_partitions(UPLOADS) == ["other"]
    assert [one.type for one in Webhooks(accounts, "default").deliveries(hook)] == ["render.completed"], "the other's"
    left = Uploads(home).delivered(other.key)
    assert left is not None
    assert (home.root / left.video).is_file()
    state = verify(home)
    assert state.ok
    assert [one.lines for one in state.chains] == [1, 1]
    accounts.close()


@pytest.mark.usefixtures("quick_encoder")
def test_texts_without_media_are_erased_as_well(home: Home, store: Store, tmp_path: Path) -> None:
    """Their transitions look alike in the videos of other uploads."""
    texts = {"other": "{hook: Hello, beats: [World]}", "mine": "{hook: Snorblax, beats: [Vumpkin]}"}
    with running.instance(home) as instance:
        for name, text in texts.items():
            path = folder(tmp_path, name, text)
            upload, _ = ingest(home, store, read_upload(path, sets=["max_seconds=4"]), pending=False)
            job = defs().resolve_job_def(COMPILE)
            before = {one.fingerprint for one in listing(store).artifacts}
            assert running.compile_upload(job, instance, home, upload.key).error is None
        forget(home, upload.key, opener(instance), "shell:ann")
    assert {one.fingerprint for one in listing(store).artifacts} == before
    assert traces(home, ("Snorblax", "Vumpkin")) == []


def test_an_interrupted_erasure_is_finished_by_the_next(
    home: Home, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(tmp_path, "Quibbleton", "Snorblax", noise(tmp_path / "Plonkery.jpg"))
    upload, _ = ingest(home, store, read_upload(path), pending=False)
    FakeRunner(home).compile(upload.key)
    steps = [
        (service, "erase_traces"), (service, "remove_upload"), (service.store_removal, "remove_files"),
        (service, "_purge"),
    ]  # fmt: skip
    for n, (module, name) in enumerate(steps):
        with monkeypatch.context() as patched:
            patched.setattr(module, name, _killed)
            with pytest.raises(KeyboardInterrupt):
                forget(home, upload.key, no_run_records, "shell:ann")
        assert (Uploads(home).find(upload.key) is None) == (n >= 2)
        if n == 2:
            break
    with pytest.raises(InvalidInput, match="unknown_upload"):
        forget(home, "Quibbleton", no_run_records, "shell:ann")
    assert not (home.root / "erasing").exists()
    assert traces(home, (*WORDS, upload.key)) == []


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_formats_and_variants_of_the_same_media_go_together(home: Home, store: Store, tmp_path: Path) -> None:
    photo = noise(tmp_path / "Plonkery.jpg")
    path = folder(tmp_path, "Quibbleton", "Snorblax", photo)
    keys = []
    for variant in ([], ["variant=two"]):
        upload, _ = ingest(home, store, read_upload(path, sets=variant), pending=False)
        FakeRunner(home).compile(upload.key)
        keys.append(upload.key)
    assert forget(home, keys[1], no_run_records, "shell:ann").renders == 2
    assert Uploads(home).keys() == []
    assert not any(home.outbox.iterdir())


def test_the_command_asks_first(home: Home, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder(tmp_path, "Quibbleton", "Snorblax")
    ingest(home, store, read_upload(path), pending=False)
    assert main(["forget", "Quibbleton"]) == 1
    assert Uploads(home).keys() != []
    assert main(["forget", "Quibbleton", "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["renders"] == 1
    assert Uploads(home).keys() == []
