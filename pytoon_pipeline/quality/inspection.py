"""What a finished file really holds: its packets, its pictures and its sound.

Pictures are decoded all, once; or, where packets prove that they are those of the segments, only the key frames.
"""

from collections.abc import Collection, Iterator, Mapping
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
from pytoon_pipeline.media.frame_stats import FrameStats, FrameStatsCollector
from pytoon_pipeline.media.frames import Plane, rows
from pytoon_pipeline.media.loudness import Loudness
from pytoon_pipeline.rendering.contact_sheet import BgrImage, downscale

if TYPE_CHECKING:
    from av.container import InputContainer


# So many key frames of a minute are decoded of a file whose packets are known.
KEY_FRAMES = 15


@dataclass(frozen=True)
class Inspection:
    """Measurements of one file.

    ``times`` are those of all pictures, in seconds; ``trace`` measures the pictures ``decoded`` (by number), and
    ``pictures`` are small copies of those that were wanted, or of all when only key frames were decoded. ``sound`` is
    none for a file without sound; lengths are in seconds. ``copied`` says that every packet is that of a segment or of
    the sound track, byte for byte.
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
    """What a finished file was joined of: SHA-256 of the packets that were copied into it; the sound that was encoded,
    and how loud that was measured to be.
    """

    video_packets_sha256: str
    audio_packets_sha256: str
    audio_file: Path
    loudness: Loudness


def inspect(path: Path, parts: DeliveredParts | None = None, wanted: Collection[int] = ()) -> Inspection:
    """Looks at ``path`` and keeps copies of the frames ``wanted``.

    Raises ``InvalidInput`` for a file that is no video.
    """
    with opened(path) as container:
        if not container.streams.video:
            raise InvalidInput("no_picture", "This file has no picture.", "Give a finished video.")
        stream = container.streams.video[0]
        audio = next(iter(container.streams.audio), None)
        context = stream.codec_context
        stream.thread_type = "AUTO"
        packets = _Packets(container, audio, keep=parts is not None)
        copied = parts is not None and packets.are(parts)
        collector, undecodable = FrameStatsCollector(), 0
        shown: list[Any] = []
        number = {pts: n for n, pts in enumerate(sorted(packets.pictures))} if copied else {}
        pictures: dict[int, BgrImage] = {}
        for frame in packets.decoded(copied):
            # A decoder hides damage as well as it can, and marks what it made up.
            undecodable += frame.is_corrupt
            planes = _planes(frame)
            if copied or len(shown) in wanted:
                pictures[number[frame.pts] if copied else len(shown)] = downscale(*planes)
            shown.append(frame.pts)
            collector.add(*planes)
        base = stream.time_base or Fraction(1)
        times = np.array([float(pts * base) for pts in (number if copied else shown) if pts is not None])
        rate = float(stream.average_rate or 0)
        sound_start, sound_end = _span(packets.heard, audio.time_base if audio else None)
        return Inspection(
            codec=context.name,
            pixel_format=str(context.pix_fmt),
            width=context.width,
            height=context.height,
            colour=(
                int(context.color_range), int(context.color_primaries), int(context.color_trc), int(context.colorspace),
            ),
            rate=rate,
            times=times,
            decoded_frames=np.array([number[pts] for pts in shown] if copied else range(len(shown)), np.int64),
            frame_stats=collector.done(),
            decode_errors=undecodable + packets.undecodable,
            audio_codec=audio.codec_context.name if audio else None,
            sample_rate=audio.rate if audio else 0,
            channels=audio.channels if audio else 0,
            video_start=float(times[0]) if len(times) else 0.0,
            video_seconds=float(times[-1] - times[0]) + (1 / rate if rate else 0) if len(times) else 0.0,
            # Priming before zero is cut off by players.
            audio_start=max(0.0, sound_start),
            audio_seconds=sound_end - max(0.0, sound_start),
            index_first=_index_first(path),
            loudness=_loudness(path, parts if copied else None) if audio else None,
            sampled_images=pictures,
            packets_verified=copied,
        )  # fmt: skip


def _loudness(path: Path, parts: DeliveredParts | None) -> Loudness:
    """Measured on the file; a track whose packets were copied was measured when it was encoded."""
    return parts.loudness if parts else loudness.of_file(path)


class _Packets:
    """All packets of a file: when they are due, and whether they are those that were joined."""

    def __init__(self, container: "InputContainer", audio: Any, keep: bool) -> None:
        self.pictures: list[int] = []
        self.heard: list[tuple[int, int]] = []
        self.undecodable = 0
        self._container = container
        self._audio = audio
        self._digests = {"video": sha256(), "audio": sha256()}
        # A foreign file may be long, and nothing is gained by knowing its packets first.
        self._kept = list(self._read()) if keep else None

    def _read(self) -> Iterator[Any]:
        """Packets of pictures, in order; those of sound are noted on the way."""
        stream = self._container.streams.video[0]
        for packet in self._container.demux(*([stream, self._audio] if self._audio else [stream])):
            if packet.pts is not None:
                self._digests[packet.stream.type].update(bytes(packet))
            if packet.stream is self._audio:
                if packet.pts is not None:
                    self.heard.append((packet.pts, packet.pts + (packet.duration or 0)))
                continue
            if packet.pts is not None:
                self.pictures.append(packet.pts)
            yield packet

    def are(self, parts: DeliveredParts) -> bool:
        found = {kind: digest.hexdigest() for kind, digest in self._digests.items()}
        return found == {"video": parts.video_packets_sha256, "audio": parts.audio_packets_sha256}

    def decoded(self, only_key_frames: bool) -> Iterator[Any]:
        """All pictures; or some of those that need no other, ``KEY_FRAMES`` a minute."""
        import av

        wanted = self._read() if self._kept is None else self._kept
        if only_key_frames and self._kept:
            keys = [packet for packet in self._kept if packet.is_keyframe]
            seconds = len(self.pictures) / float(self._container.streams.video[0].average_rate or 30)
            step = max(1, round(len(keys) / max(1.0, KEY_FRAMES * seconds / 60)))
            # The last packet is empty: it asks for what the decoder still holds.
            wanted = [*keys[::step], self._kept[-1]]
        for packet in wanted:
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                self.undecodable += 1


def _planes(frame: Any) -> list[Plane]:
    if frame.format.name not in ("yuv420p", "yuvj420p"):
        frame = frame.reformat(format="yuv420p")
    return [rows(plane)[:, : plane.width] for plane in frame.planes[:3]]


def _span(heard: list[tuple[int, int]], base: Fraction | None) -> tuple[float, float]:
    if not heard or base is None:
        return 0.0, 0.0
    return float(min(a for a, _ in heard) * base), float(max(b for _, b in heard) * base)


def _index_first(path: Path) -> bool:
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
