"""Resumable uploads of files to the render server."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.engines.protocol import NamedFile
from pytoon_pipeline.engines.server.uploads import ResumableUploads
from pytoon_pipeline.settings import ServerSettings
from pytoon_pipeline.store.partial_files import WrongOffset
from pytoon_pipeline.store.store import Store


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


def test_unfinished_uploads_are_limited_and_expire(store: Store) -> None:
    arrivals = ResumableUploads(store, ServerSettings(free_bytes=0, upload_bytes=150, partial_seconds=50))
    one, other = NamedFile(sha256="a" * 64, bytes=100), NamedFile(sha256="b" * 64, bytes=100)
    assert asyncio.run(arrivals.receive(one, 0, pieces(b"x" * 30, b"x" * 30))) == 60
    with pytest.raises(TransientError, match="remote_busy"):
        asyncio.run(arrivals.receive(other, 0, pieces(b"x")))
    for path in (arrivals.partial.path(one.sha256), arrivals.partial.path(one.sha256).parent):
        os.utime(path, (0, 0))
    assert asyncio.run(arrivals.receive(other, 0, pieces(b"x"))) == 1
    assert arrivals.received(one) == 0
    full = ResumableUploads(store, ServerSettings(free_bytes=1 << 60))
    with pytest.raises(TransientError, match="remote_disk_full"):
        asyncio.run(full.receive(one, 0, pieces(b"x")))


def test_the_newest_of_two_connections_may_write(store: Store) -> None:
    arrivals = ResumableUploads(store, ServerSettings(free_bytes=0))
    file = NamedFile(sha256="a" * 64, bytes=100)

    async def both() -> None:
        first_came, second_came = asyncio.Event(), asyncio.Event()

        async def stale() -> AsyncIterator[bytes]:
            yield b"1" * 10
            first_came.set()
            await second_came.wait()
            yield b"1" * 10

        async def newer() -> AsyncIterator[bytes]:
            yield b"2" * 10
            second_came.set()
            await asyncio.sleep(0)
            yield b"2" * 10

        first = asyncio.create_task(arrivals.receive(file, 0, stale()))
        await first_came.wait()
        assert await arrivals.receive(file, 10, newer()) == 30
        with pytest.raises(WrongOffset):
            await first

    asyncio.run(both())
    assert arrivals.partial.path(file.sha256).read_bytes() == b"1" * 10 + b"2" * 20
