"""Which limits of a platform a file violates. Pure: from the facts of a file, and the platform's data."""

from collections.abc import Iterable, Iterator
from typing import get_args

from pytoon_pipeline.contracts.conformance import Correction, FileFacts, PostTexts, Violation, ViolationCode
from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.contracts.platforms import Platform, Sourced

# What platforms accept all the same.
ADVICE: tuple[ViolationCode, ...] = (
    "language_missing", "private_metadata", "extra_streams", "rotation", "loudness", "open_gop", "colour_untagged",
)  # fmt: skip
CORRECTABLE = get_args(Correction)
CONTAINERS = ("mp4", "mov")
PIXEL_FORMATS = ("yuv420p", "yuvj420p")
BT709, UNSPECIFIED = (1, 1, 1, 1), (0, 2, 2, 2)
SAMPLE_RATES = (44_100, SAMPLE_RATE)
# How far loudness may be from the platform's, in LU, and the highest true peak in dBTP (EBU R 128).
LOUDNESS_TOLERANCE, MAX_TRUE_PEAK = 1.0, -1.0
# Aspect ratios and frame rates are compared with this relative tolerance: 29.97 is 30, and 406×720 is 9:16.
TOLERANCE = 0.005
# A frame may be displayed for this much more or less than its neighbours, as a share: containers round times.
STEP_TOLERANCE = 0.1
# Audio and video may start this far apart, in seconds (EBU R 37), and this far from zero.
MAX_DESYNC, MAX_START = 0.06, 0.1
DELIVERY = "what phones and platforms play without transcoding: MP4, H.264 or HEVC 4:2:0 8 bit BT.709, AAC"
R128, R37, H273 = "EBU R 128", "EBU R 37", "ITU-T H.273: colours that are not tagged are a guess of the player"
PRIVACY = "posted files should not tell places and devices"


def violations(facts: FileFacts, platform: Platform, texts: PostTexts | None = None) -> tuple[Violation, ...]:
    """All limits that a file, and the texts that are posted with it, violate."""
    found = [*_container(facts), *_picture(facts, platform), *_limits(facts, platform), *_audio(facts, platform)]
    return (*found, *(_texts(texts, platform) if texts is not None else ()))


def conforms(found: Iterable[Violation]) -> bool:
    """Whether a file with these violations can be posted."""
    return all(one.severity == "advice" for one in found)


def _violation(code: ViolationCode, message: str, value: object, limit: object, source: str) -> Violation:
    return Violation(
        code=code,
        severity="advice" if code in ADVICE else "gate",
        value=str(value),
        limit=str(limit),
        source=source,
        message=message,
        correctable=code in CORRECTABLE,
    )


def _container(facts: FileFacts) -> Iterator[Violation]:
    if facts.container not in CONTAINERS:
        yield _violation("container", f"The file is {facts.container}, not MP4.", facts.container, "mp4, mov", DELIVERY)
    elif not facts.index_first:
        message = "The index is at the end of the file, so that playing waits for all of it."
        yield _violation("index_last", message, "last", "first", DELIVERY)
    if facts.extra_streams:
        message = f"The file has {facts.extra_streams} more streams than one of video and one of audio."
        yield _violation("extra_streams", message, facts.extra_streams, 0, DELIVERY)
    if facts.private_metadata:
        names = ", ".join(facts.private_metadata)
        yield _violation("private_metadata", f"The file has private metadata: {names}.", names, "none", PRIVACY)
    first = min(facts.video_start, facts.audio_start) if facts.audio_codec else facts.video_start
    if abs(first) > MAX_START:
        message = f"The file starts at {first:.2f} s instead of 0."
        yield _violation("start_offset", message, round(first, 3), MAX_START, DELIVERY)
    if facts.audio_codec and abs(facts.audio_start - facts.video_start) > MAX_DESYNC:
        apart = facts.audio_start - facts.video_start
        message = f"Audio starts {apart * 1000:.0f} ms after the video."
        yield _violation("desync", message, round(apart, 3), MAX_DESYNC, R37)


def _picture(facts: FileFacts, platform: Platform) -> Iterator[Violation]:
    yield from _listed("video_codec", "video codec", facts.video_codec, platform.codecs, platform)
    if facts.pixel_format not in PIXEL_FORMATS:
        message = f"The pixel format is {facts.pixel_format}; phones decode 8-bit 4:2:0."
        yield _violation("pixel_format", message, facts.pixel_format, "yuv420p", DELIVERY)
    if facts.colour != BT709:
        unknown = all(one in (tag, none) for one, tag, none in zip(facts.colour, BT709, UNSPECIFIED, strict=True))
        code: ViolationCode = "colour_untagged" if unknown else "colour"
        message = "The colours are not tagged." if unknown else "The colours are not those of BT.709, limited range."
        yield _violation(code, message, facts.colour, BT709, H273)
    if facts.interlaced:
        yield _violation("interlaced", "The picture is interlaced.", "interlaced", "progressive", DELIVERY)
    if abs(facts.pixel_aspect - 1) > TOLERANCE:
        yield _violation("pixel_aspect", "The pixels are not square.", round(facts.pixel_aspect, 4), 1, DELIVERY)
    if facts.rotation:
        message = f"The picture is stored rotated by {facts.rotation}°; some players ignore that."
        yield _violation("rotation", message, facts.rotation, 0, DELIVERY)
    if facts.open_gop:
        message = "Groups of pictures are open: players cannot start at each key frame."
        yield _violation("open_gop", message, "open", "closed", DELIVERY)
    if facts.level is not None and facts.level > platform.max_level.value:
        message = f"The H.264 level is {facts.level:g}."
        yield _violation("level", message, facts.level, platform.max_level.value, _source(platform.max_level, platform))
    shortest, longest = facts.steps
    if facts.frame_rate and max(longest * facts.frame_rate - 1, 1 - shortest * facts.frame_rate) > STEP_TOLERANCE:
        message = f"The frame rate varies: frames last {shortest * 1000:.1f} to {longest * 1000:.1f} ms."
        yield _violation("variable_frame_rate", message, f"{shortest:.4f}–{longest:.4f}", "constant", DELIVERY)


