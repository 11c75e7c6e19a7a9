"""From a timeline to a RenderSpec: what every archetype ends with."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.archetypes import ARCHETYPES
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.output_format import HEIGHT, Canvas
from pytoon_pipeline.contracts.spec.layers import Keyframe, Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import (
    BrandUse,
    CaptionPlan,
    Constraints,
    Cue,
    Note,
    RenderSpec,
    Scene,
    SoundEffect,
)
from pytoon_pipeline.contracts.time import FrameRange, FrameRate, union
from pytoon_pipeline.planning.audio_mix import plan_audio
from pytoon_pipeline.planning.captions.contrast import readable, with_colours
from pytoon_pipeline.planning.captions.layout import extent
from pytoon_pipeline.planning.captions.notes import crowded_note
from pytoon_pipeline.planning.captions.pages import MIN_PAGE_SECONDS
from pytoon_pipeline.planning.captions.placing import caption_zone, covers_text, place_captions
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.heard_captions import as_heard, in_order
from pytoon_pipeline.planning.keep_out import TEXT, KeepOutArea
from pytoon_pipeline.planning.layout.text_placement import layer_area
from pytoon_pipeline.planning.layout.title_animations import staying
from pytoon_pipeline.planning.segments import plan_segments
from pytoon_pipeline.planning.sequences import SceneSequence, Timeline, join_content
from pytoon_pipeline.planning.shown_areas import shown_areas
from pytoon_pipeline.planning.sound_effects import plan_effects, with_effects
from pytoon_pipeline.planning.text_assignment import assignment_notes
from pytoon_pipeline.planning.title_schedule import place_titles

# A watermark fades out before the end card, within this time.
WATERMARK_EXIT_SECONDS = 0.25


def assemble(
    context: PlanContext,
    sequences: Sequence[SceneSequence],
    notes: Sequence[Note] = (),
) -> RenderSpec:
    """The whole plan: the sequences and the end card, and the titles over those that have space for text."""
    timeline, content_frames = join_content(sequences, context.end_card, context.transition)
    timeline = as_heard(context, timeline)
    if all(sequence.text is None for sequence in sequences):
        return finish(context, timeline, content_frames, (), notes)
    style = caption_style(context)
    zones = [caption_zone(cue, style, context.canvas, context.safe_area, timeline.panels) for cue in timeline.cues]
    placed = place_titles(context.titles, context.title_style, timeline, sequences, content_frames, zones)
    timeline = replace(timeline, scenes=placed.scenes)
    every = (*notes, *assignment_notes(context.titles, len(sequences)), *placed.notes)
    return finish(context, timeline, content_frames, placed.layers, every)


def finish(
    context: PlanContext,
    timeline: Timeline,
    content_frames: int,
    overlays: Sequence[Layer] = (),
    notes: Sequence[Note] = (),
) -> RenderSpec:
    """The whole plan: overlays, watermark, captions, audio and segments over a timeline.

    ``content_frames`` is where the content ends and the end card comes in.
    """
    resolved, rate = context.resolved, context.rate
    timeline = _captions_before(timeline, content_frames, rate)
    audio, audio_notes = plan_audio(
        timeline, context.media, context.preset.audio, resolved.loudness, rate, context.request.enhance
    )
    audio = with_effects(audio, _effects(context, timeline, overlays))
    watermark = _watermark(context, content_frames, timeline.frames)
    above = (*(staying(one, timeline.frames) for one in overlays), *watermark)
    last = timeline.scenes[-1]
    shown = tuple(staying(layer, last.frames) for layer in last.layers)
    timeline = replace(timeline, scenes=(*timeline.scenes[:-1], last.model_copy(update={"layers": shown})))
    captions, cues, covered = _captions(context, timeline, overlays)
    crowded = (crowded_note(len(covered)),) if covered else ()
    every_note = {(note.code, note.message): note for note in (*timeline.notes, *notes, *crowded, *audio_notes)}
    return RenderSpec(
        archetype=resolved.archetype,
        width=context.canvas.width,
        height=context.canvas.height,
        rate=rate,
        frames=timeline.frames,
        scenes=timeline.scenes,
        overlays=above,
        segments=plan_segments(timeline.frames, timeline.scenes, _text_edges(timeline.cues, above), rate),
        captions=CaptionPlan(style=captions, cues=cues, hidden=in_order(timeline.hidden, covered)),
        audio=audio,
        constraints=Constraints(
            platform=resolved.platform.name,
            safe_area=context.safe_area,
            upper_area=context.upper_area,
            max_frames=context.max_frames,
        ),
        brand=BrandUse(name=context.brand.name, brand_safe=context.request.brand_safe) if context.brand else None,
        static_ranges=_joined(timeline.static),
        black_ranges=_joined([*timeline.black, *_fades(timeline.scenes)]),
        notes=tuple(every_note.values()),
    )


def _effects(context: PlanContext, timeline: Timeline, overlays: Sequence[Layer]) -> tuple[SoundEffect, ...]:
    """The sounds at transitions and texts, as the request or else the preset has them."""
    amount = context.request.sound_effects or context.preset.audio.effects
    spoken = [*(one.span for one in timeline.speech), *((cue.start, cue.end) for cue in timeline.cues)]
    cues = (*timeline.cues, *timeline.hidden)
    return plan_effects(timeline.scenes, overlays, cues, spoken, timeline.frames, context.rate, amount)


def _captions_before(timeline: Timeline, end: int, rate: FrameRate) -> Timeline:
    """``timeline`` whose captions leave when the end card comes in. What could hardly be read is in subtitles only."""
    latest = end - rate.nearest(MIN_PAGE_SECONDS)
    late = tuple(cue for cue in timeline.cues if cue.end > end and cue.start > latest)
    shown = tuple(cue.until(end) for cue in timeline.cues if cue not in late)
    return replace(timeline, cues=shown, hidden=(*timeline.hidden, *late))


def _captions(
    context: PlanContext, timeline: Timeline, overlays: Sequence[Layer]
) -> tuple[CaptionStyle, tuple[Cue, ...], tuple[Cue, ...]]:
    """The style of the captions as it can be read over these scenes, the captions in their places, and those without
    one: wherever they stood, they would cover a text.
    """
    titles = [
        KeepOutArea(layer.start, layer.start + (layer.frames or timeline.frames), layer_area(layer), TEXT)
        for layer in overlays
        if isinstance(layer, TextLayer)
    ]
    style = caption_style(context)
    keep_out = (*timeline.keep_out, *titles)
    if timeline.cues and not ARCHETYPES[context.resolved.archetype].transcribes:
        materials = {one.item: one for one in context.media.all()}
        keep_out = (*keep_out, *shown_areas(timeline.scenes, materials, context.rate))
    placed = place_captions(timeline.cues, style, context.canvas, context.safe_area, keep_out, timeline.panels)
    cues = tuple(cue for cue in placed if not covers_text(cue, style, keep_out))
    if cues:
        areas = [extent(cue, style) for cue in cues]
        whole = Rect(
            min(one.left for one in areas), min(one.top for one in areas), max(one.right for one in areas),
            max(one.bottom for one in areas),
        )  # fmt: skip
        style = readable(style, timeline.backdrop(whole), context.resolved.limits.text_contrast)
    return style, cues, tuple(cue for cue in placed if cue not in cues)


def caption_style(context: PlanContext) -> CaptionStyle:
    """The preset's style with colours, inside the safe zone."""
    return with_colours(safe_captions(context.preset.captions, context.canvas, context.safe_area))


