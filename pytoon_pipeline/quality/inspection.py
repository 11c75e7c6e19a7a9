"""Measures what a finished file contains: its packets, frames and audio.

All frames are decoded once. When the packets are identical to those of the segments, only key frames are decoded.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.media import loudness
from pytoon_pipeline.media.container import opened
from pytoon_pipeline.media.decoding import decode_packets, demux
from pytoon_pipeline.media.frame_stats import FrameStats, FrameStatsCollector
from pytoon_pipeline.media.frames import Plane, rows
from pytoon_pipeline.media.loudness import Loudness
from pytoon_pipeline.rendering.contact_sheet import BgrImage, downscale

if TYPE_CHECKING:
    from av.container import InputContainer

# Key frames per minute that are decoded of a file whose packets are verified.
KEY_FRAMES_PER_MINUTE = 15


@dataclass(frozen=True)
class Inspection:
    """Measurements of one file. Times and durations are in seconds.

    ``times`` are those of all frames. ``frame_stats`` measures the frames with the numbers ``decoded_frames``.
    ``sampled_images`` are small copies of the requested frames, or of all decoded ones when only key frames were
    decoded. ``loudness`` is None for a file without audio. ``packets_verified``: every packet is identical to one of
    the segments or of the audio track.
    """

    codec: str
    pixel_format: str
    width: int
    height: int
    colour: tuple[int, int, int, int]
    rate: float
    times: NDArray[np.float64]
    decoded_frames: NDArray[np.int64]
    frame_stats: FrameStats
    decode_errors: int
    audio_codec: str | None
    sample_rate: int
    channels: int
    video_start: float
    video_seconds: float
    audio_start: float
    audio_seconds: float
    index_first: bool
    loudness: Loudness | None
    sampled_images: Mapping[int, BgrImage]
    packets_verified: bool = False


@dataclass(frozen=True)
class DeliveredParts:
    """What a finished file was muxed from: SHA-256 over the packets of each stream, the audio file and its loudness."""

    video_packets_sha256: str
    audio_packets_sha256: str
    audio_file: Path
    loudness: Loudness


def inspect(path: Path, parts: DeliveredParts | None = None, sampled: Collection[int] = ()) -> Inspection:
    """Measures the file at ``path`` and keeps small copies of the frames ``sampled``.

    Raises ``InvalidInput`` for a file that is not a video.
    """
    with opened(path) as container:
        if not container.streams.video:
            found = "audio but no video" if container.streams.audio else "no video"
            raise InvalidInput("no_picture", f"This file has {found}.", "Give a video file, such as MP4.")
        stream = container.streams.video[0]
        audio = next(iter(container.streams.audio), None)
        context = stream.codec_context
        stream.thread_type = "AUTO"
        packets = _Packets(container, audio, keep=parts is not None)
        verified = parts is not None and packets.match(parts)
        collector, decode_errors = FrameStatsCollector(), 0
        decoded_pts: list[Any] = []
        number = {pts: n for n, pts in enumerate(sorted(packets.video_times))} if verified else {}
        images: dict[int, BgrImage] = {}
        for frame in packets.frames(verified):
            # A decoder conceals damage and marks such frames as corrupt.
            decode_errors += frame.is_corrupt
            planes = _planes(frame)
            if verified or len(decoded_pts) in sampled:
                images[number[frame.pts] if verified else len(decoded_pts)] = downscale(*planes)
            decoded_pts.append(frame.pts)
            collector.add(*planes)
        base = stream.time_base or Fraction(1)
        times = np.array([float(pts * base) for pts in (number if verified else decoded_pts) if pts is not None])
        numbers = np.array([number[pts] for pts in decoded_pts] if verified else range(len(decoded_pts)), np.int64)
        rate = float(stream.average_rate or 0)
        audio_start, audio_end = _span(packets.audio_spans, audio.time_base if audio else None)
        return Inspection(
            codec=context.codec.canonical_name,
            pixel_format=str(context.pix_fmt),
            width=context.width,
            height=context.height,
            colour=(
                int(context.color_range), int(context.color_primaries), int(context.color_trc), int(context.colorspace),
            ),
            rate=rate,
            times=times,
            decoded_frames=numbers,
            frame_stats=collector.done(),
            decode_errors=decode_errors + packets.decode_errors,
            audio_codec=audio.codec_context.name if audio else None,
            sample_rate=audio.rate if audio else 0,
            channels=audio.channels if audio else 0,
            video_start=float(times[0]) if len(times) else 0.0,
            video_seconds=float(times[-1] - times[0]) + (1 / rate if rate else 0) if len(times) else 0.0,
            # Players cut off encoder delay before zero.
            audio_start=max(0.0, audio_start),
            audio_seconds=audio_end - max(0.0, audio_start),
            index_first=index_first(path),
            loudness=_loudness(path, parts if verified else None) if audio else None,
            sampled_images=images,
            packets_verified=verified,
        )  # fmt: skip


def _loudness(path: Path, parts: DeliveredParts | None) -> Loudness:
    """The loudness of the file. An audio track with verified packets was measured when it was encoded."""
    return parts.loudness if parts else loudness.of_file(path)


class _Packets:
    """All packets of a file: their times, and whether they are those that it was muxed from."""

    def __init__(self, container: "InputContainer", audio: Any, keep: bool) -> None:
        self.video_times: list[int] = []
        self.audio_spans: list[tuple[int, int]] = []
        self.decode_errors = 0
        self._container = container
        self._audio = audio
        self._digests = {"video": sha256(), "audio": sha256()}
        # Key frames, and the empty packet at the end, are kept where they may be all that is decoded. Other packets are
        # read while decoding: the file may be long.
        self._kept = [one for one in self._read() if one.is_keyframe or not one.size] if keep else None

    def _read(self) -> Iterator[Any]:
        """Yields the video packets in order, and records the times of the audio packets."""
        stream = self._container.streams.video[0]
        for packet in demux(self._container, *([stream, self._audio] if self._audio else [stream])):
            if packet.pts is not None:
                self._digests[packet.stream.type].update(bytes(packet))
            if packet.stream is self._audio:
                if packet.pts is not None:
                    self.audio_spans.append((packet.pts, packet.pts + (packet.duration or 0)))
                continue
            if packet.pts is not None:
                self.video_times.append(packet.pts)
            yield packet

    def _again(self) -> Iterator[Any]:
        """All packets from the beginning, after they were read once."""
        self._container.seek(0)
        self.video_times, self.audio_spans = [], []
        yield from self._read()

    def match(self, parts: DeliveredParts) -> bool:
        digests = {kind: digest.hexdigest() for kind, digest in self._digests.items()}
        return digests == {"video": parts.video_packets_sha256, "audio": parts.audio_packets_sha256}

    def frames(self, only_key_frames: bool) -> Iterator[Any]:
        """Yields all frames, or only ``KEY_FRAMES_PER_MINUTE`` key frames."""
        if only_key_frames and self._kept:
            keys = [packet for packet in self._kept if packet.is_keyframe]
            seconds = len(self.video_times) / float(self._container.streams.video[0].average_rate or 30)
            step = max(1, round(len(keys) / max(1.0, KEY_FRAMES_PER_MINUTE * seconds / 60)))
            # The last packet is empty: it flushes the decoder.
            to_decode: Iterable[Any] = [*keys[::step], self._kept[-1]]
        else:
            to_decode = self._again() if self._kept is not None else self._read()
        for _, frames in decode_packets(to_decode):
            self.decode_errors += frames is None
            yield from frames or ()


def _planes(frame: Any) -> list[Plane]:
    if frame.format.name not in ("yuv420p", "yuvj420p"):
        frame = frame.reformat(format="yuv420p")
    return [rows(plane)[:, : plane.width] for plane in frame.planes[:3]]


def _span(spans: list[tuple[int, int]], base: Fraction | None) -> tuple[float, float]:
    if not spans or base is None:
        return 0.0, 0.0
    return float(min(a for a, _ in spans) * base), float(max(b for _, b in spans) * base)


def index_first(path: Path) -> bool:
    """Whether the index (``moov``) stands before the media (``mdat``), so that playing starts while loading."""
    size = path.stat().st_size
    position = 0
    with path.open("rb") as file:
        while position + 8 <= size:
            file.seek(position)
            head = file.read(16)
            length, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if kind == b"moov":
                return True
            if kind == b"mdat":
                return False
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if length < 8:
                break
            position += length
    return False
