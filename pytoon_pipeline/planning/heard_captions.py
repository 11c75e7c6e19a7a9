"""Captions of what is heard in a video: of its voice-over, and of people who talk in clips among other pictures.

Talking videos bring their own captions along, because their pictures are cut and framed for them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.archetypes import ARCHETYPES
from pytoon_pipeline.contracts.spec.render_spec import Cue, Note
from pytoon_pipeline.contracts.time import FrameRange, covered, union
from pytoon_pipeline.planning.analysed_media import AnalysedMedia
from pytoon_pipeline.planning.captions.clip import SourceCaptions, source_captions
from pytoon_pipeline.planning.captions.cues import plan_cues
from pytoon_pipeline.planning.captions.notes import (
    edit_notes,
    fast_notes,
    no_words_note,
    read_out_note,
    spoken_over_note,
    uncut_note,
)
from pytoon_pipeline.planning.captions.translated import caption_words
from pytoon_pipeline.planning.captions.uncertain import uncertain_note, without_uncertain
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.edit_ranges import SourceRange
from pytoon_pipeline.planning.key_words import brand_words
from pytoon_pipeline.planning.sequences import AudioRef, Timeline
from pytoon_pipeline.planning.voice_over import PlacedVoice, captions_voice, placed_voices


def as_heard(context: PlanContext, timeline: Timeline) -> Timeline:
    """``timeline`` with the clips' own audio as the request asks, and with the captions of all that is heard.

    Where a voice-over and a clip speak at once, the voice-over is captioned.
    """
    timeline = replace(timeline, audio=tuple(_requested(context, timeline.audio)))
    voice, clips = _of_voices(context, timeline), _of_clips(context, timeline)
    shown, spoken_over = _apart(clips.shown, voice.shown)
    hidden, _ = _apart(clips.hidden, (*voice.shown, *voice.hidden))
    notes = (*voice.notes, *clips.notes, *([spoken_over_note(len(spoken_over))] if spoken_over else []))
    talking = () if _is_talk(context) else (*clips.shown, *clips.hidden)
    return replace(
        timeline,
        cues=in_order(voice.shown, shown),
        hidden=in_order(voice.hidden, hidden),
        speech=(*timeline.speech, *(FrameRange(start=cue.start, end=cue.end) for cue in talking)),
        notes=(*timeline.notes, *notes),
    )


def _requested(context: PlanContext, audio: Sequence[AudioRef]) -> Iterator[AudioRef]:
    """Clips' own audio: kept, lowered, or left out."""
    by_item = {item.material.item: item.entry.audio for item in context.items}
    for one in audio:
        requested = by_item.get(one.item) or context.request.original_audio
        if requested == "lower":
            yield replace(one, gain_db=one.gain_db + context.preset.audio.original_gain_db)
        elif requested == "keep":
            yield one


def _is_talk(context: PlanContext) -> bool:
    return ARCHETYPES[context.resolved.archetype].transcribes


def _of_voices(context: PlanContext, timeline: Timeline) -> SourceCaptions:
    found = [_of_voice(context, voice) for voice in placed_voices(context.media, timeline)]
    shown, hidden = in_order(*(one.shown for one in found)), in_order(*(one.hidden for one in found))
    return SourceCaptions(shown, hidden, tuple(note for one in found for note in one.notes))


def _of_voice(context: PlanContext, placed: PlacedVoice) -> SourceCaptions:
    voice = placed.material
    if voice.transcript is None or "voice" not in context.resolved.captioned:
        return SourceCaptions()
    ranges = placed.ranges(context.rate)
    shown, hidden = _planned(context, voice, ranges)
    notes = list(edit_notes(voice.transcript, voice.name[:60]))
    if not captions_voice(context.resolved, voice):
        return SourceCaptions((), in_order(shown, hidden), (*notes, read_out_note(voice.name[:60])))
    if not shown and not hidden and context.captions.style.show:
        notes.append(no_words_note(voice.name[:60]))
    return _source_captions(context, voice, shown, hidden, notes, (0.0, voice.sound_seconds))


