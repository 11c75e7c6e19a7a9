"""Joining segments and sound by copying packets. No picture is decoded or encoded here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.rendering import CompositeResult
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec


class ConcatError(PytoonError):
    """Segments do not fit together."""

    category = "bug"


@dataclass(frozen=True)
class _Timed:
    """A packet and when it is due, for interleaving."""

    seconds: float
    packet: Any


def join(
    spec: RenderSpec, segments: Sequence[Path], audio: Path, out: Path, comment: str | None = None
) -> CompositeResult:
    """Writes the MP4, its index first, with ``comment`` in its metadata. Raises ``BrokenJoint`` unless every frame time
    appears exactly once.
    """
    import av

    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(segments[0])) as first, av.open(str(audio)) as heard, av.open(
        str(out), "w", format="mp4", options=options
    ) as container:  # fmt: skip
        if comment:
            container.metadata["comment"] = comment
        picture_out = container.add_stream_from_template(first.streams.video[0])
        sound_in = heard.streams.audio[0]
        sound_out = container.add_stream_from_template(sound_in)
        rate = spec.rate.fraction
        picture_out.time_base = 1 / rate
        header = bytes(first.streams.video[0].codec_context.extradata or b"")
        samples = 0
        pictures = _video_packets(spec, segments, header)
        sounds = (
            _Timed(float((packet.pts or 0) * packet.time_base), packet)
            for packet in heard.demux(sound_in)
            if packet.pts is not None
        )
        packets = {"video": sha256(), "audio": sha256()}
        for timed in _interleave(pictures, sounds):
            packet = timed.packet
            packets[packet.stream.type].update(bytes(packet))
            if packet.stream.type == "audio":
                samples = max(samples, round((packet.pts + packet.duration) * packet.time_base * sound_in.rate))
                packet.stream = sound_out
            else:
                packet.stream = picture_out
            container.mux(packet)
    return CompositeResult(
        frames=spec.frames,
        samples=samples,
        video_seconds=round(float(spec.frames / rate), 6),
        audio_seconds=round(samples / spec.audio.sample_rate, 6),
        video_packets_sha256=packets["video"].hexdigest(),
        audio_packets_sha256=packets["audio"].hexdigest(),
    )


def _video_packets(spec: RenderSpec, segments: Sequence[Path], header: bytes) -> Iterator[_Timed]:
    """The packets of all segments with times counted in frames of the whole video."""
    import av

    tick = 1 / spec.rate.fraction
    delay = max(_reorder_delay(path, tick) for path in segments)
    for number, (segment, path) in enumerate(zip(spec.segments, segments, strict=True)):
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            if bytes(stream.codec_context.extradata or b"") != header:
                raise _concat_error(number, "its decoder settings differ from the first one's")
            packets = [packet for packet in container.demux(stream) if packet.pts is not None]
            shown = [_frames(packet.pts, packet.time_base, tick) for packet in packets]
            if sorted(frame - min(shown) for frame in shown) != list(range(segment.frames)):
                raise _concat_error(number, f"it has {len(shown)} pictures instead of {segment.frames}")
            if not packets[0].is_keyframe:
                raise _concat_error(number, "it does not begin with a key frame")
            for index, (packet, frame) in enumerate(zip(packets, shown, strict=True)):
                packet.time_base = tick
                packet.pts = segment.start + frame - min(shown)
                packet.dts = segment.start + index - delay
                packet.duration = 1
                yield _Timed(float(packet.dts * tick), packet)


def _reorder_delay(path: Path, tick: Fraction) -> int:
    """Frames by which decoding runs ahead of presentation in a segment: x264's settings and its length decide."""
    import av

    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
        first = min(_frames(packet.pts, packet.time_base, tick) for packet in packets)
        return first - _frames(packets[0].dts, packets[0].time_base, tick)


def _frames(time: int | None, base: Fraction, tick: Fraction) -> int:
    return round((time or 0) * base / tick)


def _interleave(pictures: Iterator[_Timed], sounds: Iterator[_Timed]) -> Iterator[_Timed]:
    """Both streams in order of time, as players want them side by side in the file."""
    waiting = next(sounds, None)
    for picture in pictures:
        while waiting is not None and waiting.seconds <= picture.seconds:
            yield waiting
            waiting = next(sounds, None)
        yield picture
    yield from chain([waiting] if waiting is not None else [], sounds)


def _concat_error(number: int, why: str) -> ConcatError:
    return ConcatError(
        "broken_joint", f"Segment {number} cannot be joined: {why}.", "Materialize “rendered_segments” again."
    )
