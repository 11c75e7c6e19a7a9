"""Erasure: takes an upload out of everything that Pytoon keeps, so that nothing of it can be found any more."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.accounts.database import Accounts
from pytoon_pipeline.accounts.erasure import erase_renders, owned_files, purge_deleted
from pytoon_pipeline.accounts.files import TenantFiles
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.catalog.finding import find_key
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.results import ForgetResult
from pytoon_pipeline.llm.asking import ANSWER
from pytoon_pipeline.operations.erasure import erase_traces
from pytoon_pipeline.operations.removal import remove_upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.service.runner import OpenRunRecords, RunRecords
from pytoon_pipeline.store import removal as store_removal
from pytoon_pipeline.store.opening import open_store
from pytoon_pipeline.store.store import Store

# How long a run that was interrupted may take to end.
END_SECONDS, POLL_SECONDS = 60.0, 0.5


@dataclass(frozen=True)
class Erasure:
    """What is erased: uploads of one tenant by key, and its files by SHA-256."""

    home: Home
    tenant: str
    keys: tuple[str, ...]
    files: frozenset[str]
    by: str

    def run(self, open_records: OpenRunRecords) -> ForgetResult:
        """Erases it. What is interrupted is finished by doing it again. Raises ``InvalidInput`` while a run goes on."""
        store = open_store(self.home, load_operations().min_free_bytes)
        _unfinished(self.home).touch()
        with open_records(self.home) as records, _accounts(self.home) as accounts:
            self._end_runs(records)
            if accounts:
                erase_renders(accounts, self.keys)
            remaining = erase_traces(self.home, self.keys)
            uploads = Uploads(self.home)
            for key in self.keys:
                records.erase(uploads.name(key))
            kept = frozenset(owned_files(accounts, self.tenant, self.files)) if accounts else frozenset()
            removed = [remove_upload(self.home, store, key, kept, self.by).store for key in self.keys]
            removed.append(self._remove_files(store, kept))
            if accounts:
                # After the events, of which a server makes messages at any time.
                erase_renders(accounts, self.keys)
                for sha256 in sorted(self.files):
                    TenantFiles(accounts, self.tenant, self.by).remove(sha256)
            _purge(self.home, records, accounts)
        return ForgetResult(
            renders=len(self.keys), files=sum(one.files for one in removed),
            bytes_freed=sum(one.bytes for one in removed), remaining=remaining,
        )  # fmt: skip

    def _end_runs(self, records: RunRecords) -> None:
        uploads = Uploads(self.home)
        for key in self.keys:
            uploads.stop(key)
            records.cancel(key)
        deadline = time.monotonic() + END_SECONDS
        while busy := [key for key in self.keys if records.in_progress(key)]:
            if time.monotonic() > deadline:
                message = f"A run of “{uploads.name(busy[0])}” does not end."
                raise InvalidInput("run_in_progress", message, "Try again when it has ended.")
            time.sleep(POLL_SECONDS)

    def _remove_files(self, store: Store, kept: Collection[str]) -> store_removal.RemovalReport:
        """Removes the files that nobody has any more, and what a language model answered: it does not say to whom."""
        going = self.files - Uploads(self.home).files() - set(kept)
        return store_removal.remove_files(store, going, frozenset({ANSWER.name}))


def described(home: Home, name: str, open_records: OpenRunRecords) -> str:
    """What a person reads of the upload that ``name`` means. Raises ``InvalidInput`` for an unknown one."""
    _finish(home, open_records)
    uploads, key = Uploads(home), find_key(home, name)
    others = len(uploads.of_media(key)) - 1
    more = f", and {others} other format{'s' * (others != 1)} or variants of its media" if others else ""
    return f"“{uploads.get(key).title}” ({uploads.name(key)}) with all that is known of it{more}"


def forget(home: Home, name: str, open_records: OpenRunRecords, by: str) -> ForgetResult:
    """Erases the upload that ``name`` means, with all formats and variants of its media.

    Raises ``InvalidInput`` for an unknown one.
    """
    _finish(home, open_records)
    uploads, key = Uploads(home), find_key(home, name)
    keys = uploads.of_media(key)
    tenant = uploads.get(key).tenant
    return Erasure(home, tenant, keys, _own_files(uploads, tenant, keys), by).run(open_records)


def forget_file(home: Home, tenant: str, sha256: str, open_records: OpenRunRecords, by: str) -> ForgetResult:
    """Erases a file of a tenant, with every render of the tenant that uses it."""
    _finish(home, open_records)
    keys = Uploads(home).with_file(sha256, tenant)
    return Erasure(home, tenant, keys, frozenset({sha256}), by).run(open_records)


def _own_files(uploads: Uploads, tenant: str, keys: Collection[str]) -> frozenset[str]:
    """The files of uploads that no other upload of the tenant has."""
    files = {item.sha256 for key in keys for item in uploads.get(key).items if item.origin != "brand"}
    return frozenset(one for one in files if set(uploads.with_file(one, tenant)) <= set(keys))


def _finish(home: Home, open_records: OpenRunRecords) -> None:
    """Removes the bytes that an interrupted erasure left in databases, whose upload is no longer known."""
    if _unfinished(home).exists():
        with open_records(home) as records, _accounts(home) as accounts:
            _purge(home, records, accounts)


def _purge(home: Home, records: RunRecords, accounts: Accounts | None) -> None:
    records.purge()
    Database(home).purge()
    if accounts:
        purge_deleted(accounts)
    _unfinished(home).unlink(missing_ok=True)


def _unfinished(home: Home) -> Path:
    """A file that exists while something is erased. It says nothing else."""
    return home.root / "erasing"


@contextmanager
def _accounts(home: Home) -> Iterator[Accounts | None]:
    if not Accounts.are_kept(home):
        yield None
        return
    accounts = Accounts.open(home)
    try:
        yield accounts
    finally:
        accounts.close()
