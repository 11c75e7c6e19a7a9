"""Files that arrive in pieces: for every order of pieces, breaks and digests, what counts is what was sent."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.store.partial_files import PartialFiles, PieceDigest, WrongOffset

CONTENT = hashlib.shake_256(b"content").digest(500)


async def sent(data: bytes, breaks: bool = False) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 7):
        yield data[start : start + 7]
    if breaks:
        raise ConnectionResetError


@given(st.lists(st.tuples(st.integers(1, 200), st.booleans(), st.sampled_from(["none", "right", "wrong"]))))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_has_arrived_is_the_start_of_what_was_sent(tmp_path: Path, attempts: list[tuple[int, bool, str]]) -> None:
    PartialFiles(tmp_path).remove("a")
    for size, breaks, digest in attempts:
        # A new object is a restart of the server.
        files = PartialFiles(tmp_path)
        before = files.received("a")
        piece = CONTENT[before : before + size]
        of = piece if digest == "right" else b"other"
        check = None if digest == "none" else PieceDigest("sha1", hashlib.sha1(of).digest())
        try:
            assert asyncio.run(files.append("a", 500, before, sent(piece, breaks), check)) == before + len(piece)
            expected = before + len(piece)
            assert not breaks
            assert digest != "wrong"
        except (ConnectionResetError, TransientError):
            expected = before if check else before + len(piece)
        assert files.received("a") == expected
        if expected:
            assert files.path("a").read_bytes()[:expected] == CONTENT[:expected]


def test_a_piece_starts_where_the_last_one_ended_and_fits(tmp_path: Path) -> None:
    files = PartialFiles(tmp_path)
    assert asyncio.run(files.append("a", 10, 0, sent(b"12345"))) == 5
    for offset in (0, 4, 6):
        with pytest.raises(WrongOffset) as wrong:
            asyncio.run(files.append("a", 10, offset, sent(b"x")))
        assert wrong.value.offset == 5
    with pytest.raises(InvalidInput, match="file_too_long"):
        asyncio.run(files.append("a", 10, 5, sent(b"123456")))
    assert (files.received("a"), list(files.names())) == (0, [])


def test_only_abandoned_files_are_removed(tmp_path: Path) -> None:
    files = PartialFiles(tmp_path)
    asyncio.run(files.append("a", 10, 0, sent(b"12345")))
    files.remove_abandoned(60)
    assert list(files.names()) == ["a"]

    async def while_it_arrives() -> AsyncIterator[bytes]:
        yield b"6"
        files.remove_abandoned(-1)
        yield b"7"

    assert asyncio.run(files.append("a", 10, 5, while_it_arrives())) == 7
    files.remove_abandoned(-1)
    assert list(files.names()) == []
