"""The analysis ``transcription``: the words of a clip, from subtitles or from a transcriber."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pytoon_pipeline.analysis.results import AUDIO, MetadataByItem
from pytoon_pipeline.analysis.speech import transcribers
from pytoon_pipeline.analysis.stages.analysis import Analysis
from pytoon_pipeline.contracts.analysis import Transcript
from pytoon_pipeline.contracts.archetypes import ARCHETYPES, Archetype
from pytoon_pipeline.contracts.media import MediaInfo, SourceItem
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.items import ItemWork
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Characters of the transcript that people see.
EXCERPT = 500


def has_words(item: SourceItem, archetype: Archetype, info: MediaInfo) -> bool:
    """Whether the item is a clip with audio, in a video whose archetype transcribes clips."""
    return (
        ARCHETYPES[archetype].transcribes and item.role == "media" and info.audio is not None and info.video is not None
    )


@dataclass(frozen=True)
class Transcription(Analysis[Transcript]):
    """Transcribes clips. ``subtitles`` are subtitle files by the SHA-256 of their clip.

    ``slot`` waits for the machine's turn to transcribe; ``threads`` returns how many processors it may use then.
    """

    stage = Stage("transcription", 5)
    libraries = ("whisper", "pocketsphinx")
    record = Transcript

    store: Store
    archetype: Archetype
    metadata: MetadataByItem
    subtitles: Mapping[str, SourceItem]
    settings: transcribers.SpeechSettings
    slot: Callable[[], AbstractContextManager[None]]
    threads: Callable[[], int]

    def covers(self, item: SourceItem) -> bool:
        stored = self.metadata.items.get(item.sha256)
        return stored is not None and AUDIO in stored.files and has_words(item, self.archetype, stored.value.info)

    @cached_property
    def choice(self) -> transcribers.Choice:
        """The transcriber for clips without a subtitle file. Downloads weights when they are missing."""
        return transcribers.choose(self.settings)

    def work(self, item: SourceItem) -> ItemWork:
        stored, file = self.metadata.items[item.sha256], self.subtitles.get(item.sha256)
        inputs = {"audio": stored.files[AUDIO].sha256}
        if file is not None:
            inputs |= {"subtitles": file.sha256, "subtitles_name": hash_value(file.name)}
            return ItemWork(lambda scratch: self._from_file(item, file), inputs)
        if stored.value.info.streams.get("subtitle"):
            inputs["media"] = item.sha256
        tools = {"transcriber": self.choice.transcriber.identity}
        return ItemWork(lambda scratch: self._from_track(item) or self._from_speech(item), inputs, tools=tools)

    def _samples(self, item: SourceItem) -> "NDArray[np.int16]":
        from pytoon_pipeline.media.audio import load

        return load(self.store.path(self.metadata.items[item.sha256].files[AUDIO]))

    def _from_file(self, item: SourceItem, file: SourceItem) -> StageOutput:
        from pytoon_pipeline.analysis.speech import subtitle_words
        from pytoon_pipeline.media import subtitles
        from pytoon_pipeline.media.audio import ANALYSIS_RATE

        lines = subtitles.read(self.store.path(file.stored), file.name)
        return StageOutput(subtitle_words.from_file(lines, file.name, self._samples(item), ANALYSIS_RATE))

    def _from_track(self, item: SourceItem) -> StageOutput | None:
        """The words of a text track in the file; ``None`` when it has no track that covers enough of the speech."""
        from pytoon_pipeline.analysis.speech import subtitle_words
        from pytoon_pipeline.media import subtitles
        from pytoon_pipeline.media.audio import ANALYSIS_RATE

        info = self.metadata.items[item.sha256].value.info
        if not info.streams.get("subtitle") or info.audio is None:
            return None
        tracks = subtitles.tracks(self.store.path(item.stored), info.video.start if info.video else 0.0)
        found = subtitle_words.from_track(tracks, info.audio.language, self._samples(item), ANALYSIS_RATE)
        return StageOutput(found) if found is not None else None

    def _from_speech(self, item: SourceItem) -> StageOutput:
        samples = self._samples(item)
        with self.slot():
            found = transcribers.transcribe(self.choice, samples, self.threads())
        return StageOutput(found, device=found.device, precision=found.precision)

    def summary(self, values: Sequence[Transcript]) -> Mapping[str, int | float | str]:
        words = [word.text for transcript in values for word in transcript.words]
        used = [transcript.transcriber for transcript in values if transcript.transcriber is not None]
        return {
            "words": len(words),
            "rejected_words": sum(transcript.rejected_words for transcript in values),
            "text": " ".join(words)[:EXCERPT],
            "transcriber": _listed(f"{one.engine} {one.model}" for one in used),
            "fallback": _listed([*(one.fallback for one in used), *(one.device_fallback for one in values)]),
        }


def _listed(texts: Iterable[str | None]) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text)) or "–"
