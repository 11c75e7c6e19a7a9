"""Translations by a language model: all sentences or none, and nothing that a server does can harm a video."""

from pathlib import Path

import pytest

from pytoon_pipeline.analysis.transcript.translation import translate
from pytoon_pipeline.contracts.analysis import Translation
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.model_server import (
    KEY,
    SILENT,
    Behaviour,
    Exchange,
    ModelServer,
    fails,
    model_server,
    says,
)
from pytoon_pipeline_tests.harness.transcripts import spoken

WORDS = spoken("We made it with care. It is cheap. There are forty seconds left for all of you.")
GERMAN = ("Wir haben es mit Sorgfalt gemacht.", "Es ist billig.", "Ihr alle habt noch vierzig Sekunden.")


def sentences(*texts: str, first: int = 1) -> dict[str, object]:
    return {"sentences": [{"number": number, "text": text} for number, text in enumerate(texts, first)]}


def model_of(server: ModelServer, home: Home, store: Store, seconds: float = 20.0) -> LanguageModel:
    return LanguageModel(server.endpoint(seconds), store, home.slots)


def german(server: ModelServer, home: Home, store: Store, seconds: float = 20.0) -> Translation:
    return translate(model_of(server, home, store, seconds), WORDS, "en", "de", "a" * 64)


def test_each_sentence_is_translated_in_its_time(home: Home, store: Store) -> None:
    with model_server(says(sentences(*GERMAN))) as server:
        found = german(server, home, store)
    assert tuple(one.text for one in found.sentences) == GERMAN
    assert [(one.start, one.end) for one in found.sentences] == [
        (WORDS[0].start, WORDS[4].end), (WORDS[5].start, WORDS[7].end), (WORDS[8].start, WORDS[-1].end),
    ]  # fmt: skip
    assert (found.language, found.missing) == ("de", None)
    use = found.language_model
    assert use is not None
    assert (use.task, use.used, use.failure) == ("translation", 3, None)
    (asked,) = server.asked
    assert (asked.data["from"], asked.data["to"]) == ("en", "de")
    assert [one["text"] for one in asked.data["sentences"]][1] == "It is cheap."


def test_hidden_words_are_not_sent(home: Home, store: Store) -> None:
    words = (*WORDS[:5], *(word.model_copy(update={"hidden": True}) for word in WORDS[5:8]), *WORDS[8:])
    with model_server(says(sentences(GERMAN[0], GERMAN[2]))) as server:
        found = translate(model_of(server, home, store), words, "en", "de", "a" * 64)
        assert "cheap" not in str(server.asked[0].data)
    assert tuple(one.text for one in found.sentences) == (GERMAN[0], GERMAN[2])


def test_a_sentence_that_is_missing_is_asked_for_once_more(home: Home, store: Store) -> None:
    def behave(exchange: Exchange) -> None:
        first = len(exchange.asked.data["sentences"]) == 3
        says(sentences(*GERMAN[:2]) if first else sentences(GERMAN[2], first=3))(exchange)

    with model_server(behave) as server:
        found = german(server, home, store)
    assert tuple(one.text for one in found.sentences) == GERMAN
    assert [[one["number"] for one in asked.data["sentences"]] for asked in server.asked] == [[1, 2, 3], [3]]


def test_a_second_run_asks_nothing(home: Home, store: Store) -> None:
    with model_server(says(sentences(*GERMAN))) as server:
        first, second = german(server, home, store), german(server, home, store)
        assert first == second
        assert len(server.asked) == 1


def test_a_long_talk_is_asked_about_in_parts_and_a_change_asks_for_one(home: Home, store: Store) -> None:
    def behave(exchange: Exchange) -> None:
        says(sentences(*(f"Satz {one['text']}" for one in exchange.asked.data["sentences"])))(exchange)

    words = spoken(" ".join(f"This is the sentence with the number {n} of a talk." for n in range(100)))
    with model_server(behave) as server:
        model = model_of(server, home, store)
        found = translate(model, words, "en", "de", "a" * 64)
        parts = len(server.asked)
        assert len(found.sentences) == 100
        assert parts > 2
        changed = (words[0].model_copy(update={"text": "That"}), *words[1:])
        translate(model, changed, "en", "de", "a" * 64)
        assert len(server.asked) == parts + 1


