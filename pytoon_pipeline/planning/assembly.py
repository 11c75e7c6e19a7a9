"""From sequences to a RenderSpec: what every archetype ends with."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import BrandUse, CaptionPlan, Constraints, Note, RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.audio_mix import plan_audio
from pytoon_pipeline.planning.branding import allowed_transition, end_card, watermark
from pytoon_pipeline.planning.context import PlanContext, field_error
from pytoon_pipeline.planning.segments import plan_segments
from pytoon_pipeline.planning.sequences import AudioRef, SceneSequence, Timeline, join, overlaps
from pytoon_pipeline.planning.shots.edit_ranges import DEFAULT_RATE, output_rate


def rate_of(media: Sequence[AnalysedMedia]) -> FrameRate:
    """The video's rate: that of its first clip, else 30."""
    return next((output_rate(one.video) for one in media if not one.is_still), DEFAULT_RATE)


def max_frames(context: PlanContext, rate: FrameRate) -> int:
    """Frames that the video may have."""
    return int(context.request.max_seconds * rate.fraction)


def content_frames(context: PlanContext, rate: FrameRate) -> int:
    """Frames left for the content, before overlaps, when the end card has its own.

    Raises ``InvalidInput`` when there is no room beside the end card.
    """
    left = max_frames(context, rate) - sum(sequence.frames for sequence in end_card(context, rate))
    if left < rate.nearest(1.0):
        raise field_error(
            "max_seconds", "too_short", "nothing is left beside the end card of the brand.",
            "Raise max_seconds, or set end_card.seconds of the brand to 0.",
        )  # fmt: skip
    return left


def overlap_frames(context: PlanContext, rate: FrameRate, lengths: Sequence[int]) -> int:
    """Frames that the overlaps between sequences of these lengths take off their sum."""
    kind, seconds = allowed_transition(context)
    return sum(overlaps(lengths, kind, rate.nearest(seconds)))


def timeline(context: PlanContext, rate: FrameRate, sequences: Sequence[SceneSequence]) -> tuple[Timeline, int]:
    """Pieces and the end card, joined; and the frame at which the content ends."""
    kind, seconds = allowed_transition(context)
    closing = end_card(context, rate)
    joined = join([*sequences, *closing], kind, rate.nearest(seconds))
    content = joined.parts[len(sequences) - 1].end
    return joined, min(content, joined.parts[len(sequences)].start) if closing else content


def finish(
    context: PlanContext, rate: FrameRate, line: Timeline, content: int, overlays: Sequence[Layer] = (),
    notes: Sequence[Note] = (),
) -> RenderSpec:  # fmt: skip
    """The whole plan: overlays, watermark, captions, sound and segments over a timeline."""
    line = replace(line, audio=tuple(_audible(context, line.audio)))
    sound, said = plan_audio(context, line, rate)
    above: tuple[Layer, ...] = (*overlays, *watermark(context, content))
    style = safe_captions(context.preset.captions, context)
    texts = [layer for layer in above if isinstance(layer, TextLayer)]
    marks = [edge for cue in line.cues for edge in (cue.start, cue.end)]
    marks += [edge for layer in texts for edge in (layer.start, layer.start + (layer.frames or 0))]
    known = {(note.code, note.message): note for note in (*line.notes, *notes, *said)}
    safe = context.safe_area
    return RenderSpec(
        archetype=context.archetype,
        width=WIDTH,
        height=HEIGHT,
        rate=rate,
        frames=line.frames,
        scenes=line.scenes,
        overlays=above,
        segments=plan_segments(line.frames, line.scenes, marks, rate),
        captions=CaptionPlan(style=style, cues=line.cues),
        audio=sound,
        constraints=Constraints(platform=context.platform.name, safe_area=safe, max_frames=max_frames(context, rate)),
        brand=BrandUse(name=context.brand.name, brand_safe=context.request.brand_safe) if context.brand else None,
        static_ranges=_merged_ranges(line.static),
        black_ranges=_merged_ranges([*line.black, *_fades(line.scenes)]),
        notes=tuple(known.values()),
    )


def safe_captions(style: CaptionStyle, context: PlanContext) -> CaptionStyle:
    """The style with its place inside the platform's safe zone."""
    safe = context.safe_area
    return style.model_copy(
        update={
            "position": round(min(style.position, safe.bottom / HEIGHT), 4),
            "margin": max(style.margin, safe.left, WIDTH - safe.right),
        }
    )


def _audible(context: PlanContext, heard: Sequence[AudioRef]) -> list[AudioRef]:
    """Clips' own sound as the request wants it: kept, lowered, or left out."""
    wishes = {material.item: wish.audio for material, wish in zip(context.media, context.request.media, strict=False)}
    found = []
    for one in heard:
        wish = wishes.get(one.item) or context.request.original_audio
        if wish == "mute":
            continue
        volume = one.gain_db + (context.preset.audio.original_gain_db if wish == "lower" else 0.0)
        found.append(replace(one, gain_db=volume))
    return found


def _fades(scenes: Sequence[Scene]) -> Iterator[FrameRange]:
    """Where one scene gives way to the next through black."""
    for scene in scenes:
        if scene.transition is not None and scene.transition.kind == "fade":
            yield FrameRange(start=scene.start, end=scene.start + scene.transition.frames)


def _merged_ranges(ranges: Sequence[FrameRange]) -> tuple[FrameRange, ...]:
    found: list[FrameRange] = []
    for one in sorted(ranges, key=lambda r: r.start):
        if found and one.start <= found[-1].end:
            found[-1] = FrameRange(start=found[-1].start, end=max(one.end, found[-1].end))
        else:
            found.append(one)
    return tuple(found)
