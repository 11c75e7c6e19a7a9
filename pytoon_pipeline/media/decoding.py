"""The one loop that reads and decodes packets. What libav cannot decode is reported, never raised."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.frame import VideoFrame

# This many packets in a row without output, some minutes of video, end a source.
MAX_EMPTY_PACKETS = 10_000


def demux(container: "InputContainer", *streams: "Stream") -> Iterator[Any]:
    """The packets of some streams, or of all; at the end the empty ones that flush the decoders."""
    # PyAV raises IndexError for streams that appeared while reading, once everything was read.
    with suppress(IndexError):
        yield from container.demux(*streams)


def decode_packets(
    packets: Iterable[Any], wanted: Callable[[Any], bool] = lambda packet: True
) -> Iterator[tuple[Any, list[Any] | None]]:
    """Each packet with its decoded frames, or with none where it cannot be decoded.

    Packets that are not ``wanted`` are not decoded and come with an empty list. Where the container itself cannot be
    read on, the last pair is ``(None, None)``.
    """
    import av

    source = iter(packets)
    while True:
        try:
            packet = next(source)
        except (StopIteration, av.error.EOFError):
            return
        except av.error.FFmpegError:
            yield None, None
            return
        yield packet, _decode(packet) if wanted(packet) else []


def _decode(packet: Any) -> list[Any] | None:
    import av

    try:
        return list(packet.decode())
    except av.error.EOFError:
        # A decoder that was flushed before takes no more: at the end that is all right.
        return None if packet.size else []
    except (av.error.FFmpegError, ValueError):
        return None


def seek(container: "InputContainer", stream: "Stream", seconds: float) -> bool:
    """Seeks to the key frame before ``seconds`` on the container's clock. Returns whether decoding can go on there."""
    import av

    if not stream.time_base:
        return True
    try:
        container.seek(int(seconds / stream.time_base), stream=stream)
    except (av.error.FFmpegError, OverflowError):
        return False
    return True


def packet_time(packet: Any) -> float | None:
    """The presentation time of a packet in seconds on the container's clock, or its decoding time where it has none."""
    ticks = packet.pts if packet.pts is not None else packet.dts
    return None if ticks is None or packet.time_base is None else float(ticks * packet.time_base)


def presentation_time(container: "InputContainer", frame: "VideoFrame") -> float | None:
    """The presentation time of a decoded frame in seconds on the container's clock.

    AVI stores no presentation order: of frames that were sent in another order only the decoding times increase.
    """
    if container.format.name == "avi" and frame.dts is not None and frame.time_base:
        return float(frame.dts * frame.time_base)
    return frame.time
