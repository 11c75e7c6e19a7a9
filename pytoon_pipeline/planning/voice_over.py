"""The voice-over of a video: whether it has captions, the ranges of it that are heard, and when in the video."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.request import Request, TextRequest
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.time import FrameRate, gaps
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanMedia
from pytoon_pipeline.planning.edit_ranges import SourceRange, source_to_timeline
from pytoon_pipeline.planning.phrases import CLOSING, SENTENCE_ENDS
from pytoon_pipeline.planning.sequences import Timeline

# A voice-over reads out the texts of the video where at least this share of its words are theirs, in their order.
READ_OUT_SHARE = 0.6
# A pause of so many seconds divides sentences where no punctuation does.
SENTENCE_PAUSE = 0.4
WORD = re.compile(r"[^\W_]+")


def captions_voice(resolved: ResolvedRequest, voice: AnalysedMedia) -> bool:
    """Whether the words of a voice-over are captioned: unless the video shows the same words as its texts, and the
    request does not ask for captions.
    """
    if "voice" not in resolved.captioned or voice.transcript is None:
        return False
    return resolved.preset.captions.sources != "auto" or not reads_out(voice.transcript.words, resolved.request)


def reads_out(words: Sequence[Word], request: Request) -> bool:
    """Whether ``words`` are mostly those of the texts of the request, in their order."""
    spoken = [part for word in words for part in WORD.findall(word.text.casefold())]
    written = [part for text in _texts(request) for part in WORD.findall(text.casefold())]
    if not spoken or not written:
        return False
    blocks = SequenceMatcher(None, spoken, written, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) >= READ_OUT_SHARE * len(spoken)


def _texts(request: Request) -> Iterator[str]:
    """The texts of a request in the order in which they are shown."""
    text = request.text if isinstance(request.text, TextRequest) else TextRequest(hook=request.text)
    items = [entry.text or "" for entry in request.media]
    yield from (text.hook or "", *text.beats, *items, text.cta or "")


@dataclass(frozen=True)
class PlacedVoice:
    """A voice-over and the frames of the video, ``[start, end)``, in which it may be heard. ``item`` is the position of
    the item to which it belongs, None for that of the whole video.
    """

    material: AnalysedMedia
    start: int
    end: int
    item: int | None = None

    def ranges(self, rate: FrameRate) -> list[SourceRange]:
        """The ranges of it that are heard, in frames of the video."""
        found = voice_ranges(self.material, rate, self.end - self.start)
        return [replace(one, start=one.start + self.start) for one in found]


def placed_voices(media: PlanMedia, timeline: Timeline) -> tuple[PlacedVoice, ...]:
    """The voice-over of the video, or those of its items: each is heard while no other item is seen."""
    if media.voice is not None:
        return (PlacedVoice(media.voice, 0, timeline.frames),)
    parts = timeline.parts
    return tuple(
        PlacedVoice(
            voice,
            max(parts[n].start, parts[n - 1].end if n else 0),
            min([parts[n].end, *(one.start for one in parts[n + 1 : n + 2])]),
            n,
        )
        for n, voice in media.item_voices.items()
    )


def voice_seconds(voice: AnalysedMedia) -> float:
    """How long a voice-over is heard."""
    return sum(end - start for start, end in _kept(voice))


def voice_ranges(voice: AnalysedMedia, rate: FrameRate, max_frames: int) -> list[SourceRange]:
    """The ranges of a voice-over that are heard, one after the other from the first frame on: its pauses stay, and what
    its transcript cuts out does not.
    """
    ranges: list[SourceRange] = []
    for start, end in _kept(voice):
        first, position = rate.nearest(start), ranges[-1].end if ranges else 0
        # The last frame may be heard in part.
        last = rate.nearest(end) + (end >= voice.sound_seconds)
        frames = min(last - first, max_frames - position)
        if frames > 0:
            ranges.append(SourceRange(position, first, frames))
    return ranges


def _kept(voice: AnalysedMedia) -> Sequence[tuple[float, float]]:
    cuts = voice.transcript.cuts if voice.transcript is not None else ()
    return gaps(((cut.start, cut.end) for cut in cuts), 0.0, voice.sound_seconds)


def sentence_starts(voice: AnalysedMedia, rate: FrameRate, max_frames: int) -> tuple[int, ...]:
    """The frames of the video at which a voice-over begins a sentence, or speaks again after a pause."""
    words = voice.silence.words if voice.silence is not None else ()
    ranges = voice_ranges(voice, rate, max_frames)
    starts = []
    for before, word in pairwise(words):
        ended = before.text.rstrip(CLOSING).endswith(SENTENCE_ENDS)
        if ended or word.start - before.end >= SENTENCE_PAUSE:
            starts.append(source_to_timeline(ranges, rate.nearest(word.start)))
    return tuple(frame for frame in starts if frame is not None)