def _limits(facts: FileFacts, platform: Platform) -> Iterator[Violation]:
    name = platform.title
    yield from _within("frame_rate", "frame rate", facts.frame_rate, platform.frame_rates, platform)
    yield from _within("aspect", "aspect ratio (width over height)", round(facts.aspect, 4), platform.aspects, platform)
    low, high = platform.sides.value
    if min(facts.width, facts.height) < low or max(facts.width, facts.height) > high:
        size = f"{facts.width}×{facts.height}"
        message = f"The frame has {size} pixels; {name} accepts sides of {low} to {high}."
        yield _violation("frame_size", message, size, f"{low}–{high}", _source(platform.sides, platform))
    yield from _most("too_long", "length in seconds", round(facts.seconds, 2), platform.max_seconds, platform)
    if round(facts.seconds, 2) < platform.min_seconds.value:
        limit = platform.min_seconds
        message = f"The video lasts {facts.seconds:.2f} s; {name} accepts {limit.value:g} s or more."
        yield _violation("too_short", message, round(facts.seconds, 3), limit.value, _source(limit, platform))
    yield from _most("too_large", "size in bytes", facts.bytes, platform.max_bytes, platform)
    if platform.max_video_bit_rate is not None:
        limit_of_rate = platform.max_video_bit_rate
        yield from _most("video_bit_rate", "video bit rate", round(facts.video_bit_rate), limit_of_rate, platform)


def _audio(facts: FileFacts, platform: Platform) -> Iterator[Violation]:
    if facts.audio_codec is None:
        return
    if facts.audio_codec != "aac":
        yield _violation("audio_codec", f"The audio is {facts.audio_codec}.", facts.audio_codec, "aac", DELIVERY)
    if facts.sample_rate not in SAMPLE_RATES:
        message = f"The audio has {facts.sample_rate} samples per second."
        yield _violation("sample_rate", message, facts.sample_rate, SAMPLE_RATE, DELIVERY)
    if facts.channels > 2:
        message = f"The audio has {facts.channels} channels."
        yield _violation("channels", message, facts.channels, 2, DELIVERY)
    # Silence has no language.
    if facts.language is None and facts.loudness is not None:
        yield _violation("language_missing", "The audio has no language tag.", "none", "ISO 639-2", DELIVERY)
    wanted = platform.loudness
    if facts.loudness is not None and abs(facts.loudness - wanted.value) > LOUDNESS_TOLERANCE:
        message = f"The loudness is {facts.loudness:.1f} LUFS; {platform.title} plays {wanted.value:g} LUFS."
        yield _violation("loudness", message, facts.loudness, wanted.value, _source(wanted, platform))
    if facts.true_peak is not None and facts.true_peak > MAX_TRUE_PEAK:
        message = f"The true peak is {facts.true_peak:.1f} dBTP."
        yield _violation("true_peak", message, facts.true_peak, MAX_TRUE_PEAK, R128)


def _texts(texts: PostTexts, platform: Platform) -> Iterator[Violation]:
    if platform.max_title is not None:
        yield from _most("title_too_long", "title's length", len(texts.title), platform.max_title, platform)
    yield from _most("caption_too_long", "caption's length", len(texts.caption), platform.max_caption, platform)
    count = len(texts.hashtags)
    yield from _most("too_many_hashtags", "number of hashtags", count, platform.max_hashtags, platform)


def _listed(
    code: ViolationCode, what: str, value: str, limit: Sourced[tuple[str, ...]], platform: Platform
) -> Iterator[Violation]:
    if value not in limit.value:
        allowed = ", ".join(limit.value)
        message = f"The {what} is {value}; {platform.title} accepts {allowed}."
        yield _violation(code, message, value, allowed, _source(limit, platform))


def _within(
    code: ViolationCode, what: str, value: float, limit: Sourced[tuple[float, float]], platform: Platform
) -> Iterator[Violation]:
    low, high = limit.value
    if not low * (1 - TOLERANCE) <= value <= high * (1 + TOLERANCE):
        message = f"The {what} is {value:g}; {platform.title} accepts {low:g} to {high:g}."
        yield _violation(code, message, f"{value:g}", f"{low:g}–{high:g}", _source(limit, platform))


def _most(
    code: ViolationCode, what: str, value: float, limit: Sourced[int] | Sourced[float], platform: Platform
) -> Iterator[Violation]:
    if value > limit.value:
        message = f"The {what} is {value:,}; {platform.title} accepts {limit.value:,.10g} at most."
        yield _violation(code, message, value, limit.value, _source(limit, platform))


def _source(limit: Sourced[int] | Sourced[float] | Sourced[tuple], platform: Platform) -> str:  # type: ignore[type-arg]
    return str(platform.sources[limit.source])
