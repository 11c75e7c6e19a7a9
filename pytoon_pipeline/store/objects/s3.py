"""A prefix of an S3 bucket as an object store. Objects are never listed: keys may lack that permission.

Without it, S3 answers 403 instead of 404 for an object that does not exist. So whatever may not be read counts as
absent, and only what may not be written is an error.
"""

import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from typing import Any

from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError, TransientError
from pytoon_pipeline.runtime.s3 import require_s3
from pytoon_pipeline.store.objects.address import S3Address
from pytoon_pipeline.store.objects.protocol import SignedUpload, Versioned

# Larger files travel in parts of this size, several at once.
PART_BYTES = 8 << 20
# botocore repeats requests, with growing pauses. An object store that is away for longer ends the run, which the daemon
# repeats later.
TRIES, CONNECT_SECONDS, READ_SECONDS = 5, 5, 30
CONNECTIONS = 16
ABSENT = frozenset({"404", "NoSuchKey", "NotFound", "403", "AccessDenied", "Forbidden"})
REFUSALS = frozenset({400, 401, 403, 404, 405, 501})
TAKEN = frozenset({"412", "PreconditionFailed", "409", "ConditionalRequestConflict"})


class S3Objects:
    """See ``ObjectStore``. The credentials and the region are those of the machine, as for every AWS tool."""

    def __init__(self, address: S3Address) -> None:
        """Raises ``DependencyMissing`` without boto3, which is imported with the first request."""
        self._address = address
        require_s3("PYTOON_STORE")

    @property
    def address(self) -> str:
        return str(self._address)

    def size(self, name: str) -> int | None:
        with _errors(self._address), _absent():
            return int(self._client.head_object(**self._object(name))["ContentLength"])
        return None

    def send(self, path: Path, name: str, sha256: str) -> None:
        from boto3.s3.transfer import TransferConfig

        with _errors(self._address):
            if path.stat().st_size <= PART_BYTES:
                with path.open("rb") as file:
                    self._client.put_object(**self._object(name), Body=file, ChecksumSHA256=_base64(sha256))
            else:
                parts = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES)
                check = {"ChecksumAlgorithm": "SHA256"}
                key = self._address.key(name)
                self._client.upload_file(str(path), self._address.bucket, key, ExtraArgs=check, Config=parts)

    def signed_upload(self, name: str, bytes: int, sha256: str, seconds: int) -> SignedUpload:
        digest = _base64(sha256)
        # Both are signed, so S3 refuses any other size and content.
        stated = {"ContentLength": bytes, "ChecksumSHA256": digest}
        with _errors(self._address):
            url = self._client.generate_presigned_url("put_object", {**self._object(name), **stated}, seconds)
        return SignedUpload(url, {"Content-Length": str(bytes), "x-amz-checksum-sha256": digest})

    def fetch(self, name: str, path: Path, bytes: int) -> bool:
        from boto3.s3.transfer import TransferConfig

        with _errors(self._address), _absent():
            if bytes <= PART_BYTES:
                answer = self._client.get_object(**self._object(name))
                with path.open("wb") as file, answer["Body"] as body:
                    shutil.copyfileobj(body, file)
            else:
                parts = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES)
                self._client.download_file(self._address.bucket, self._address.key(name), str(path), Config=parts)
            return True
        return False

    def read(self, name: str) -> Versioned | None:
        with _errors(self._address), _absent():
            answer = self._client.get_object(**self._object(name))
            with answer["Body"] as body:
                return Versioned(body.read(), answer["ETag"])
        return None

    def write(self, name: str, data: bytes, replaces: str | None) -> bool:
        condition = {"IfNoneMatch": "*"} if replaces is None else {"IfMatch": replaces}
        with _errors(self._address), _refused(TAKEN | {"NoSuchKey", "404"} if replaces else TAKEN):
            self._client.put_object(**self._object(name), Body=data, **condition)
            return True
        return False

    def remove(self, name: str) -> None:
        with _errors(self._address):
            self._client.delete_object(**self._object(name))

    def probe(self) -> None:
        name, data = f"probe-{token_hex(8)}", b"pytoon"
        try:
            self.write(name, data, None)
            found = self.read(name)
        finally:
            self.remove(name)
        if found is None or found.data != data:
            raise _denied(self._address, "what was written cannot be read")

    def _object(self, name: str) -> dict[str, str]:
        return {"Bucket": self._address.bucket, "Key": self._address.key(name)}

    @property
    def _client(self) -> Any:
        return _client(self._address, os.getpid())


def _base64(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()


@lru_cache(maxsize=4)
def _client(address: S3Address, process: int) -> Any:
    """The client of this process: connections cannot be shared with processes that fork from it."""
    import boto3
    from botocore.config import Config

    return boto3.session.Session().client(
        "s3",
        endpoint_url=address.endpoint,
        config=Config(
            retries={"mode": "standard", "total_max_attempts": TRIES},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            max_pool_connections=CONNECTIONS,
            # Also for signed URLs, where an older one is the default.
            signature_version="s3v4",
            s3={"addressing_style": "path" if address.path_style else "auto"},
            # Content is checked by SHA-256; servers of one's own may not know the newer default checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def _code(error: Exception) -> str:
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))


@contextmanager
def _refused(codes: frozenset[str]) -> Iterator[None]:
    """Ends the block, without an error, at an answer with one of these codes."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if _code(error) not in codes:
            raise


def _absent() -> Any:
    return _refused(ABSENT)


@contextmanager
def _errors(address: S3Address) -> Iterator[None]:
    """Errors of the block as those of the product."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

    try:
        yield
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise DependencyMissing(
            "store_credentials",
            f"PYTOON_STORE is {address}, but there is no complete key for it.",
            "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine an AWS profile or role.",
        ) from error
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        # S3 calls a client that pauses too long a mistake of the client.
        if status in REFUSALS and _code(error) != "RequestTimeout":
            raise _denied(address, _code(error)) from error
        raise _unreachable(address, error) from error
    except (BotoCoreError, Boto3Error) as error:
        raise _unreachable(address, error) from error


def _denied(address: S3Address, reason: str) -> PytoonError:
    return DependencyMissing(
        "store_denied",
        f"The object store {address} refuses: {reason}.",
        "Check the name of the bucket in PYTOON_STORE, and that the key may get, put and delete objects in it. "
        "Then repeat the run: finished stages are kept.",
    )


def _unreachable(address: S3Address, error: Exception) -> PytoonError:
    return TransientError(
        "store_unreachable",
        f"The object store {address} does not answer: {str(error).splitlines()[0][:200]}",
        "Check the network and the server. Repeat the run when it is back: finished stages are kept.",
    )
