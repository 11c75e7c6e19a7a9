"""The analysis ``transcription``: the words of a clip or a voice-over, from subtitles or from a transcriber."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from pytoon_pipeline.analysis.results import AUDIO, MetadataByItem
from pytoon_pipeline.analysis.speech import transcribers
from pytoon_pipeline.analysis.speech.choice import Choice, EndpointFailed, SpeechSettings
from pytoon_pipeline.analysis.speech.clip_use import ClipUse, with_entries
from pytoon_pipeline.analysis.stages.analysis import Analysis, AnalysisResult, listed
from pytoon_pipeline.analysis.stages.correction import stored_edits
from pytoon_pipeline.contracts.analysis import TranscribedPiece, Transcript, VoiceActivity
from pytoon_pipeline.contracts.archetypes import ARCHETYPES, Archetype
from pytoon_pipeline.contracts.media import MediaInfo, Role, SourceItem, SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.time import TimeRange
from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.runtime.share import MachineShare
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.items import ItemWork
from pytoon_pipeline.store.stages import Stage, StageKey, StageOutput, get_or_compute, run_stage
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pytoon_pipeline.analysis.speech.pieces import Span

# Characters of the transcript that people see.
EXCERPT = 500
VOICE_ACTIVITY = Stage("voice_activity", 1)
PIECE = Stage("transcribed_piece", 2)
# In a clip of a talk, somebody speaks for at least this share of the time. By voice activity.
MIN_TALK_SHARE = 0.5


def has_words(item: SourceItem, archetype: Archetype, info: MediaInfo) -> bool:
    """Whether the item is a clip with audio, in a video whose archetype transcribes clips."""
    return (
        ARCHETYPES[archetype].transcribes and item.role == "media" and info.audio is not None and info.video is not None
    )


def own_languages(source: SourceMedia, request: Request) -> dict[str, str]:
    """The languages of clips and of voice-overs that the request names for them, by SHA-256. A clip that is shown
    twice has the first.
    """
    found: dict[str, str] = {}
    voices = [request.voice] if request.voice is not None else request.item_voices.values()
    for item, voice in zip((one for one in source.items if one.role == "voice"), voices, strict=False):
        if voice.language is not None:
            found.setdefault(item.sha256, voice.language)
    for item, entry in with_entries(source, request):
        if entry is not None and entry.language is not None:
            found.setdefault(item.sha256, entry.language)
    return found


@dataclass(frozen=True)
class Transcription(Analysis[Transcript]):
    """Transcribes clips and voice-overs. ``subtitles`` are subtitle files by the SHA-256 of their clip.

    ``captioned`` are the roles of the files whose speech has captions. ``only_talks``: of clips that are not a talking
    video, only those in which somebody speaks most of the time are transcribed. ``use`` is what the video can show of
    the clips: nothing else is transcribed. ``slot`` waits for the machine's turn to transcribe; it is called with the
    bytes that the transcriber needs of a GPU. ``threads`` returns how many processors it may use then. ``language`` is
    that of the speech, where the request names one, and ``languages`` are those of files that name their own, by
    SHA-256. ``fallback`` says why the endpoint of the settings is not used.
    """

    stage = Stage("transcription", 11)
    libraries = ("faster_whisper", "whisper", "pocketsphinx")
    record = Transcript

    store: Store
    archetype: Archetype
    metadata: MetadataByItem
    subtitles: Mapping[str, SourceItem]
    settings: SpeechSettings
    use: ClipUse
    slot: Callable[[int], AbstractContextManager[None]]
    threads: Callable[[], int]
    language: str | None = None
    languages: Mapping[str, str] = field(default_factory=dict)
    captioned: frozenset[Role] = frozenset()
    only_talks: bool = False
    fallback: str | None = None

    @classmethod
    def of(
        cls,
        store: Store,
        source: SourceMedia,
        metadata: MetadataByItem,
        resolved: ResolvedRequest,
        settings: SpeechSettings,
        share: MachineShare,
    ) -> "Transcription":
        """The transcription of an upload, with the share of the machine that its run has."""
        return cls(
            store=store,
            archetype=resolved.archetype,
            metadata=metadata,
            subtitles=source.subtitles(),
            settings=settings,
            use=ClipUse.of(source, resolved, stored_edits(store, source)),
            slot=share.transcriber_slot,
            threads=lambda: share.threads,
            language=resolved.request.language,
            languages=own_languages(source, resolved.request),
            captioned=resolved.captioned,
            only_talks=resolved.preset.captions.sources == "auto",
        )

    def covers(self, item: SourceItem) -> bool:
        stored = self.metadata.items.get(item.sha256)
        if stored is None or AUDIO not in stored.files:
            return False
        sounding = item.role == "voice" or stored.value.info.video is not None
        return has_words(item, self.archetype, stored.value.info) or (item.role in self.captioned and sounding)

    @cached_property
    def choice(self) -> Choice:
        """The transcriber for clips without a subtitle file."""
        found = transcribers.choose(self.settings)
        return transcribers.with_reason(found, self.fallback) if self.fallback else found

    def run(self, store: Store, source: SourceMedia) -> AnalysisResult[Transcript]:
        """As for any analysis. Where the endpoint fails that nobody insists on, the next best transcriber takes over.

        Its result is not stored as that of the endpoint, which is asked again by the next run.
        """
        try:
            return super().run(store, source)
        except EndpointFailed as error:
            if self.settings.engine != "auto":
                raise
            local = replace(self.settings, endpoint=None)
            return replace(self, settings=local, fallback=error.reason).run(store, source)

    def work(self, item: SourceItem) -> ItemWork:
        stored, file = self.metadata.items[item.sha256], self.subtitles.get(item.sha256)
        inputs = {"audio": stored.files[AUDIO].sha256}
        if file is not None:
            inputs |= {"subtitles": file.sha256, "subtitles_name": hash_value(file.name)}
            return ItemWork(lambda scratch: self._from_file(item, file), inputs, self._named_language(item))
        if stored.value.info.streams.get("subtitle"):
            inputs["media"] = item.sha256
        parameters = {**self.use.parameters(item.sha256, stored.value.audio_seconds), **self._named_language(item)}
        if self._must_be_talk(item):
            parameters["min_talk_share"] = MIN_TALK_SHARE
        if self.fallback:
            parameters["fallback"] = self.fallback
        return ItemWork(
            lambda scratch: self._from_track(item) or self._from_speech(item), inputs, parameters, self._tools
        )

    @cached_property
    def _tools(self) -> dict[str, str]:
        from pytoon_pipeline.analysis.speech import voice_activity

        return {"transcriber": self.choice.transcriber.identity, "voice_activity": voice_activity.identity()}

    def _samples(self, item: SourceItem) -> "NDArray[np.int16]":
        from pytoon_pipeline.media.audio import load

        return load(self.store.path(self.metadata.items[item.sha256].files[AUDIO]))

    def _from_file(self, item: SourceItem, file: SourceItem) -> StageOutput:
        from pytoon_pipeline.analysis.speech import subtitle_words
        from pytoon_pipeline.analysis.speech.alignment import align
        from pytoon_pipeline.media import subtitles
        from pytoon_pipeline.media.audio import ANALYSIS_RATE

        lines = subtitles.read(self.store.path(file.stored), file.name)
        samples = self._samples(item)
        found = subtitle_words.from_file(lines, file.name, samples, ANALYSIS_RATE, self._language(item) or "")
        return StageOutput(align(found, samples))

    def _from_track(self, item: SourceItem) -> StageOutput | None:
        """The words of a text track in the file; ``None`` when it has no track that covers enough of the speech."""
        from pytoon_pipeline.analysis.speech import subtitle_words
        from pytoon_pipeline.analysis.speech.alignment import align
        from pytoon_pipeline.media import subtitles
        from pytoon_pipeline.media.audio import ANALYSIS_RATE

        info = self.metadata.items[item.sha256].value.info
        if not info.streams.get("subtitle") or info.audio is None:
            return None
        tracks = subtitles.tracks(self.store.path(item.stored), info.video.start if info.video else 0.0)
        samples = self._samples(item)
        found = subtitle_words.from_track(tracks, info.audio.language, samples, ANALYSIS_RATE)
        return StageOutput(align(found, samples)) if found is not None else None

    def _from_speech(self, item: SourceItem) -> StageOutput:
        from pytoon_pipeline.analysis.speech import pieces
        from pytoon_pipeline.analysis.speech.alignment import align

        language = self._language(item)
        if language is not None and not transcribers.knows(self.choice, language):
            unknown = Transcript(words=(), language=language, transcriber=self.choice.transcriber)
            return StageOutput(unknown.model_copy(update={"language_unknown": True}))
        samples = self._samples(item)
        speech = self._speech(item, samples)
        if (
            self._must_be_talk(item)
            and sum(one.seconds for one in speech) < MIN_TALK_SHARE * len(samples) / pieces.RATE
        ):
            return StageOutput(Transcript(words=(), language="", transcriber=None))
        recording = transcribers.cut(self.choice, samples, speech, language)
        shown = self.use.ranges(item.sha256, samples)
        found = self._transcribed(item, recording, pieces.pieces_in(recording.pieces, shown))
        transcript = transcribers.transcript(self.choice, found).model_copy(update={"transcribed": shown})
        transcript = align(transcript, samples)
        return StageOutput(transcript, device=transcript.device, precision=transcript.precision)

    def _must_be_talk(self, item: SourceItem) -> bool:
        """Whether the item is only transcribed where somebody speaks most of the time."""
        return self.only_talks and item.role == "media" and not ARCHETYPES[self.archetype].transcribes

    def _speech(self, item: SourceItem, samples: "NDArray[np.int16]") -> tuple[TimeRange, ...]:
        """Where somebody speaks."""
        from pytoon_pipeline.analysis.speech import voice_activity

        found = run_stage(
            self.store,
            VOICE_ACTIVITY,
            lambda scratch: StageOutput(VoiceActivity(speech=voice_activity.speech_ranges(samples))),
            inputs=self._audio(item),
            tools={"voice_activity": voice_activity.identity()},
        )
        return found.artifact.read(VoiceActivity).speech

    def _transcribed(
        self, item: SourceItem, recording: transcribers.Recording, spans: "Sequence[Span]"
    ) -> list[TranscribedPiece]:
        """The words of these pieces, stored batch by batch. Those that are stored already are not transcribed again."""
        from pytoon_pipeline.analysis.speech.pieces import batches

        named = self._named_language(item)
        keys = {span: StageKey(PIECE, self._audio(item), {"samples": span, **named}, self._tools) for span in spans}
        found = {span: one for span, key in keys.items() if (one := self.store.reuse(key.fingerprint)) is not None}
        missing = [span for span in spans if span not in found]
        with self.slot(transcribers.gpu_bytes(self.choice)) if missing else nullcontext():
            for batch in batches(missing):
                stopping.check()
                new = transcribers.transcribe(recording, batch, self.threads())
                for span, piece in zip(batch, new, strict=True):
                    found[span] = get_or_compute(self.store, keys[span], partial(_stored, piece)).artifact
        return [found[span].read(TranscribedPiece) for span in spans]

    def _language(self, item: SourceItem) -> str | None:
        """The language that the request names for the speech of the item; none where it is to be detected."""
        return self.languages.get(item.sha256, self.language)

    def _named_language(self, item: SourceItem) -> dict[str, str]:
        language = self._language(item)
        return {"language": language} if language else {}

    def _audio(self, item: SourceItem) -> dict[str, str]:
        return {"audio": self.metadata.items[item.sha256].files[AUDIO].sha256}

    def summary(self, values: Sequence[Transcript]) -> Mapping[str, int | float | str]:
        words = [word.text for transcript in values for word in transcript.words]
        used = [transcript.transcriber for transcript in values if transcript.transcriber is not None]
        return {
            "words": len(words),
            "rejected_words": sum(transcript.rejected_words for transcript in values),
            "transcribed": listed(_span(one) for transcript in values for one in transcript.transcribed or ()),
            "text": " ".join(words)[:EXCERPT],
            "transcriber": listed(f"{one.engine} {one.model}" for one in used),
            "fallback": listed([*(one.fallback for one in used), *(one.device_fallback for one in values)]),
        }


def _span(one: TimeRange) -> str:
    return f"{one.start:.0f}–{one.end:.0f} s"


def _stored(piece: TranscribedPiece, scratch: Path) -> StageOutput:
    return StageOutput(piece, device=piece.device, precision=piece.precision)