def safe_captions(style: CaptionStyle, canvas: Canvas, safe_area: Rect[int]) -> CaptionStyle:
    """The style with its place inside the platform's safe zone; on frames that are less tall than 9:16, at its edge:
    no interface is below, and faces take more of the height.
    """
    lowest = safe_area.bottom / canvas.height
    return style.model_copy(
        update={
            "position": round(min(style.position, lowest) if canvas.height == HEIGHT else lowest, 4),
            "margin": max(style.margin, safe_area.left, canvas.width - safe_area.right),
        }
    )


def _watermark(context: PlanContext, frames: int, total: int) -> tuple[Layer, ...]:
    """The watermark over the content, fading out where an end card follows."""
    mark = context.watermark
    if mark is None:
        return ()
    leaving = min(context.rate.nearest(WATERMARK_EXIT_SECONDS), frames - 1)
    if frames >= total or leaving < 1:
        return (mark.model_copy(update={"frames": frames}),)
    own = mark.transform.opacity[0].value
    fade = (Keyframe(frame=frames - leaving, value=own), Keyframe(frame=frames, value=0))
    transform = mark.transform.model_copy(update={"opacity": fade})
    return (mark.model_copy(update={"frames": frames, "transform": transform}),)


def _text_edges(cues: Sequence[Cue], overlays: Sequence[Layer]) -> list[int]:
    """The frames at which a text comes or goes."""
    edges = [edge for cue in cues for edge in (cue.start, cue.end)]
    texts = [layer for layer in overlays if isinstance(layer, TextLayer)]
    return edges + [edge for layer in texts for edge in (layer.start, layer.start + (layer.frames or 0))]


def _fades(scenes: Sequence[Scene]) -> Iterator[FrameRange]:
    """Where one scene fades through black, or a colour that may be as dark, into the next."""
    for scene in scenes:
        if scene.transition is not None and scene.transition.kind in ("fade", "dip"):
            yield FrameRange(start=scene.start, end=scene.start + scene.transition.frames)


def _joined(ranges: Sequence[FrameRange]) -> tuple[FrameRange, ...]:
    return tuple(FrameRange(start=start, end=end) for start, end in union(one.span for one in ranges))
