"""Measures the facts of a file that platforms care about. Reads all packets; decodes one frame, and the audio."""

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytoon_pipeline.contracts.conformance import FileFacts
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.output_format import SILENT_LUFS
from pytoon_pipeline.media import loudness
from pytoon_pipeline.media.container import opened, picture_stream
from pytoon_pipeline.media.decoding import decode_packets, demux
from pytoon_pipeline.quality.inspection import index_first

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

# Tags with places and devices, in lower case: as QuickTime, Android and Matroska write them.
PRIVATE = ("location", "make", "model", "com.android", "com.apple.quicktime", "gps")
CONTAINERS = {"matroska,webm": "mkv", "mpegts": "ts", "avi": "avi", "flv": "flv", "asf": "wmv"}
QUICKTIME_BRAND = "qt"
# H.264's type of an IDR slice, from which a decoder can start (ITU-T H.264, table 7-1).
IDR = 5


@dataclass
class _Packets:
    """What is kept of the packets of a stream: their times in seconds, their bytes, and the first decoded frame."""

    stream: Any
    times: list[float] = field(default_factory=list)
    last: float = 0.0
    bytes: int = 0
    open_groups: bool = False
    frame: Any = None

    def add(self, packet: Any, digits: int) -> None:
        base = float(packet.time_base)
        self.times.append(packet.pts * base)
        self.last = max(self.last, (packet.pts + (packet.duration or 0)) * base)
        self.bytes += packet.size
        if digits and packet.is_keyframe:
            self.open_groups |= IDR not in _unit_types(bytes(packet), digits)


def file_facts(path: Path) -> FileFacts:
    """The facts of the file at ``path``. Raises ``InvalidInput`` for a file without a video that can be decoded."""
    with opened(path) as container:
        stream = picture_stream(container)
        if stream is None:
            raise InvalidInput("no_picture", "This file has no video.", "Give a video file, such as MP4.")
        audio = next(iter(container.streams.audio), None)
        values = _stream_values(container, stream)
        video, sound = _Packets(stream), _Packets(audio)
        _read(container, video, sound)
        times = sorted(video.times)
        if video.frame is None:
            raise InvalidInput("undecodable", "No frame of this file can be decoded.", "Export it again.")
        steps = [b - a for a, b in pairwise(times)] or [0.0]
        seconds = max(video.last, times[-1] + min(steps)) - times[0]
        if audio is not None:
            values |= {
                "audio_codec": audio.codec_context.name,
                "sample_rate": audio.rate,
                "channels": audio.channels,
                # Players cut off encoder delay before zero.
                "audio_start": round(max(0.0, min(sound.times, default=0.0)), 6),
                "language": _language(audio.metadata.get("language")),
            }
    level = loudness.of_file(path) if audio is not None else None
    if level is not None and level.integrated <= SILENT_LUFS:
        level = None
    return FileFacts(
        bytes=path.stat().st_size,
        seconds=round(seconds, 6),
        index_first=values["container"] not in ("mp4", "mov") or index_first(path),
        steps=(round(min(steps), 6), round(max(steps), 6)),
        video_start=round(times[0], 6),
        video_bit_rate=video.bytes * 8 / seconds if seconds else 0.0,
        open_gop=video.open_groups,
        interlaced=bool(video.frame.interlaced_frame),
        rotation=round(-video.frame.rotation) % 360,
        loudness=level.integrated if level else None,
        true_peak=level.true_peak if level else None,
        **values,
    )


def _read(container: "InputContainer", video: _Packets, sound: _Packets) -> None:
    """Reads all packets, and decodes until the first frame comes."""
    # Where H.264 stands in MP4, this many bytes before each unit hold its length (ISO/IEC 14496-15).
    header = bytes(video.stream.codec_context.extradata or b"")
    digits = (header[4] & 3) + 1 if video.stream.codec_context.name == "h264" and header[:1] == b"\1" else 0

    def undecided(packet: Any) -> bool:
        return packet.stream.index == video.stream.index and video.frame is None

    streams = [one for one in (video.stream, sound.stream) if one is not None]
    for packet, frames in decode_packets(demux(container, *streams), undecided):
        video.frame = video.frame or next(iter(frames or ()), None)
        if packet is not None and packet.pts is not None:
            (video if packet.stream.index == video.stream.index else sound).add(packet, digits)


def _stream_values(container: "InputContainer", stream: "VideoStream") -> dict[str, Any]:
    context = stream.codec_context
    tags = {**container.metadata, **stream.metadata}
    kind = CONTAINERS.get(container.format.name, "mp4")
    if kind == "mp4" and container.metadata.get("major_brand", "").strip() == QUICKTIME_BRAND:
        kind = "mov"
    extradata = bytes(context.extradata or b"")
    used = 1 + bool(container.streams.audio)
    return {
        "container": kind,
        "extra_streams": len(container.streams) - used,
        "private_metadata": tuple(sorted(name for name in tags if name.lower().startswith(PRIVATE))),
        "video_codec": context.codec.canonical_name,
        "pixel_format": str(context.pix_fmt),
        # The level is the third byte of the sequence parameter set (ISO/IEC 14496-15, avcC).
        "level": extradata[3] / 10 if context.name == "h264" and extradata[:1] == b"\1" else None,
        "width": context.width,
        "height": context.height,
        "pixel_aspect": float(stream.sample_aspect_ratio or 1) or 1.0,
        "colour": (
            int(context.color_range), int(context.color_primaries), int(context.color_trc), int(context.colorspace),
        ),
        "frame_rate": round(float(stream.average_rate or 0), 4),
    }  # fmt: skip


def _language(tag: str | None) -> str | None:
    return None if tag in (None, "", "und") else tag


def _unit_types(data: bytes, digits: int) -> set[int]:
    """The types of the NAL units in a packet whose lengths have ``digits`` bytes."""
    found, position = set(), 0
    while position + digits < len(data):
        length = int.from_bytes(data[position : position + digits], "big")
        found.add(data[position + digits] & 31)
        position += digits + length
    return found
