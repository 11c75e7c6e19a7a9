"""The facts of a media file, from its headers, its first packets and its first decoded frame."""

from fractions import Fraction
from itertools import islice, pairwise
from math import ceil, floor
from pathlib import Path
from statistics import median_low
from typing import TYPE_CHECKING, Literal

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import AudioStream, Dynamic, MediaInfo, VideoStream
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.container import (
    MAX_CHANNELS,
    MAX_PIXELS,
    SOUND_RATES,
    opened,
    picture_stream,
)
from pytoon_pipeline.media.declared import stream_length
from pytoon_pipeline.media.decoding import decode_packets, demux, presentation_time
from pytoon_pipeline.media.preflight import preflight

if TYPE_CHECKING:
    from av.audio.stream import AudioStream as AvAudio
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream as AvVideo

PACKETS_READ = 2000
STANDARD_RATES = tuple(
    Fraction(*pair)
    for pair in (
        (24000, 1001),
        (24, 1),
        (25, 1),
        (30000, 1001),
        (30, 1),
        (48, 1),
        (50, 1),
        (60000, 1001),
        (60, 1),
        (120, 1),
    )
)

# Code points of ITU-T H.273.
MATRICES: dict[int, Literal["bt601", "bt709", "bt2020"]] = {
    1: "bt709", 5: "bt601", 6: "bt601", 9: "bt2020", 10: "bt2020",
}  # fmt: skip
TRANSFERS: dict[int, Dynamic] = {16: "pq", 18: "hlg"}


def probe(path: Path, timeout: float | None = None) -> MediaInfo:
    """The facts of a media file, within about ``timeout`` seconds.

    Raises ``InvalidInput`` when it is not media or would exhaust the machine; ``TransientError`` at the timeout.
    """
    read = preflight(path, timeout)
    with opened(path) as container:
        picture = picture_stream(container)
        sound = _default(list(container.streams.audio))
        counts: dict[str, int] = {}
        for stream in container.streams:
            counts[stream.type] = counts.get(stream.type, 0) + 1
        video = _video(container, picture) if picture is not None else None
        seconds = float(container.duration or 0) / 1_000_000
        if not seconds and picture is not None and picture.duration and picture.time_base:
            seconds = float(picture.duration * picture.time_base)
        return MediaInfo(
            container=container.format.name,
            seconds=seconds,
            video=video,
            audio=_audio(sound) if sound is not None else None,
            streams=counts,
            video_length=stream_length(container, picture, read) if picture is not None else None,
            audio_length=stream_length(container, sound, read) if sound is not None else None,
            truncated=read.structure.truncated,
        )


def probe_still(path: Path, limits: Limits, out: Path) -> MediaInfo:
    """The facts of an image file; its upright copy is written to ``out``. Raises ``InvalidInput``."""
    from pytoon_pipeline.media import images

    still = images.normalise(path, limits, out)
    return MediaInfo(container="picture", seconds=0.0, video=None, audio=None, still=still, streams={"picture": 1})


def accept(info: MediaInfo, limits: Limits) -> VideoStream:
    """The video stream of a file that can be used as video. Raises ``InvalidInput`` otherwise."""
    video = info.video
    if video is None and info.audio is None and "audio" in info.streams:
        low, high = SOUND_RATES[0] / 1000, SOUND_RATES[-1] / 1000
        raise InvalidInput(
            "no_sound",
            "The audio format of this file is not supported.",
            f"Use audio with at most {MAX_CHANNELS} channels and a sample rate of {low:g} to {high:g} kHz.",
        )
    if video is None:
        raise InvalidInput(
            "no_picture",
            "This file has audio but no video." if info.audio else "This file has no video.",
            "Use a clip or a picture. An audio file can be the music or the voice: --music FILE, --voice FILE.",
        )
    for width, height in ((video.width, video.height), video.display_size):
        if min(width, height) < limits.source_side_min or max(width, height) > limits.source_side_max:
            raise InvalidInput(
                "picture_size",
                f"The picture is {_outward(width, limits)}×{_outward(height, limits)} pixels.",
                f"Both sides must have {limits.source_side_min} to {limits.source_side_max} pixels.",
            )
    if info.seconds > limits.source_seconds_max:
        raise InvalidInput(
            "too_long",
            f"The video is {ceil(info.seconds / 6) / 10:.1f} minutes long.",
            f"Shorten it to {limits.source_seconds_max / 60:g} minutes, or raise source_seconds_max in "
            "presets/limits.yaml.",
        )
    return video


def _outward(side: float, limits: Limits) -> int:
    """A side in whole pixels, rounded away from the limit that it exceeds."""
    return ceil(side) if side > limits.source_side_max else floor(side)


