"""Corrects a file for a platform without encoding its picture again: the picture's packets are copied as they are."""

from collections.abc import Collection
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from pytoon_pipeline.contracts.conformance import FileFacts, ViolationCode
from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.contracts.platforms import Platform
from pytoon_pipeline.contracts.spec.render_spec import AudioMix
from pytoon_pipeline.media import audio as audio_files
from pytoon_pipeline.media.container import opened, picture_stream
from pytoon_pipeline.media.decoding import demux
from pytoon_pipeline.media.encoder import SOUND
from pytoon_pipeline.media.ffmpeg import libav_fault
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.quality.conformance import BT709, MAX_TRUE_PEAK
from pytoon_pipeline.rendering import audio_mix

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.video.stream import VideoStream

# What needs the audio encoded again.
AUDIO: tuple[ViolationCode, ...] = ("audio_codec", "sample_rate", "channels", "loudness", "true_peak")
# Writes colours into the header of H.264.
COLOUR_FILTER = (
    "h264_metadata=colour_primaries=1:transfer_characteristics=1:matrix_coefficients=1:video_full_range_flag=0"
)
# Types of H.264 units in a header: sequence and picture parameter sets (ITU-T H.264, table 7-1).
SEQUENCE, PICTURE = 7, 8


def correct(
    path: Path,
    out: Path,
    facts: FileFacts,
    platform: Platform,
    codes: Collection[ViolationCode],
    language: str | None = None,
) -> None:
    """Writes the file at ``path`` to ``out`` as an MP4 that starts at 0, with its index first, one stream of video and
    one of audio, and no metadata but the ``language`` of the audio (ISO 639-2).

    ``codes`` are the violations that it has: audio is encoded again only where one of them needs that, and colours are
    tagged only where they were not. Raises ``RenderError`` where the file cannot be written.
    """
    import av

    with TemporaryDirectory(dir=out.parent) as scratch, opened(path) as source:
        stream = picture_stream(source)
        assert stream is not None
        audio_file, first = path, facts.audio_start
        if facts.audio_codec is not None and not {*AUDIO}.isdisjoint(codes):
            audio_file, first = Path(scratch) / "audio.m4a", 0.0
            _encode_audio(path, facts, platform, audio_file)
        try:
            options = {"movflags": "+faststart", "fflags": "+bitexact"}
            with opened(audio_file) as sound, av.open(str(out), "w", format="mp4", options=options) as container:
                tag = "colour_untagged" in codes
                _mux(source, stream, sound, container, facts.video_start, first, tag=tag, language=language)
        except av.error.FFmpegError as error:
            raise libav_fault(error) from error


def _mux(
    source: "InputContainer",
    stream: "VideoStream",
    sound: "InputContainer",
    container: "OutputContainer",
    video_start: float,
    audio_start: float,
    *,
    tag: bool,
    language: str | None,
) -> None:
    video_out = container.add_stream_from_template(stream, opaque=True)
    video_out.metadata.clear()
    if tag:
        _tag_colours(stream, video_out)
    streams: list[tuple[Any, Any, float]] = [(stream, video_out, video_start)]
    audio = next(iter(sound.streams.audio), None)
    if audio is not None:
        audio_out = container.add_stream_from_template(audio)
        audio_out.metadata.clear()
        spoken = language or audio.metadata.get("language")
        audio_out.metadata.update({"language": spoken} if spoken else {})
        streams.append((audio, audio_out, min(audio_start, video_start)))
    pending = [_shifted(one, target, start, sound if one is audio else source) for one, target, start in streams]
    for _, packet in sorted((item for items in pending for item in items), key=lambda item: item[0]):
        container.mux(packet)


def _tag_colours(stream: "VideoStream", target: "VideoStream") -> None:
    """BT.709 in the container, and in the header of H.264."""
    from av.bitstream import BitStreamFilterContext

    header = bytes(stream.codec_context.extradata or b"")
    context = target.codec_context
    context.color_range, context.color_primaries, context.color_trc, context.colorspace = BT709
    if stream.codec_context.name == "h264" and header[:1] == b"\1":
        BitStreamFilterContext(COLOUR_FILTER, stream, target)
        # The filter returns the header with start codes, although the packets have lengths.
        context.extradata = _decoder_record(header, bytes(context.extradata or b""))


def _decoder_record(before: bytes, units: bytes) -> bytes:
    """The header of H.264 in MP4 (ISO/IEC 14496-15, avcC) with the parameter sets of ``units``, with start codes."""
    sets = [one.rstrip(b"\0") for one in units.split(b"\0\0\1") if one.strip(b"\0")]
    sequence, picture = ([one for one in sets if one[0] & 31 == kind] for kind in (SEQUENCE, PICTURE))
    parts = [before[:5], bytes([0xE0 | len(sequence)])]
    parts += [len(one).to_bytes(2, "big") + one for one in sequence]
    parts += [bytes([len(picture)]), *(len(one).to_bytes(2, "big") + one for one in picture)]
    return b"".join([*parts, before[_end_of_sets(before) :]])


def _end_of_sets(record: bytes) -> int:
    """Where the parameter sets of an avcC record end: what follows describes the profile."""
    position = 5
    for mask in (0x1F, 0xFF):
        count, position = record[position] & mask, position + 1
        for _ in range(count):
            position += 2 + int.from_bytes(record[position : position + 2], "big")
    return position


def _shifted(stream: Any, target: Any, start: float, container: "InputContainer") -> list[tuple[float, Any]]:
    """The packets of a stream for ``target``, from ``start`` on, each with its time in seconds."""
    shift = round(Fraction(start).limit_denominator(1_000_000) / stream.time_base)
    found = []
    for packet in demux(container, stream):
        if packet.pts is None:
            continue
        packet.pts, packet.dts = packet.pts - shift, (packet.pts if packet.dts is None else packet.dts) - shift
        packet.stream = target
        found.append((float(packet.dts * packet.time_base), packet))
    return found


def _encode_audio(path: Path, facts: FileFacts, platform: Platform, out: Path) -> None:
    """The audio of a file as stereo AAC at the platform's loudness, as long as its video, from its first frame on."""
    stream = probe(path).audio
    assert stream is not None
    count = round(facts.seconds * SAMPLE_RATE)
    samples = audio_files.read(path, stream, facts.video_start, SAMPLE_RATE, "stereo", 0, count).astype(np.float32)
    samples *= np.float32(1 / 32768)
    mix = AudioMix(samples=count, loudness=platform.loudness.value, true_peak=MAX_TRUE_PEAK)
    audio_mix.encode(np.array_split(samples, max(1, count // SAMPLE_RATE)), mix, SOUND, out)
