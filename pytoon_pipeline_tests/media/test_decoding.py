"""The loop that reads and decodes packets."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av

from pytoon_pipeline.media.container import opened
from pytoon_pipeline.media.decoding import decode_packets, demux
from pytoon_pipeline_tests.harness import media


class Packet:
    """A packet whose decoder answers with ``frames``, or raises them."""

    def __init__(self, frames: list[int] | Exception, size: int = 1) -> None:
        self.frames, self.size = frames, size

    def decode(self) -> list[int]:
        if isinstance(self.frames, Exception):
            raise self.frames
        return self.frames


def damaged() -> Exception:
    return av.error.InvalidDataError(1, "damaged")


def frames_of(packets: list[Any]) -> list[list[Any] | None]:
    return [frames for _, frames in decode_packets(packets)]


def test_what_cannot_be_decoded_comes_without_frames() -> None:
    assert frames_of([Packet([1]), Packet(damaged()), Packet(ValueError("odd")), Packet([2, 3])]) == [
        [1], None, None, [2, 3],
    ]  # fmt: skip


def test_a_flushed_decoder_is_no_damage_at_the_end() -> None:
    end = av.error.EOFError(1, "end")
    assert frames_of([Packet([1]), Packet(end, size=0)]) == [[1], []]
    assert frames_of([Packet(end), Packet([1])]) == [None, [1]]


def test_packets_that_are_not_wanted_are_not_decoded() -> None:
    found = list(decode_packets([Packet(damaged()), Packet([1])], lambda packet: packet.frames == [1]))
    assert [frames for _, frames in found] == [[], [1]]


def test_a_container_that_breaks_off_ends_the_packets() -> None:
    def broken() -> Iterator[Packet]:
        yield Packet([1])
        raise damaged()

    found = list(decode_packets(broken()))
    assert found[0][1] == [1]
    assert found[1:] == [(None, None)]


def test_all_frames_of_a_file_are_decoded(tmp_path: Path) -> None:
    with opened(media.video(tmp_path / "v.mp4", 2, "320x180", "25", False)) as container:
        found = decode_packets(demux(container, container.streams.video[0]))
        assert sum(len(frames or ()) for _, frames in found) == 50


def test_streams_that_appear_late_end_the_packets() -> None:
    class Late:
        def demux(self, *streams: Any) -> Any:
            yield 1
            raise IndexError

    late: Any = Late()
    assert list(demux(late)) == [1]
