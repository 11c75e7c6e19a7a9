"""The footage archetype: a talking video without its silences, framed for 9:16, with captions."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.analysis import Face, FocalPoints, SampledFrames, Shots, SilenceSegments
from pytoon_pipeline.contracts.errors import BadInput
from pytoon_pipeline.contracts.media import MediaInfo, VideoStream
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec import CaptionPlan, Clip, Note, RenderSpec, SoundClip, SoundPlan
from pytoon_pipeline.contracts.timing import FrameRange, FrameRate, TimeRange
from pytoon_pipeline.planning.camera import Frame, plan_shot
from pytoon_pipeline.planning.captions import plan_cues
from pytoon_pipeline.planning.segments import plan_segments
from pytoon_pipeline.planning.takes import Take, output_rate, plan_takes, to_output

WIDTH, HEIGHT = 1080, 1920
SAMPLE_RATE = 48_000
# Enlarging a source more than this leaves it visibly soft.
SOFT_FACTOR = 4.0


@dataclass(frozen=True)
class Footage:
    """All that is known of one source. ``silence`` is none for a source without sound."""

    item: str
    info: MediaInfo
    video: VideoStream
    frames: SampledFrames
    faces: Sequence[Face]
    focus: FocalPoints
    shots: Shots
    silence: SilenceSegments | None


def plan_footage(footage: Footage, request: Request, preset: Preset) -> RenderSpec:
    """The RenderSpec of one talking video. Raises ``BadInput`` when nothing of it would be left."""
    rate = output_rate(footage.video)
    seconds = footage.frames.seconds
    speech = footage.silence.speech if footage.silence else (TimeRange(start=0.0, end=seconds),)
    words = footage.silence.words if footage.silence else ()
    most = int(request.max_seconds * rate.fraction)
    takes, shortened = plan_takes(speech, footage.shots.cuts, words, seconds, rate, most)
    if not takes:
        raise BadInput(
            "nothing_left",
            "After removing silence nothing of this video is left.",
            "Raise adjust.silence.drop_db, or set adjust.silence.remove=false.",
        )
    clips = _clips(footage, takes, preset, rate)
    cues = plan_cues(words, takes, rate, preset.captions)
    frames = takes[-1].end
    return RenderSpec(
        rate=rate,
        frames=frames,
        clips=clips,
        segments=plan_segments(frames, clips, cues, rate),
        captions=CaptionPlan(style=preset.captions, cues=cues),
        sound=_sound(footage, takes, preset, rate),
        still=_on_screen(footage.shots.still, takes, rate),
        dark=_on_screen(footage.shots.dark, takes, rate),
        notes=tuple(_notes(footage, clips, cues, request, shortened)),
    )


def _clips(footage: Footage, takes: Sequence[Take], preset: Preset, rate: FrameRate) -> tuple[Clip, ...]:
    """Takes split at scene changes. Clips of one shot share its camera path, so a jump cut keeps the framing."""
    width, height = footage.video.display_size
    frame = Frame(width, height, footage.frames.picture)
    edges = [0, *(rate.nearest(cut) for cut in footage.shots.cuts), rate.nearest(footage.frames.seconds) + 1]
    clips = []
    for first, last in itertools.pairwise(edges):
        parts = [(max(take.source_start, first), min(take.source_end, last), take) for take in takes]
        parts = [part for part in parts if part[1] > part[0]]
        if not parts:
            continue
        start, end = rate.seconds(first), rate.seconds(last)
        path = plan_shot(footage.faces, footage.focus.points, start, end, frame, preset.camera, WIDTH / HEIGHT)
        for begin, stop, take in parts:
            clips.append(
                Clip(
                    start=take.start + begin - take.source_start,
                    frames=stop - begin,
                    item=footage.item,
                    source_start=begin,
                    camera=path.camera(begin, stop - begin, rate, preset.camera.period),
                )
            )
    return tuple(sorted(clips, key=lambda clip: clip.start))


def _sound(footage: Footage, takes: Sequence[Take], preset: Preset, rate: FrameRate) -> SoundPlan:
    """Sound cut where the picture is cut: each take's samples start and end with its frames."""
    clips = []
    if footage.info.audio is not None:
        for take in takes:
            # Lengths come from positions in the video, so that rounding never adds up.
            samples = rate.sample(take.end, SAMPLE_RATE) - rate.sample(take.start, SAMPLE_RATE)
            start = rate.sample(take.source_start, SAMPLE_RATE)
            clips.append(SoundClip(item=footage.item, source_start=start, samples=samples))
    return SoundPlan(
        sample_rate=SAMPLE_RATE,
        samples=rate.sample(takes[-1].end, SAMPLE_RATE),
        clips=tuple(clips),
        fade=round(preset.sound.fade * SAMPLE_RATE),
        loudness=preset.sound.loudness,
        true_peak=preset.sound.true_peak,
    )


def _on_screen(ranges: Sequence[TimeRange], takes: Sequence[Take], rate: FrameRate) -> tuple[FrameRange, ...]:
    """Ranges of the source as ranges of the video, joined where they touch."""
    found: list[FrameRange] = []
    for take in takes:
        for part in ranges:
            first = max(rate.nearest(part.start), take.source_start)
            last = min(rate.nearest(part.end), take.source_end)
            if last <= first:
                continue
            start = to_output(takes, first)
            assert start is not None
            if found and found[-1].end >= start:
                found[-1] = FrameRange(start=found[-1].start, end=start + last - first)
            else:
                found.append(FrameRange(start=start, end=start + last - first))
    return tuple(found)


def _notes(
    footage: Footage, clips: Sequence[Clip], cues: Sequence[object], request: Request, shortened: bool
) -> Iterator[Note]:
    if shortened:
        yield Note(code="shortened", message=f"The video was cut to the first {request.max_seconds:g} s that stay.")
    width, _ = footage.video.display_size
    factor = WIDTH / (width * min(clip.camera.width for clip in clips))
    if factor > SOFT_FACTOR:
        yield Note(code="low_resolution", message=f"The source is enlarged {factor:.1f}-fold and will look soft.")
    if footage.frames.damaged:
        yield Note(code="damaged_source", message=f"{footage.frames.damaged} pieces of the source are damaged.")
    if footage.silence is None:
        yield Note(code="no_sound", message="The source has no sound; the video is silent.")
    elif not cues and request.adjust.get("captions", {}).get("show", True):
        yield Note(code="no_words", message="No words were recognised; the video has no captions.")
    if not footage.faces:
        yield Note(code="no_face", message="No face was found; the window rests where the picture has detail.")
