"""The corrected transcript: rules first, then what people changed."""

from collections.abc import Callable, Sequence

import pytest

from pytoon_pipeline.analysis.results import MetadataByItem, TranscriptByItem
from pytoon_pipeline.analysis.stages.correction import TranscriptCorrection
from pytoon_pipeline.contracts.analysis import CorrectedTranscript, Transcriber, Transcript, Word
from pytoon_pipeline.contracts.glossary import Glossary
from pytoon_pipeline.contracts.media import Metadata, SourceItem
from pytoon_pipeline.contracts.transcript_edits import TranscriptEdit
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.items import ItemWork, compute_items
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.model_server import KEY, SILENT, WRONG, Behaviour, ModelServer, model_server, says
from pytoon_pipeline_tests.harness.plans import footage
from pytoon_pipeline_tests.harness.transcripts import spoken

CLIP = SourceItem(name="talk.mp4", sha256="a" * 64, bytes=1, origin="here", role="media")
WORDS = spoken("We made it with pie tune. It is cheap.")
Correct = Callable[..., CorrectedTranscript]


@pytest.fixture
def correct(store: Store) -> Correct:
    def of(
        edits: Sequence[TranscriptEdit] = (),
        engine: str = "whisper",
        model: LanguageModel | None = None,
        translate: str | None = None,
        translator: LanguageModel | None = None,
        subtitle_languages: tuple[str, ...] = (),
        **glossary: object,
    ) -> CorrectedTranscript:
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
            model=model,
            translate=translate,
            translator=translator,
            subtitle_languages=subtitle_languages,
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


FIXES = {"changes": [{"sentence": 2, "old": "cheap.", "new": "cheep.", "why": "a bird"}]}


def by(server: ModelServer, store: Store, home: Home, seconds: float = 20.0) -> LanguageModel:
    return LanguageModel(server.endpoint(seconds), store, home.slots)


def test_a_model_corrects_after_the_glossary_and_before_people(correct: Correct, store: Store, home: Home) -> None:
    last = WORDS[-1]
    edit = TranscriptEdit(kind="replace", start=last.start, end=last.end, old=("cheep.",), new=("cheap!",))
    with model_server(says(FIXES)) as server:
        for _ in range(2):
            found = correct([edit], model=by(server, store, home), words=["Pytoon"])
            assert text(found.words) == "We made it with Pytoon. It is cheap!"
            assert [one.reason for one in found.changes] == [
                "glossary", "language model test-model: a bird", "edited by a person"
            ]  # fmt: skip
            assert found.language_model is not None
            assert (found.language_model.used, found.language_model.source) == (1, CLIP.sha256)
        (asked,) = server.asked
    assert asked.data["sentences"][0]["text"] == "We made it with Pytoon."
    assert asked.data["names"] == ["Pytoon"]


def test_subtitles_are_not_sent_to_a_model(correct: Correct, store: Store, home: Home) -> None:
    with model_server(says(FIXES)) as server:
        assert correct(engine="subtitles", model=by(server, store, home)).language_model is None
        assert not server.asked


@pytest.mark.parametrize(("behave", "reason"), {**SILENT, **WRONG}.values(), ids={**SILENT, **WRONG})
def test_whatever_a_model_does_the_words_stand_with_the_reason(
    behave: Behaviour, reason: str, correct: Correct, store: Store, home: Home
) -> None:
    seconds = 1.0 if "longer than 1 s" in reason else 20.0
    with model_server(behave) as server:
        found = correct(model=by(server, store, home, seconds))
        assert (found.words, found.changes, found.corrections) == (WORDS, (), ())
        assert found.language_model is not None
        assert reason in str(found.language_model.failure)
        silent = (behave, reason) in SILENT.values()
        assert found.language_model.unanswered == silent
        asked = len(server.asked)
        server.behave = says(FIXES)
        again = correct(model=by(server, store, home))
        # An answer is kept, however wrong; without one, the next run asks again.
        assert len(server.asked) == asked + silent
        assert text(again.words).endswith("cheep." if silent else "cheap.")
    assert not [path for path in home.root.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


GERMAN = {"sentences": [{"number": 1, "text": "Wir haben es mit Pytoon gemacht."}, {"number": 2, "text": "Billig!"}]}


def test_the_corrected_words_are_translated_and_stay(correct: Correct, store: Store, home: Home) -> None:
    with model_server(says(GERMAN)) as server:
        found = correct(translate="de", translator=by(server, store, home), words=["Pytoon"])
        assert text(found.words) == "We made it with Pytoon. It is cheap."
        assert found.translation is not None
        assert [one.text for one in found.translation.sentences][1] == "Billig!"
        (asked,) = server.asked
        assert asked.data["sentences"][0]["text"] == "We made it with Pytoon."


def test_each_language_of_the_subtitles_is_asked_for_once(correct: Correct, store: Store, home: Home) -> None:
    with model_server(says(GERMAN)) as server:
        found = correct(translate="de", translator=by(server, store, home), subtitle_languages=("en", "de", "fr"))
        assert [asked.data["to"] for asked in server.asked] == ["de", "fr"]
        assert [one.language for one in found.subtitle_translations] == ["de", "fr"]
        assert found.subtitle_translations[0] == found.translation
    files_only = correct(subtitle_languages=("de",))
    assert files_only.translation is None
    assert [one.missing for one in files_only.subtitle_translations] == ["no language model is set up for translations"]


def test_speech_in_the_language_of_the_captions_is_not_sent(correct: Correct, store: Store, home: Home) -> None:
    with model_server(says(GERMAN)) as server:
        assert correct(translate="en", translator=by(server, store, home)) == correct()
        assert not server.asked


def test_without_a_model_the_words_stay_with_the_reason(correct: Correct) -> None:
    found = correct(translate="de")
    assert found.words == WORDS
    assert found.translation is not None
    assert found.translation.sentences == ()
    assert found.translation.missing == "no language model is set up for translations"