def _default(streams: list["AvAudio"]) -> "AvAudio | None":
    from av.stream import Disposition

    usable = [
        s for s in streams if s.codec_context is not None and s.rate in SOUND_RATES and 0 < s.channels <= MAX_CHANNELS
    ]
    marked = [stream for stream in usable if stream.disposition & Disposition.default]
    return next(iter(marked or usable), None)


def _audio(stream: "AvAudio") -> AudioStream:
    return AudioStream(
        index=stream.index,
        codec=stream.codec_context.name,
        sample_rate=stream.rate,
        channels=stream.channels,
        start=float((stream.start_time or 0) * (stream.time_base or 0)),
        language=str(stream.language or ""),
    )


def _video(container: "InputContainer", stream: "AvVideo") -> VideoStream:
    frame, times = _first_frame(container, stream)
    rate, variable = frame_rate(times)
    matrix = MATRICES.get(int(frame.colorspace))
    tall = frame.height > 576
    return VideoStream(
        index=stream.index,
        codec=stream.codec_context.name,
        width=frame.width,
        height=frame.height,
        pixel_format=frame.format.name,
        rotation=_clockwise(frame.rotation),
        sample_aspect=float(stream.sample_aspect_ratio or 1) or 1.0,
        average_rate=rate,
        variable_rate=variable,
        start=presentation_time(container, frame) or 0.0,
        # Untagged video is BT.601 in standard definition and BT.709 above, as players assume.
        matrix=matrix or ("bt709" if tall else "bt601"),
        matrix_assumed=matrix is None,
        full_range=int(frame.color_range) == 2 or frame.format.name.startswith("yuvj"),
        dynamic=TRANSFERS.get(int(frame.color_trc), "sdr"),
    )


def _clockwise(rotation: float) -> Literal[0, 90, 180, 270]:
    """PyAV counts counter-clockwise; players rotate in steps of 90°."""
    turned: dict[int, Literal[0, 90, 180, 270]] = {0: 0, 1: 90, 2: 180, 3: 270}
    return turned[round(-rotation / 90) % 4]


def _first_frame(container: "InputContainer", stream: "AvVideo") -> tuple["VideoFrame", list[float]]:
    """The first frame, and the sorted presentation times of the first packets in seconds."""
    if stream.codec_context is None:
        raise _undecodable("unknown codec")
    # Read before a decoder rejects the size and resets it.
    width, height = stream.width, stream.height
    frame: VideoFrame | None = None
    times = []
    packets = islice(demux(container, stream), PACKETS_READ)

    def undecoded(packet: object) -> bool:
        return frame is None

    # A damaged packet shows again, and is counted, when the file is decoded.
    for packet, frames in decode_packets(packets, undecoded):
        if packet is not None and packet.pts is not None and packet.time_base is not None:
            times.append(float(packet.pts * packet.time_base))
        frame = frame or next(iter(frames or ()), None)
    if frame is not None:
        return frame, sorted(times)
    if width * height > MAX_PIXELS:
        raise InvalidInput(
            "picture_size",
            f"The picture is {width}×{height} pixels.",
            f"Use a video of at most {MAX_PIXELS / 1e6:.1f} million pixels, such as 8192×4352.",
        )
    raise _undecodable(stream.codec_context.name)


def _undecodable(codec: str) -> InvalidInput:
    return InvalidInput(
        "no_picture_decoded",
        f"No frame of this video can be decoded ({codec}).",
        "Export it again as MP4 with H.264.",
    )


def frame_rate(times: list[float]) -> tuple[FrameRate | None, bool]:
    """Nominal rate from sorted presentation times in seconds, and whether the steps between them vary.

    The rate is the standard one within 0.5 % of the median step, else the plain quotient. Steps vary when more than
    2 % of them differ from the median by more than a quarter (rounding in millisecond time bases stays below that).
    """
    steps = [b - a for a, b in pairwise(times) if b > a]
    if not steps:
        return None, False
    middle = median_low(steps)
    odd = sum(abs(step - middle) > middle / 4 for step in steps)
    variable = odd > max(1, 0.02 * len(steps))
    # Rounded time bases make single steps wrong; the mean over regular steps is not.
    regular = [step for step in steps if abs(step - middle) <= middle / 4]
    measured = len(regular) / sum(regular)
    nearest = min(STANDARD_RATES, key=lambda rate: abs(float(rate) - measured))
    if abs(float(nearest) - measured) <= 0.0005 * measured:
        chosen = nearest
    elif abs(float(nearest) - measured) <= 0.005 * measured:
        chosen = Fraction(round(float(nearest)))
    else:
        chosen = max(Fraction(measured).limit_denominator(1001), Fraction(1, 1001))
    return FrameRate(numerator=chosen.numerator, denominator=chosen.denominator), variable
