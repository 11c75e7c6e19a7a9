"""Which parts of its clips a video can use: speech elsewhere is not transcribed."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.preset import SilenceSettings
from pytoon_pipeline.contracts.request import MediaRequest, Request
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.time import TimeRange
from pytoon_pipeline.contracts.transcript_edits import TranscriptEdit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Of a clip's speech, so much more than the video's length is transcribed: cuts of the picture shorten what stays.
MARGIN_FACTOR, MARGIN_SECONDS = 1.1, 2.0
# What people cut out is replaced by speech that follows, in steps of so many seconds.
CUT_STEP_SECONDS = 10.0


def with_entries(source: SourceMedia, request: Request) -> Iterator[tuple[SourceItem, MediaRequest | None]]:
    """The photos and clips of an upload in order, each with its entry in the request, if it has one."""
    items = [item for item in source.items if item.role == "media"]
    return zip_longest(items, request.media[: len(items)])


@dataclass(frozen=True)
class ClipUse:
    """What a video can use of its clips: ``parts`` of them in seconds, by SHA-256, and of each part at most
    ``max_seconds`` without its silences and without the seconds that people ``cut`` out of the clip.
    """

    parts: Mapping[str, tuple[tuple[float, float | None], ...]]
    max_seconds: float
    silence: SilenceSettings
    cut: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        source: SourceMedia,
        resolved: ResolvedRequest,
        edits: Mapping[str, Sequence[TranscriptEdit]],
    ) -> "ClipUse":
        """The use of the clips and the voice-over of an upload; what the request does not name, from its beginning.

        ``edits`` are those of the transcripts, by SHA-256.
        """
        request, parts = resolved.request, dict[str, tuple[tuple[float, float | None], ...]]()
        voices = [item for item in source.items if item.role == "voice"]
        for item, entry in (*with_entries(source, request), *((voice, None) for voice in voices)):
            part = (0.0, None) if entry is None else (entry.begins, entry.end)
            parts[item.sha256] = (*parts.get(item.sha256, ()), part)
        # Highlights may lie anywhere, and share the transcript of the whole talk.
        is_whole = request.highlights or request.highlight
        seconds = math.inf if is_whole else request.max_seconds * MARGIN_FACTOR + MARGIN_SECONDS
        cut = {item: sum(one.end - one.start for one in found if one.kind == "cut") for item, found in edits.items()}
        return cls(parts, seconds, resolved.preset.silence, cut)

    def parameters(self, item: str, seconds: float) -> dict[str, Any]:
        """What decides which ranges of a clip of ``seconds`` are shown; nothing for a clip that may be shown whole."""
        limit = self._limit(item)
        if seconds <= limit:
            return {}
        silence = self.silence.model_dump(mode="json")
        return {"parts": self.parts[item], "max_seconds": limit, "silence": silence}

    def ranges(self, item: str, samples: "NDArray[np.int16]") -> tuple[TimeRange, ...] | None:
        """The ranges of 16 kHz mono ``samples`` that may be shown; ``None`` for all."""
        from pytoon_pipeline.analysis.speech import pieces, silence

        seconds = len(samples) / pieces.RATE
        if not self.parameters(item, seconds):
            return None
        kept = silence.kept_ranges(samples, pieces.RATE, self.silence)
        parts = [(start, seconds if end is None else min(end, seconds)) for start, end in self.parts[item]]
        return pieces.shown_ranges(kept, parts, self._limit(item))

    def _limit(self, item: str) -> float:
        return self.max_seconds + CUT_STEP_SECONDS * math.ceil(self.cut.get(item, 0.0) / CUT_STEP_SECONDS)