def _of_clips(context: PlanContext, timeline: Timeline) -> SourceCaptions:
    wanted = "media" in context.resolved.captioned
    if _is_talk(context):
        if wanted:
            return SourceCaptions(timeline.cues, timeline.hidden)
        return SourceCaptions((), in_order(timeline.cues, timeline.hidden))
    materials = {one.item: one for one in (*context.media.media, *context.media.files.values())}
    heard = defaultdict[str, list[AudioRef]](list)
    for one in timeline.audio if wanted else ():
        if materials[one.item].transcript is not None:
            heard[one.item].append(one)
    found = [_of_clip(context, materials[item], runs) for item, runs in heard.items()]
    shown = _in_turn(in_order(*(one.shown for one in found)))
    hidden = in_order(*(one.hidden for one in found))
    return SourceCaptions(shown, hidden, tuple(note for one in found for note in one.notes))


def _of_clip(context: PlanContext, material: AnalysedMedia, runs: Sequence[AudioRef]) -> SourceCaptions:
    """The captions of the runs of a clip's audio."""
    assert material.transcript is not None
    shown, hidden = list[Cue](), list[Cue]()
    for run in runs:
        cues, uncertain = _planned(context, material, [SourceRange(0, run.source_start, run.frames)])
        shown += [cue.moved(run.start) for cue in cues]
        hidden += [cue.moved(run.start) for cue in uncertain]
    notes = list(edit_notes(material.transcript.model_copy(update={"cuts": ()}), material.name[:60]))
    if material.transcript.cuts:
        notes.append(uncut_note(len(material.transcript.cuts), material.name[:60]))
    first = min(run.source_start for run in runs)
    last = max(run.source_start + run.frames for run in runs)
    part = context.rate.seconds(first), context.rate.seconds(last)
    return _source_captions(context, material, shown, hidden, notes, part)


def _planned(
    context: PlanContext, material: AnalysedMedia, ranges: Sequence[SourceRange]
) -> tuple[tuple[Cue, ...], tuple[Cue, ...]]:
    """The captions of ranges of a source: those to show, and uncertain ones that are left out of the picture."""
    words = caption_words(material)
    if not ranges:
        return (), ()
    cues = plan_cues(words, ranges, context.rate, context.captions.style, brand_words(context.brand))
    return without_uncertain(cues, words, ranges, context.rate, context.captions.style)


def _source_captions(
    context: PlanContext,
    material: AnalysedMedia,
    shown: Sequence[Cue],
    hidden: Sequence[Cue],
    notes: list[Note],
    part: tuple[float, float],
) -> SourceCaptions:
    name = material.name[:60]
    if context.captions.style.show:
        notes += [uncertain_note(len(hidden), name)] if hidden else []
        notes += fast_notes(shown, context.rate, name)
    planned = SourceCaptions(tuple(shown), tuple(hidden), tuple(notes))
    return source_captions(context.captions, planned, material, name, part)


def _apart(cues: Sequence[Cue], first: Sequence[Cue]) -> tuple[tuple[Cue, ...], tuple[Cue, ...]]:
    """``cues`` beside those that come ``first``, and those that share time with them."""
    taken = union((cue.start, cue.end) for cue in first)
    beside = tuple(cue for cue in cues if not covered((cue.start, cue.end), taken))
    return beside, tuple(cue for cue in cues if cue not in beside)


def _in_turn(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Captions of clips that give way to each other: one ends when the next one begins."""
    ends = [*(cue.start for cue in cues[1:]), cues[-1].end] if cues else []
    trimmed = (cue.until(end) for cue, end in zip(cues, ends, strict=True))
    return tuple(cue for cue in trimmed if cue.end > cue.start)


def in_order(*groups: Sequence[Cue]) -> tuple[Cue, ...]:
    """Captions of several sources in order of time."""
    return tuple(sorted((cue for group in groups for cue in group), key=lambda cue: cue.start))
