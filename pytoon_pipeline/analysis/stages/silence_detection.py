"""The analysis ``silence_segments``: where nobody speaks, and when the words really are spoken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytoon_pipeline.analysis.results import AUDIO, CorrectedByItem, MetadataByItem
from pytoon_pipeline.analysis.stages.analysis import Analysis
from pytoon_pipeline.analysis.stages.transcription import has_words
from pytoon_pipeline.analysis.transcript.applying import written_ranges
from pytoon_pipeline.contracts.analysis import CorrectedTranscript, SilenceSegments
from pytoon_pipeline.contracts.archetypes import Archetype
from pytoon_pipeline.contracts.media import SourceItem
from pytoon_pipeline.contracts.preset import SilenceSettings
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.time import TimeRange
from pytoon_pipeline.store.items import ItemWork
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store


@dataclass(frozen=True)
class SilenceDetection(Analysis[SilenceSegments]):
    """Finds silence in clips and voice-overs that are transcribed.

    ``removal_requested``: the request itself asks for the removal of silence, so a silent clip is an error.
    """

    stage = Stage("silence_segments", 8, "conditional")
    libraries = ("numpy",)
    record = SilenceSegments

    store: Store
    archetype: Archetype
    metadata: MetadataByItem
    transcripts: CorrectedByItem
    settings: SilenceSettings
    removal_requested: bool

    @classmethod
    def of(
        cls, store: Store, metadata: MetadataByItem, transcripts: CorrectedByItem, resolved: ResolvedRequest
    ) -> "SilenceDetection":
        """The detection that a resolved request asks for."""
        return cls(
            store=store,
            archetype=resolved.archetype,
            metadata=metadata,
            transcripts=transcripts,
            settings=resolved.preset.silence,
            removal_requested=resolved.requests_silence_removal,
        )

    def covers(self, item: SourceItem) -> bool:
        stored = self.metadata.items.get(item.sha256)
        if stored is None:
            return False
        transcribed = item.sha256 in self.transcripts.items
        return item.role == "voice" or transcribed or has_words(item, self.archetype, stored.value.info)

    def work(self, item: SourceItem) -> ItemWork:
        audio_file = self.metadata.items[item.sha256].files.get(AUDIO)
        words = self.transcripts.items.get(item.sha256)
        info = self.metadata.items[item.sha256].value.info
        requested = self.removal_requested and has_words(item, self.archetype, info)

        def compute() -> StageOutput:
            from pytoon_pipeline.analysis.speech import silence
            from pytoon_pipeline.media import audio

            transcript = words.value if words else CorrectedTranscript(words=(), language="", transcriber=None)
            samples = audio.load(self.store.path(audio_file)) if audio_file else audio.nothing()
            cuts = [TimeRange(start=cut.start, end=cut.end) for cut in transcript.cuts]
            written = written_ranges(transcript.changes)
            rate = audio.ANALYSIS_RATE
            return StageOutput(silence.find_silence(samples, rate, transcript, self.settings, requested, cuts, written))

        inputs = {
            "audio": audio_file.sha256 if audio_file else "none",
            "words": words.fingerprint if words else "none",
        }
        parameters = {**self.settings.model_dump(mode="json"), "removal_requested": requested}
        return ItemWork(lambda scratch: compute(), inputs, parameters)

    def summary(self, values: Sequence[SilenceSegments]) -> Mapping[str, int | float | str]:
        silences = [silence for one in values for silence in one.silences]
        return {
            "silences": len(silences),
            "silent_seconds": round(sum(silence.seconds for silence in silences), 2),
            "repaired_words": sum(one.repaired_words for one in values),
            "dropped_words": sum(len(one.dropped_words) for one in values),
        }
