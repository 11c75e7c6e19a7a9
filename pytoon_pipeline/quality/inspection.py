"""What a finished file really holds: one decode of its pictures, its packets and its loudness."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.errors import BadInput
from pytoon_pipeline.media import loudness
from pytoon_pipeline.media.container import opened
from pytoon_pipeline.media.loudness import Loudness


@dataclass(frozen=True)
class Inspection:
    """Measurements of one file.

    One value a picture: ``times`` in seconds, ``levels`` the 98th percentile of luma, ``changes`` the mean
    difference of luma to the picture before. ``sound`` is none for a file without sound; lengths are in seconds.
    """

    codec: str
    pixel_format: str
    width: int
    height: int
    colour: tuple[int, int, int, int]
    rate: float
    times: NDArray[np.float64]
    levels: NDArray[np.float64]
    changes: NDArray[np.float64]
    undecodable: int
    sound_codec: str | None
    sample_rate: int
    channels: int
    picture_start: float
    picture_seconds: float
    sound_start: float
    sound_seconds: float
    index_first: bool
    sound: Loudness | None


def inspect(path: Path) -> Inspection:
    """Decodes ``path`` once. Raises ``BadInput`` for a file that is no video at all."""
    import av

    with opened(path) as container:
        if not container.streams.video:
            raise BadInput("no_picture", "This file has no picture.", "Give a finished video.")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        audio = next(iter(container.streams.audio), None)
        context = stream.codec_context
        times: list[float] = []
        levels: list[float] = []
        changes: list[float] = []
        undecodable = 0
        heard: list[tuple[int, int]] = []
        before: NDArray[np.int16] | None = None
        for packet in container.demux(*([stream, audio] if audio else [stream])):
            if packet.stream is audio:
                if packet.pts is not None:
                    heard.append((packet.pts, packet.pts + (packet.duration or 0)))
                continue
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                undecodable += 1
                continue
            for frame in frames:
                assert isinstance(frame, av.VideoFrame)
                # A decoder hides damage as well as it can, and marks what it made up.
                undecodable += frame.is_corrupt
                grid = _grid(frame)
                times.append(float(frame.time or 0.0))
                levels.append(float(np.percentile(grid, 98)))
                changes.append(float(np.abs(grid - before).mean()) if before is not None else 255.0)
                before = grid
        rate = float(stream.average_rate or 0)
        sound_start, sound_end = _span(heard, audio.time_base if audio else None)
        return Inspection(
            codec=context.name,
            pixel_format=str(context.pix_fmt),
            width=context.width,
            height=context.height,
            colour=(
                int(context.color_range), int(context.color_primaries), int(context.color_trc), int(context.colorspace),
            ),
            rate=rate,
            times=np.array(times),
            levels=np.array(levels),
            changes=np.array(changes),
            undecodable=undecodable,
            sound_codec=audio.codec_context.name if audio else None,
            sample_rate=audio.rate if audio else 0,
            channels=audio.channels if audio else 0,
            picture_start=times[0] if times else 0.0,
            picture_seconds=times[-1] - times[0] + (1 / rate if rate else 0) if times else 0.0,
            # Priming before zero is cut off by players.
            sound_start=max(0.0, sound_start),
            sound_seconds=sound_end - max(0.0, sound_start),
            index_first=_index_first(path),
            sound=loudness.of_file(path) if audio else None,
        )  # fmt: skip


def _grid(frame: object) -> NDArray[np.int16]:
    """Every fourth luma value in each direction: enough to see black and frozen pictures."""
    plane = frame.planes[0]  # type: ignore[attr-defined]
    rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height : 4, : plane.width : 4].astype(np.int16)


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
