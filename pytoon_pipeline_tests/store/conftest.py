"""The S3 server that the tests of the store share."""

from collections.abc import Iterator

import pytest

from pytoon_pipeline_tests.harness.object_store import CREDENTIALS, Server, s3_server


@pytest.fixture(scope="package")
def running_s3() -> Iterator[Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def s3(running_s3: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, with an empty bucket, and credentials for it in the environment."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    client = running_s3.client()
    for name in running_s3.names():
        client.delete_object(Bucket="videos", Key=name)
    return running_s3
