"""A Redis server on loopback, for tests; it ends with its block."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pytoon_pipeline_tests.harness.daemon_harness import wait_until
from pytoon_pipeline_tests.harness.free_port import free_port

START_SECONDS, OFTEN = 60, 0.05


@contextmanager
def redis_server() -> Iterator[str]:
    """The URL of a new server, which keeps nothing on disk."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not installed.")
    import redis

    port = free_port()
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as server:
            try:
                client = redis.Redis(port=port)

                def answers() -> bool:
                    try:
                        return bool(client.ping())
                    except redis.ConnectionError:
                        return False

                assert wait_until(answers, START_SECONDS, OFTEN)
                client.close()
                yield f"redis://127.0.0.1:{port}/0"
            finally:
                server.terminate()
