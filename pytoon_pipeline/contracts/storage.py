"""What a home occupies on the disk."""

from pytoon_pipeline.contracts.base import Record


class StorageClass(Record):
    """Files of one kind. ``retention`` is ``by_rule`` for what garbage collection removes; else it is kept."""

    name: str
    retention: str
    files: int
    bytes: int


class StorageResult(Record):
    """The answer of ``pytoon store``. No file counts twice, even where it has several names.

    ``removable`` is what garbage collection would remove now: results by reason (``old``, ``size``, ``damaged``,
    ``incomplete``) and ``removable_bytes`` of files. It removes results that were not used for ``retention_days``, and
    more while the store exceeds ``limit_bytes``.
    """

    home: str
    classes: tuple[StorageClass, ...]
    bytes: int
    free_bytes: int
    removable: dict[str, int]
    removable_bytes: int
    retention_days: float
    limit_bytes: int


class SharingResult(Record):
    """The answer of ``pytoon store --share``: how many files and results of the home the object store has."""

    address: str
    files: int
    records: int
    bytes: int
