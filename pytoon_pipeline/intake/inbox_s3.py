"""An inbox that is a prefix of an S3 bucket."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.intake.listing import NOTE, Entry, inbox_unreadable, temporary
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.settings import set_or_unset

SCHEME = "s3://"


def default_client() -> Any:
    """A client with the credentials and the region of this machine."""
    import boto3

    return boto3.client("s3")


class S3Inbox:
    """All objects below a prefix. An object appears complete; all objects of an upload are downloaded to ingest it.

    ``client`` returns a boto3 client for S3.
    """

    def __init__(self, address: str, client: Callable[[], Any] = default_client) -> None:
        parts = urlsplit(address)
        self._bucket, self._prefix = parts.netloc, parts.path.strip("/")
        self._connect = client
        if not self._bucket:
            raise InvalidInput(
                "invalid_inbox",
                "The environment variable PYTOON_INBOX says where submitted files wait, but "
                f"“{printable_name(address)[:80]}” has no bucket name.",
                set_or_unset("PYTOON_INBOX", "s3://BUCKET/FOLDER"),
            )

    def entries(self) -> list[Entry]:
        return [one for one in self._listed("") if not temporary(one.name)]

    def local_copy(self, name: str, scratch: Path, only: Collection[str] = ()) -> Path:
        inside = f"{name}/"
        wanted = [
            one.name for one in self._listed(name) if one.name == name or (
                one.name.startswith(inside) and (not only or one.name.removeprefix(inside) in only)
            )
        ]  # fmt: skip
        for one in wanted:
            target = scratch / PurePosixPath(one)
            if not target.resolve().is_relative_to(scratch.resolve()):
                raise InvalidInput("outside_folder", f"“{one[:80]}” is outside its folder.", "Rename the object.")
            target.parent.mkdir(parents=True, exist_ok=True)
            with _typed_errors():
                self._client.download_file(self._bucket, self._key(one), str(target))
        return scratch / name

    def being_written(self, name: str) -> bool:
        return False

    def unfinished(self, name: str) -> bool:
        """Always: an object is not listed before it is complete, so nothing tells whether more follow."""
        return True

    def write_note(self, name: str, text: str | None) -> None:
        with _typed_errors():
            if text is None:
                self._client.delete_object(Bucket=self._bucket, Key=self._key(name + NOTE))
            else:
                self._client.put_object(Bucket=self._bucket, Key=self._key(name + NOTE), Body=text.encode())

    def put(self, path: Path, name: str) -> None:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        # The request goes last: it makes the folder an upload.
        for file in sorted((one for one in files if one.is_file()), key=lambda one: one.name.startswith("request.")):
            below = f"{name}/{file.relative_to(path).as_posix()}" if path.is_dir() else name
            with _typed_errors():
                self._client.upload_file(str(file), self._bucket, self._key(below))

    def _listed(self, below: str) -> list[Entry]:
        """Objects whose names begin with ``below``, after the prefix of the inbox."""
        start = f"{self._prefix}/" if self._prefix else ""
        with _typed_errors():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=start + below)
            found = [one for page in pages for one in page.get("Contents", ())]
        named = ((one["Key"].removeprefix(start), one) for one in found if not one["Key"].endswith("/"))
        return [Entry(name, one["Size"], one["ETag"].strip('"')) for name, one in named]

    def _key(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name

    @cached_property
    def _client(self) -> Any:
        return self._connect()


@contextmanager
def _typed_errors() -> Iterator[None]:
    import boto3.exceptions
    import botocore.exceptions

    faults = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, boto3.exceptions.Boto3Error)
    try:
        yield
    except faults as error:
        raise inbox_unreadable(error) from error
