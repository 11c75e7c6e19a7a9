"""The corrected transcript: rules first, then what people changed."""

from collections.abc import Callable, Sequence

import pytest

from pytoon_pipeline.analysis.results import MetadataByItem, TranscriptByItem
from pytoon_pipeline.analysis.stages.correction import TranscriptCorrection
from pytoon_pipeline.contracts.analysis import CorrectedTranscript, Transcriber, Transcript, Word
from pytoon_pipeline.contracts.glossary import Glossary
from pytoon_pipeline.contracts.media import Metadata, SourceItem
from pytoon_pipeline.contracts.transcript_edits import TranscriptEdit
from pytoon_pipeline.store.items import ItemWork, compute_items
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.plans import footage
from pytoon_pipeline_tests.harness.transcripts import spoken

CLIP = SourceItem(name="talk.mp4", sha256="a" * 64, bytes=1, origin="here", role="media")
WORDS = spoken("We made it with pie tune. It is cheap.")
Correct = Callable[..., CorrectedTranscript]


@pytest.fixture
def correct(store: Store) -> Correct:
    def of(edits: Sequence[TranscriptEdit] = (), engine: str = "whisper", **glossary: object) -> CorrectedTranscript:
        by = Transcriber.model_validate({"engine": engine, "model": "m", "identity": "i"})
        values = {
            "metadata": Metadata(info=footage().info, audio_seconds=WORDS[-1].end + 1),
            "transcription": Transcript(words=WORDS, language="en", transcriber=by),
        }
        parts = {}
        for name, value in values.items():
            output = StageOutput(value)

            def work(item: SourceItem, output: StageOutput = output) -> ItemWork:
                return ItemWork(lambda scratch: output, {"media": item.sha256}, {"engine": engine})

            result, found = compute_items(store, Stage(name, 1), [CLIP], work)
            parts[name] = (result.artifact, found)
        analysis = TranscriptCorrection(
            store=store,
            metadata=MetadataByItem.of(*parts["metadata"]),
            transcripts=TranscriptByItem.of(*parts["transcription"]),
            edits={CLIP.sha256: tuple(edits)} if edits else {},
            documents={},
            glossary=Glossary.model_validate(glossary),
        )
        _, found = compute_items(store, analysis.stage, [CLIP], analysis.work)
        return found[CLIP.sha256].read(CorrectedTranscript)

    return of


def text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def test_people_edit_what_the_glossary_has_corrected(correct: Correct) -> None:
    name = WORDS[4:6]
    edit = TranscriptEdit(kind="replace", start=name[0].start, end=name[1].end, old=("Pytoon.",), new=("Pytoon!",))
    found = correct([edit], words=["Pytoon"])
    assert text(found.before_edits) == "We made it with Pytoon. It is cheap."
    assert text(found.words) == "We made it with Pytoon! It is cheap."
    assert [(one.old, one.new) for one in found.corrections] == [("pie tune.", "Pytoon.")]
    assert [one.reason for one in found.changes] == ["glossary", "edited by a person"]
    assert found.unfitting == ()


def test_without_a_glossary_words_stay(correct: Correct) -> None:
    found = correct()
    assert (found.words, found.changes) == (WORDS, ())
    assert correct(words=["Pytoon"]).words != WORDS, "another glossary is another result"


def test_subtitles_stay_as_somebody_wrote_them(correct: Correct) -> None:
    assert correct(engine="subtitles", words=["Pytoon"]).words == WORDS
