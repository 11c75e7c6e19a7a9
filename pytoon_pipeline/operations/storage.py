"""What a home occupies on the disk, by kind, and what garbage collection would remove."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.contracts.storage import StorageClass, StorageResult
from pytoon_pipeline.operations.garbage import EXPIRING, retention_rules
from pytoon_pipeline.runtime.active_runs import oldest_run
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.inventory import ArtifactFacts, Listing, listing
from pytoon_pipeline.store.retention import decide
from pytoon_pipeline.store.store import Store

UPLOADS, UNUSED, RECORDS = "uploads", "files without a result", "records of results"


def examine(home: Home, store: Store, uploads: Uploads, rules: Operations) -> StorageResult:
    """Reads the whole store and the folders of the home. Changes nothing."""
    found, files = listing(store), uploads.files()
    decision = decide(found.artifacts, found.objects, retention_rules(rules), time.time(), files, oldest_run(home))
    seen = {(stat.st_dev, stat.st_ino) for one in found.files.values() if (stat := _stat(one.path))}
    folders = (_folder(path, seen) for path in _folders(home))
    classes = [*store_classes(found, files), *(one for one in folders if one.files)]
    return StorageResult(
        home=str(home.root),
        classes=tuple(classes),
        bytes=sum(one.bytes for one in classes),
        free_bytes=shutil.disk_usage(home.root).free,
        removable=dict(Counter(decision.artifacts.values())),
        removable_bytes=sum(decision.objects.values()),
        retention_days=rules.retention_days,
        limit_bytes=rules.retention_bytes,
    )


def store_classes(found: Listing, uploads: AbstractSet[str]) -> Iterator[StorageClass]:
    """The files of the store by the stage that keeps them, those of the uploads first, the largest class next.

    A file of several stages belongs to one that is kept, if there is one: removing the others would not free it.
    """
    owners = _owners(found.artifacts) | dict.fromkeys(uploads, UPLOADS)
    counts, sizes = Counter[str](), Counter[str]()
    for name, one in found.files.items():
        owner = owners.get(name, UNUSED)
        counts[owner] += 1
        sizes[owner] += one.bytes
    for owner in sorted(counts, key=lambda name: (name != UPLOADS, -sizes[name], name)):
        by_rule = owner in EXPIRING or owner == UNUSED
        yield StorageClass(
            name=owner, retention="by_rule" if by_rule else "kept", files=counts[owner], bytes=sizes[owner]
        )
    if found.records:
        size = sum(one.bytes for one in found.records.values())
        yield StorageClass(name=RECORDS, retention="kept", files=len(found.records), bytes=size)


def _owners(artifacts: Collection[ArtifactFacts]) -> dict[str, str]:
    """The stage of each file. Later ones take precedence: those that are kept."""
    ordered = sorted(artifacts, key=lambda one: (one.stage not in EXPIRING, one.fingerprint))
    return {file: one.stage for one in ordered if one.stage is not None for file in one.files}


def _folders(home: Home) -> Iterator[Path]:
    yield from (home.outbox, home.held, home.remade, home.inbox, home.models, home.dagster, home.logs, home.metrics)


def _folder(path: Path, seen: set[tuple[int, int]]) -> StorageClass:
    """The files below a folder that are not ``seen``; they are then."""
    count = size = 0
    for folder, _, names in os.walk(path):
        for name in names:
            stat = _stat(os.path.join(folder, name))
            if stat is not None and (stat.st_dev, stat.st_ino) not in seen:
                seen.add((stat.st_dev, stat.st_ino))
                count, size = count + 1, size + stat.st_size
    return StorageClass(name=path.name, retention="kept", files=count, bytes=size)


def _stat(path: str) -> os.stat_result | None:
    """None for a file that was removed meanwhile."""
    try:
        return os.lstat(path)
    except FileNotFoundError:
        return None
