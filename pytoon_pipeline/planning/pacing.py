"""How long each item is shown, so that the video keeps to its length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, inf

from pytoon_pipeline.contracts.errors import InvalidInput, field_error
from pytoon_pipeline.contracts.preset import StillSettings
from pytoon_pipeline.contracts.request import LONGEST_SECONDS, MediaRequest
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.time import FrameRate, clip
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.beat_lengths import BeatLimits, on_beats
from pytoon_pipeline.planning.sequences import SceneTransition, overlaps

# A video without media lasts at least this long.
TEXT_SECONDS = 5.0
# A video without media lasts this much longer than reading its texts takes.
READING_MARGIN = 1.15
# A picture alone is shown for this multiple of ``stills.seconds``, if it takes no longer than the second number.
SINGLE_FACTOR, SINGLE_SECONDS = 1.6, 5.0
# Pictures that stay for their texts have lengths in steps of this.
GRID_SECONDS = 0.4
# An item becomes longer or shorter by at most this share in order to give way where the voice begins a sentence.
MAX_VOICE_CHANGE = 0.4
# Silence after a voice has ended.
VOICE_TAIL_SECONDS = 0.4


@dataclass(frozen=True)
class Pacing:
    """What decides the lengths of a video's sequences.

    ``content_frames`` are the frames that all sequences may have together, without the end card and after overlaps.
    ``end_card_frames`` is 0 without an end card; ``reading_seconds`` is the time that the texts of each item need, or
    that of all texts where there are no items; ``voice_seconds`` is None without a voice, and ``item_voices`` are those
    of single items, by their position. ``max_seconds`` is the limit that messages name, and ``longest_seconds`` the
    highest that it may be set to. ``beats`` are the frames at which music has beats, ``sentences`` those at which the
    voice begins a sentence.
    """

    rate: FrameRate
    content_frames: int
    transition: SceneTransition
    stills: StillSettings
    max_seconds: float
    longest_seconds: float = LONGEST_SECONDS
    end_card_frames: int = 0
    reading_seconds: tuple[float, ...] = ()
    voice_seconds: float | None = None
    item_voices: Mapping[int, float] = field(default_factory=dict)
    beats: tuple[int, ...] = ()
    sentences: tuple[int, ...] = ()

    @property
    def voice_and_tail_seconds(self) -> float:
        """How long the video must be for the voice; 0 without one."""
        return 0.0 if self.voice_seconds is None else self.voice_seconds + VOICE_TAIL_SECONDS

    def overlap_frames(self, lengths: Sequence[int]) -> int:
        """Frames that transitions between sequences of these lengths take off their sum."""
        return sum(overlaps(lengths, self.transition))


def source_range(material: AnalysedMedia, entry: MediaRequest) -> tuple[float, float]:
    """The part of a clip that the request uses, in seconds. Raises ``InvalidInput`` when it starts after the end."""
    end = material.seconds if entry.end is None else min(entry.end, material.seconds)
    if entry.begins >= end:
        raise InvalidInput(
            "outside_clip",
            f"media: “{entry.file[:60]}” is {material.seconds:.1f} s long, but start is {entry.begins:g} s.",
            "Set start to a time within the clip.",
        )
    return entry.begins, end


def available_seconds(items: Sequence[PlanItem]) -> float:
    """The most that ``items`` can last: clips, and pictures whose length the request gives; else infinite."""
    return sum(_available(item) for item in items) if items else inf


def _available(item: PlanItem) -> float:
    if not item.material.is_still:
        start, end = source_range(item.material, item.entry)
        return end - start
    return inf if item.entry.end is None else item.entry.end - item.entry.begins


def plan_lengths(items: Sequence[PlanItem], pacing: Pacing) -> tuple[list[int], list[Note]]:
    """Frames for each item: as the request says, else by the preset. Together too long, all are shortened alike.

    With music, items give way to each other on its beats; with a voice-over, where a sentence begins. Raises
    ``InvalidInput`` when the video is too short for so many items.
    """
    own = _preferred_lengths(items, pacing)
    lengths, notes = _fitted(_extended(items, own, pacing), own, pacing)
    if not pacing.beats and not pacing.sentences:
        return lengths, notes
    clips = {n: int(own[n]) for n, item in enumerate(items) if not item.material.is_still}
    fixed = {n for n, item in enumerate(items) if item.material.is_still and item.entry.end is not None}
    overlap = 0 if pacing.transition.kind == "cut" else pacing.transition.frames
    if not pacing.sentences:
        voiced = {n: min(lengths[n], voiced_frames(n, len(items), pacing)) for n in pacing.item_voices}
        return on_beats(lengths, BeatLimits(pacing.beats, overlap, pacing.content_frames, clips, fixed, voiced)), notes
    read = {n: pacing.rate.nearest(needed) + overlap for n, needed in enumerate(pacing.reading_seconds)}
    limits = BeatLimits(pacing.sentences, overlap, pacing.content_frames, clips, fixed, read, MAX_VOICE_CHANGE)
    return on_beats(lengths, limits), notes


def plan_talk_lengths(items: Sequence[PlanItem], pacing: Pacing) -> tuple[list[int], list[Note]]:
    """The same for talking videos, of which silences are removed later; a single one may take all the time.

    Where several are too long, only their speech counts: a long silence takes no time from the others.
    """
    lengths = _preferred_lengths(items, pacing)
    if len(items) == 1:
        return [pacing.content_frames], []
    if sum(lengths) - pacing.overlap_frames([int(length) for length in lengths]) > pacing.content_frames:
        lengths = [min(length, _speech_frames(item, pacing.rate)) for item, length in zip(items, lengths, strict=True)]
    return _fitted(lengths, lengths, pacing)


def _speech_frames(item: PlanItem, rate: FrameRate) -> float:
    """Frames of a clip without its silences, rounded up; of a picture or a clip without sound, no limit."""
    silence = item.material.silence
    if item.material.is_still or silence is None:
        return float("inf")
    kept = clip((one.span for one in silence.speech), *source_range(item.material, item.entry))
    return float(sum(rate.nearest(end - start) + 1 for start, end in kept))


def text_length(pacing: Pacing) -> int:
    """Frames of a video without media."""
    seconds = max(TEXT_SECONDS, sum(pacing.reading_seconds) * READING_MARGIN, pacing.voice_and_tail_seconds)
    return min(pacing.content_frames, pacing.rate.nearest(seconds))


def shorten(lengths: Sequence[int], pacing: Pacing) -> list[int]:
    """``lengths``, the longest of them shortened frame by frame until all fit in the video."""
    fitting = list(lengths)
    while sum(fitting) - pacing.overlap_frames(fitting) > pacing.content_frames and max(fitting) > 1:
        fitting[fitting.index(max(fitting))] -= 1
    return fitting


def _preferred_lengths(items: Sequence[PlanItem], pacing: Pacing) -> list[float]:
    """What the request says, else the preset for pictures and the whole of clips; in frames."""

    def seconds(item: PlanItem) -> float:
        entry = item.entry
        if item.material.is_still:
            return pacing.stills.seconds if entry.end is None else entry.end - entry.begins
        start, end = source_range(item.material, entry)
        return end - start

    return [float(pacing.rate.nearest(seconds(item))) for item in items]


def _extended(items: Sequence[PlanItem], lengths: list[float], pacing: Pacing) -> list[float]:
    """Pictures without a length of their own stay until their texts are read, and as long as a voice needs."""
    free = [n for n, item in enumerate(items) if item.material.is_still and item.entry.end is None]
    extended = list(lengths)
    for n in free:
        # A text comes in and leaves while no transition is under way.
        needed = pacing.reading_seconds[n] if n < len(pacing.reading_seconds) else 0.0
        own = pacing.rate.nearest(needed) + pacing.transition.frames if needed else 0
        if own > extended[n]:
            # On a grid, a small change of a text changes no length.
            step = max(1, pacing.rate.nearest(GRID_SECONDS))
            extended[n] = float(step * ceil(own / step))
        extended[n] = max(extended[n], float(voiced_frames(n, len(items), pacing)))
    if len(items) == 1 and free:
        alone = min(SINGLE_FACTOR * pacing.stills.seconds, SINGLE_SECONDS)
        extended[0] = max(extended[0], float(pacing.rate.nearest(alone) - pacing.end_card_frames))
    # The voice ends before the end card comes in.
    whole = [int(length) for length in extended] + ([pacing.end_card_frames] if pacing.end_card_frames else [])
    spoken = pacing.rate.nearest(pacing.voice_and_tail_seconds) + 1 + pacing.overlap_frames(whole)
    missing = min(float(pacing.content_frames), float(spoken)) - sum(extended)
    if pacing.voice_seconds is None or missing <= 0:
        return extended
    return [length + missing / len(free) if n in free else length for n, length in enumerate(extended)]


def voiced_frames(item: int, items: int, pacing: Pacing) -> int:
    """Frames that an item needs for its own voice, which is heard while no other item is seen; 0 without one."""
    if item not in pacing.item_voices:
        return 0
    overlap = 0 if pacing.transition.kind == "cut" else pacing.transition.frames
    transitions = (item > 0) + (item < items - 1 or pacing.end_card_frames > 0)
    return pacing.rate.nearest(pacing.item_voices[item] + VOICE_TAIL_SECONDS) + 1 + transitions * overlap


def _fitted(preferred: Sequence[float], own: Sequence[float], pacing: Pacing) -> tuple[list[int], list[Note]]:
    """Whole frames within the video's length, and a note when items had to be shortened.

    ``own`` are the lengths that the items have by themselves: none has to be longer than that.
    """
    min_frames = pacing.rate.nearest(pacing.stills.min_seconds)
    shortest = [float(min(min_frames, length)) for length in own]
    # Sequences overlap: their sum may exceed the video's length by the overlaps, which depend on the lengths.
    limit = float(pacing.content_frames)
    for _ in range(4):
        lengths, shortened = _distribute(preferred, shortest, limit)
        whole = [max(1, int(length)) for length in lengths]
        limit = pacing.content_frames + pacing.overlap_frames(whole)
    whole = shorten(whole, pacing)
    if any(frames < length - 1 for frames, length in zip(whole, shortest, strict=True)):
        raise field_error(
            "media",
            "too_many_items",
            f"{len(whole)} items of {pacing.stills.min_seconds:g} s each do not fit in {pacing.max_seconds:g} s.",
            "Remove some, raise max_seconds, or lower adjust.stills.min_seconds.",
        )
    if not shortened:
        return whole, []
    factor = sum(whole) / sum(preferred)
    can_grow = pacing.max_seconds < pacing.longest_seconds
    longer = f", or raise max_seconds (at most {pacing.longest_seconds:g})" if can_grow else ""
    message = (
        f"All items are shown for {factor:.0%} of their time, so that the video lasts no longer than "
        f"{round(pacing.max_seconds, 1):g} s (max_seconds). For more time each, use fewer items{longer}."
    )
    return whole, [Note(code="shortened_evenly", message=message)]


def _distribute(preferred: Sequence[float], shortest: Sequence[float], total: float) -> tuple[list[float], bool]:
    """Lengths that add up to at most ``total``, and whether they were shortened.

    All are shortened by one factor, none below its shortest. When even the shortest do not fit, they are returned.
    """
    if sum(preferred) <= total:
        return list(preferred), False
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        lengths = [max(least, length * middle) for length, least in zip(preferred, shortest, strict=True)]
        low, high = (middle, high) if sum(lengths) <= total else (low, middle)
    return [max(least, length * low) for length, least in zip(preferred, shortest, strict=True)], True
