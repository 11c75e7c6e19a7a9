"""Concatenates segments and muxes the audio track by copying packets. Nothing is decoded or encoded here."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.rendering import CompositeResult
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec

# Packets are copied, so no decoder is needed; with one, libav decodes frames of each file that is opened (7 ms).
NO_DECODER = {"codec_whitelist": "none"}


class ConcatError(PytoonError):
    """Segments that cannot be concatenated."""

    category = "bug"


@dataclass(frozen=True)
class _TimedPacket:
    """A packet and its time in seconds, for interleaving."""

    seconds: float
    packet: Any


def join(
    spec: RenderSpec, segments: Sequence[Path], audio: Path, out: Path, title: str = "", comment: str | None = None
) -> CompositeResult:
    """Writes the MP4 with its index first, and its title, the language of its audio and ``comment`` as metadata.

    Raises ``ConcatError`` unless the segments fill every frame exactly once.
    """
    import av

    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(segments[0])) as first, av.open(str(audio)) as audio_container, av.open(
        str(out), "w", format="mp4", options=options
    ) as container:  # fmt: skip
        container.metadata.update({"title": title} if title else {})
        container.metadata.update({"comment": comment} if comment else {})
        # Opaque: AV1 has a decoder whose name no encoder has.
        video_out = container.add_stream_from_template(first.streams.video[0], opaque=True)
        audio_in = audio_container.streams.audio[0]
        audio_out = container.add_stream_from_template(audio_in)
        audio_out.metadata["language"] = spec.language
        rate = spec.rate.fraction
        video_out.time_base = 1 / rate
        header = bytes(first.streams.video[0].codec_context.extradata or b"")
        # Fractions of thousands of packets would take longer than all else here.
        base, end = audio_in.time_base or Fraction(1), 0
        digests = {"video": sha256(), "audio": sha256()}
        video_packets = _video_packets(spec, segments, header)
        audio_packets = (
            _TimedPacket(packet.pts * base.numerator / base.denominator, packet)
            for packet in audio_container.demux(audio_in)
            if packet.pts is not None
        )
        for timed in _interleave(video_packets, audio_packets):
            packet = timed.packet
            kind = packet.stream.type
            digests[kind].update(memoryview(packet))
            if kind == "audio":
                end = max(end, packet.pts + packet.duration)
                packet.stream = audio_out
            else:
                packet.stream = video_out
            container.mux(packet)
        samples = round(end * base * audio_in.rate)
    return CompositeResult(
        frames=spec.frames,
        samples=samples,
        video_seconds=round(float(spec.frames / rate), 6),
        audio_seconds=round(samples / spec.audio.sample_rate, 6),
        video_packets_sha256=digests["video"].hexdigest(),
        audio_packets_sha256=digests["audio"].hexdigest(),
    )


def _video_packets(spec: RenderSpec, segments: Sequence[Path], header: bytes) -> Iterator[_TimedPacket]:
    """The packets of all segments, with timestamps counted in frames of the whole video."""
    import av

    tick = 1 / spec.rate.fraction
    delay = max(_reorder_delay(path, tick) for path in segments)
    for number, (segment, path) in enumerate(zip(spec.segments, segments, strict=True)):
        with av.open(str(path), format="mp4", options=NO_DECODER) as container:
            stream = container.streams.video[0]
            if bytes(stream.codec_context.extradata or b"") != header:
                raise _concat_error(number, "its decoder settings differ from those of the first segment")
            packets = [packet for packet in container.demux(stream) if packet.pts is not None]
            frames = _frames([packet.pts for packet in packets], stream.time_base, tick)
            first = min(frames)
            if sorted(frames) != list(range(first, first + segment.frames)):
                raise _concat_error(number, f"it has {len(frames)} frames instead of {segment.frames}")
            if not packets[0].is_keyframe:
                raise _concat_error(number, "it does not start with a key frame")
            for index, (packet, frame) in enumerate(zip(packets, frames, strict=True)):
                packet.time_base = tick
                packet.pts = segment.start + frame - first
                packet.dts = segment.start + index - delay
                packet.duration = 1
                yield _TimedPacket(packet.dts / float(spec.rate.fraction), packet)


def _reorder_delay(path: Path, tick: Fraction) -> int:
    """Frames by which decoding runs ahead of presentation in a segment, given x264's settings and its length."""
    import av

    with av.open(str(path), format="mp4", options=NO_DECODER) as container:
        first = next(container.demux(video=0))
        return _frames([(first.pts or 0) - (first.dts or 0)], first.time_base, tick)[0]


def _frames(times: Iterable[int], base: Fraction, tick: Fraction) -> list[int]:
    """Times in units of ``base`` as numbers of ``tick``."""
    ratio = base / tick
    return [round(time * ratio.numerator / ratio.denominator) for time in times]


def _interleave(video_packets: Iterator[_TimedPacket], audio_packets: Iterator[_TimedPacket]) -> Iterator[_TimedPacket]:
    """Both streams in order of time, as players expect them in the file."""
    pending = next(audio_packets, None)
    for video_packet in video_packets:
        while pending is not None and pending.seconds <= video_packet.seconds:
            yield pending
            pending = next(audio_packets, None)
        yield video_packet
    yield from chain([pending] if pending is not None else [], audio_packets)


def _concat_error(number: int, reason: str) -> ConcatError:
    return ConcatError(
        "broken_joint", f"Segment {number} cannot be concatenated: {reason}.", "Materialize “rendered_segments” again."
    )
