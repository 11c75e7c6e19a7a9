"""The analysis ``corrected_transcript``: the words of a clip as people and rules have corrected them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytoon_pipeline.analysis.results import AUDIO, MetadataByItem, TranscriptByItem
from pytoon_pipeline.analysis.stages.analysis import Analysis
from pytoon_pipeline.contracts.analysis import (
    CorrectedTranscript,
    Cut,
    Disfluency,
    Transcript,
    Translation,
    Word,
    merged_changes,
)
from pytoon_pipeline.contracts.glossary import Glossary
from pytoon_pipeline.contracts.media import SPEAKING, SourceItem, SourceMedia
from pytoon_pipeline.contracts.request import SpeechRequest
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.transcript_edits import TranscriptEdit, edits_of_item
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.store.fingerprint import hash_value
from pytoon_pipeline.store.items import ItemWork, run_item
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pytoon_pipeline.analysis.transcript.glossary import Correction
    from pytoon_pipeline.analysis.transcript.model_correction import Asked


AS_SPOKEN = SpeechRequest()


@dataclass(frozen=True)
class TranscriptCorrection(Analysis[CorrectedTranscript]):
    """Corrects transcripts by the ``glossary`` of the brand and by a language ``model``, if there is one, and then
    applies what people changed in them: ``edits`` by the SHA-256 of the clip, or a transcript file beside it, which
    counts in place of earlier edits. Where the request wants captions in another language, they are ``translate``d by
    the ``translator``, and so are the subtitle files in ``subtitle_languages``.
    """

    stage = Stage("corrected_transcript", 4, "conditional")
    libraries = ("python", "pocketsphinx")
    record = CorrectedTranscript

    store: Store
    metadata: MetadataByItem
    transcripts: TranscriptByItem
    edits: Mapping[str, tuple[TranscriptEdit, ...]]
    documents: Mapping[str, SourceItem]
    glossary: Glossary | None = None
    speech: SpeechRequest = AS_SPOKEN
    model: LanguageModel | None = None
    translate: str | None = None
    translator: LanguageModel | None = None
    subtitle_languages: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        store: Store,
        source: SourceMedia,
        metadata: MetadataByItem,
        transcripts: TranscriptByItem,
        resolved: ResolvedRequest,
        model: LanguageModel | None,
        translator: LanguageModel | None,
    ) -> "TranscriptCorrection":
        """The correction of the transcripts of an upload, by a language model if there is one, and their translation if
        the request wants one.
        """
        glossary = resolved.brand.glossary if resolved.brand is not None else None
        return cls(
            store,
            metadata,
            transcripts,
            stored_edits(store, source),
            source.transcripts(),
            glossary,
            resolved.request.speech,
            model,
            resolved.request.translate,
            translator,
            resolved.request.subtitle_languages,
        )

    def covers(self, item: SourceItem) -> bool:
        return item.sha256 in self.transcripts.items

    def work(self, item: SourceItem) -> ItemWork:
        correction = self._correction(item)
        languages = dict.fromkeys((*([self.translate] if self.translate else []), *self.subtitle_languages))
        if not languages:
            return correction
        # The corrected words are stored by themselves: another language, or another answer, corrects nothing again.
        corrected = run_item(self.store, self.stage, correction).artifact
        transcript = corrected.read(CorrectedTranscript)
        found = {one: made for one in languages if (made := self._translation(item, transcript, one)) is not None}
        if not found:
            return correction
        changes: dict[str, object] = {"translation": found.get(self.translate or "")}
        changes["subtitle_translations"] = tuple(found[one] for one in self.subtitle_languages if one in found)
        translated = transcript.model_copy(update=changes)
        parameters = {"translations": hash_value(translated.model_dump(mode="json", include=set(changes)))}
        return ItemWork(lambda scratch: StageOutput(translated), {"corrected": corrected.fingerprint}, parameters)

    def _translation(self, item: SourceItem, transcript: CorrectedTranscript, language: str) -> Translation | None:
        """The transcript in another language; none of one without words, or that is in this language."""
        if not transcript.words or transcript.language == language:
            return None
        if self.translator is None:
            return Translation(language=language, missing="no language model is set up for translations")
        from pytoon_pipeline.analysis.transcript.translation import translate

        return translate(self.translator, transcript.words, transcript.language, language, item.sha256)

    def _correction(self, item: SourceItem) -> ItemWork:
        words, document = self.transcripts.items[item.sha256], self.documents.get(item.sha256)
        inputs, parameters = {"words": words.fingerprint}, dict[str, object]()
        if document is not None:
            inputs |= {"document": document.sha256, "media": item.sha256}
        elif edits := self.edits.get(item.sha256):
            parameters["edits"] = hash_value([edit.model_dump(mode="json") for edit in edits])
        if self.glossary is not None and self.glossary != Glossary():
            parameters["glossary"] = hash_value(self.glossary.model_dump(mode="json", exclude={"forbidden"}))
        if self.speech != AS_SPOKEN:
            parameters["speech"] = self.speech.model_dump(mode="json")
        # Not asked while computing: what the model answers, or that it does not, is part of what decides the result.
        asked = self._asked(words.value)
        if asked is not None:
            parameters["language_model"] = asked.identity
        return ItemWork(lambda scratch: StageOutput(self._corrected(item, words.value, asked)), inputs, parameters)

    def _asked(self, transcript: Transcript) -> "Asked | None":
        """What the language model answers about the words as the glossary spells them."""
        if self.model is None or not transcript.words or _from_subtitles(transcript):
            return None
        from pytoon_pipeline.analysis.transcript.model_correction import ask

        names = [one.word for one in self.glossary.words] if self.glossary is not None else []
        return ask(self.model, self._spelled(transcript).words, names, transcript.language)

    def _corrected(self, item: SourceItem, transcript: Transcript, asked: "Asked | None") -> CorrectedTranscript:
        from pytoon_pipeline.analysis.transcript.applying import apply_all

        corrected, use = self._spelled(transcript), None
        if asked is not None:
            from pytoon_pipeline.analysis.transcript.model_correction import apply_answers

            by_model, use = apply_answers(asked, transcript.language, item.sha256)
            corrected = replace(by_model, changes=merged_changes(corrected.changes, by_model.changes))
        words, disfluencies = self._disfluencies(item, corrected.words, transcript.language)
        edits = self._edits(item, words, disfluencies)
        applied = apply_all(words, disfluencies, edits)
        return CorrectedTranscript(
            **{name: getattr(transcript, name) for name in Transcript.model_fields if name != "words"},
            words=tuple(applied.words),
            before_edits=tuple(words),
            corrections=corrected.changes,
            disfluencies=tuple(disfluencies),
            cuts=self._cuts(item, words, applied.cuts),
            changes=merged_changes(corrected.changes, applied.changes),
            unfitting=tuple(applied.unfitting),
            language_model=use,
        )

    def _spelled(self, transcript: Transcript) -> "Correction":
        """The words by the glossary; those of subtitles are what somebody wrote."""
        from pytoon_pipeline.analysis.transcript.correction import correct_words

        glossary = None if _from_subtitles(transcript) else self.glossary
        return correct_words(transcript.words, glossary, transcript.language)

    def _disfluencies(
        self, item: SourceItem, words: Sequence[Word], language: str
    ) -> tuple[Sequence[Word], list[Disfluency]]:
        """The words, with fillers that no transcriber wrote, and what the request wants to be cut or proposed."""
        from pytoon_pipeline.analysis.transcript.disfluencies import find_disfluencies
        from pytoon_pipeline.media import audio

        if self.speech == AS_SPOKEN:
            return words, []
        samples = audio.load(self.store.path(self.metadata.items[item.sha256].files[AUDIO]))
        return find_disfluencies(samples, words, self.speech, language)

    def _edits(
        self, item: SourceItem, words: Sequence[Word], disfluencies: Sequence[Disfluency]
    ) -> tuple[TranscriptEdit, ...]:
        from pytoon_pipeline.analysis.transcript.files import Source, edits_of_file

        document, seconds = self.documents.get(item.sha256), self.metadata.items[item.sha256].value.audio_seconds
        if document is None:
            return self.edits.get(item.sha256, ())
        data = self.store.path(document.stored).read_bytes()
        return edits_of_file(data, document.name, {item.sha256: Source(words, seconds, disfluencies)})[item.sha256]

    def _cuts(self, item: SourceItem, words: Sequence[Word], cuts: Sequence[Cut]) -> tuple[Cut, ...]:
        """The cuts with the moments at which they begin and end. Cuts without a word between them are one."""
        from pytoon_pipeline.analysis.speech.cuts import cut_span

        if not cuts:
            return ()
        decibels, found = self._levels(item), []
        for cut in _joined(cuts, words):
            before = max((word.end for word in words if word.end <= cut.start + 1e-6), default=0.0)
            after = min((word.start for word in words if word.start >= cut.end - 1e-6), default=float("inf"))
            start, end = cut_span(cut.start, cut.end, before, after, decibels)
            found.append(cut.model_copy(update={"start": start, "end": end}))
        return tuple(found)

    def _levels(self, item: SourceItem) -> "NDArray[np.float64]":
        from pytoon_pipeline.analysis.speech.silence import levels
        from pytoon_pipeline.media import audio

        file = self.metadata.items[item.sha256].files[AUDIO]
        return levels(audio.load(self.store.path(file)), audio.ANALYSIS_RATE)

    def summary(self, values: Sequence[CorrectedTranscript]) -> Mapping[str, int | float | str]:
        return {
            "words": sum(len(one.words) for one in values),
            "changed": sum(len(one.changes) for one in values),
            "cuts": sum(len(one.cuts) for one in values),
            "unfitting_edits": sum(len(one.unfitting) for one in values),
            "timing": ", ".join(dict.fromkeys(one.timing for one in values)) or "–",
        }


def stored_edits(store: Store, source: SourceMedia) -> dict[str, tuple[TranscriptEdit, ...]]:
    """What people changed in the transcripts of an upload, by the SHA-256 of the clip."""
    if source.edits is None:
        return {}
    document = json.loads(store.path(source.edits.stored).read_text())
    found = ((item.sha256, edits_of_item(document, item.sha256)) for item in source.items if item.role in SPEAKING)
    return {item: edits for item, edits in found if edits}


def _joined(cuts: Sequence[Cut], words: Sequence[Word]) -> list[Cut]:
    """Cuts in order, where those that follow each other without a word between them are one."""
    found: list[Cut] = []
    for cut in cuts:
        last = found[-1] if found else None
        if last is not None and not any(last.end - 1e-6 <= word.start < cut.start - 1e-6 for word in words):
            found[-1] = last.model_copy(update={"end": cut.end, "text": f"{last.text} {cut.text}".strip()})
        else:
            found.append(cut)
    return found


def _from_subtitles(transcript: Transcript) -> bool:
    return transcript.transcriber is not None and transcript.transcriber.engine == "subtitles"