def drops(exchange: Exchange) -> None:
    """Translates only the first of the sentences."""
    number = exchange.asked.data["sentences"][0]["number"]
    says(sentences(GERMAN[number - 1], first=number))(exchange)


def answers(*texts: str) -> Behaviour:
    """Translates the sentences that it is asked for."""

    def behave(exchange: Exchange) -> None:
        numbers = [one["number"] for one in exchange.asked.data["sentences"]]
        says({"sentences": [{"number": number, "text": texts[number - 1]} for number in numbers]})(exchange)

    return behave


WRONG: dict[str, tuple[Behaviour, str]] = {
    "is not JSON": (says("Here is your translation!"), "not valid JSON"),
    "is empty": (says(""), "its answer is empty"),
    "is a list": (says([1]), "not a JSON object"),
    "has other fields": (says({"translation": list(GERMAN)}), "the list “sentences” and nothing else"),
    "drops half": (drops, "“There are forty seconds left for all of…”: its translation is missing"),
    "has wrong numbers": (says(sentences(*GERMAN, first=2)), "there is no sentence 4"),
    "translates twice": (says({"sentences": [*[{"number": 1, "text": "Ja"}] * 2]}), "it translates sentence 1 twice"),
    "says nothing": (answers(GERMAN[0], " ", GERMAN[2]), "its translation is empty"),
    "tells a story": (answers(" ".join(["Es war einmal"] * 20), *GERMAN[1:]), "can be read in its time"),
    "breaks lines": (answers("Wir\nhaben es.", *GERMAN[1:]), "line breaks"),
    "writes markup": (answers("<b>Wir</b> haben es.", *GERMAN[1:]), "markup or a link"),
    "writes a link": (answers("https://example.org", *GERMAN[1:]), "markup or a link"),
    "changes times": (
        says({"sentences": [{"number": 1, "text": GERMAN[0], "start": 0}]}), "“start” is no field that it may set",
    ),
    "repeats": (
        says(sentences("We made it with care.", "It is cheap.", "There are forty seconds left for all of you.")),
        "it repeats 3 of 3 sentences",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_leaves_captions_in_their_language_and_says_why(name: str, home: Home, store: Store) -> None:
    behave, reason = WRONG[name]
    with model_server(behave) as server:
        found = german(server, home, store)
        assert found.sentences == ()
        assert found.missing is not None
        assert reason in found.missing
        assert found.language_model is not None
        assert reason in str(found.language_model.failure)
        assert not found.language_model.unanswered
        asked = len(server.asked)
        assert german(server, home, store) == found
        assert len(server.asked) == asked, "what is known to be wrong is not asked for again"


@pytest.mark.parametrize("name", SILENT)
def test_a_server_without_an_answer_is_asked_again_by_the_next_run(name: str, home: Home, store: Store) -> None:
    behave, reason = SILENT[name]
    with model_server(behave) as server:
        found = german(server, home, store, 1.0 if "longer than 1 s" in reason else 20.0)
        assert found.sentences == ()
        assert found.language_model is not None
        assert found.language_model.unanswered
        assert reason in str(found.missing)
        server.behave = says(sentences(*GERMAN))
        assert german(server, home, store).sentences


def test_the_key_is_nowhere(home: Home, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    for behave in (says(sentences(KEY, *GERMAN[1:])), fails(401)):
        with model_server(behave) as server:
            found = german(server, home, store)
            assert not found.sentences
            assert KEY not in found.model_dump_json()
    assert KEY not in caplog.text
    stored = (path for path in Path(home.root).rglob("*") if path.is_file())
    assert not any(KEY.encode() in path.read_bytes() for path in stored)
