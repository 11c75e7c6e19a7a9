"""An S3 server on loopback, for tests and benchmarks; it ends with its block."""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.objects.address import S3Address
from pytoon_pipeline.store.objects.s3 import S3Objects
from pytoon_pipeline.store.shared import Shared
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.free_port import free_port

BUCKET, START_SECONDS, POLL_SECONDS = "videos", 60, 0.1
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
PROGRAM = "import sys; from moto.server import main; main(sys.argv[1:])"


class Server:
    """moto's server. What it holds ends with its process."""

    def __init__(self, port: int) -> None:
        self.port, self.url = port, f"http://127.0.0.1:{port}"
        self._command = [sys.executable, "-c", PROGRAM, "-H", "127.0.0.1", "-p", str(port)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(round(START_SECONDS / POLL_SECONDS)):
            if self._answers():
                self.client().create_bucket(Bucket=BUCKET)
                return
            sleep(POLL_SECONDS)
        raise TimeoutError("moto's server does not answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def settings(self, prefix: str = "") -> Mapping[str, str]:
        """The environment of a process whose home shares the bucket."""
        store = {"PYTOON_STORE": f"s3://{BUCKET}/{prefix}".rstrip("/"), "PYTOON_STORE_ENDPOINT": self.url}
        return CREDENTIALS | store | {"PYTOON_STORE_PATH_STYLE": "true"}

    def client(self) -> Any:
        import boto3

        names = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
        return boto3.client("s3", endpoint_url=self.url, **names)

    def names(self, prefix: str = "") -> list[str]:
        """The keys of all objects below a prefix."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [one["Key"] for page in pages for one in page.get("Contents", ())]

    def store(self, folder: Path, prefix: str = "", cache_bytes: int = 1 << 30, recompute: bool = False) -> Store:
        """The store of a new home; set ``CREDENTIALS`` in the environment first."""
        address = S3Address(BUCKET, prefix, self.url, path_style=True)
        shared = Shared(S3Objects(address), cache_bytes, lambda: None)
        home = Home(folder)
        return Store(home.store, home.work, recompute=recompute, shared=shared)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(self.url, timeout=1).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True


@contextmanager
def s3_server() -> Iterator[Server]:
    """A server with an empty bucket. Skips the test where moto's server is not installed."""
    if find_spec("moto") is None or find_spec("flask") is None:
        pytest.skip("moto's server is not installed: pip install 'moto[server]'.")
    server = Server(free_port())
    try:
        server.start()
        yield server
    finally:
        server.stop()
