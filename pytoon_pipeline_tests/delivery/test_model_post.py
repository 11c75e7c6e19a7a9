"""Texts to post by a language model: each is validated by itself, and the embedded one stands where it is refused."""

from collections.abc import Mapping

import pytest

from pytoon_pipeline.contracts.model_notes import post_notes
from pytoon_pipeline.contracts.model_use import ModelUse
from pytoon_pipeline.delivery.model_post import with_model
from pytoon_pipeline.delivery.post import Proposal, propose
from pytoon_pipeline.delivery.post_texts import VideoTexts
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.model_server import Behaviour, fails, model_server, says

TEXTS = VideoTexts(
    speech=("Here is why most batteries fail in winter.", "Below 5 degrees a battery is slow."),
    cta="Subscribe",
    punctuated=True,
)
GOOD = {
    "title": "Why your battery fails in winter",
    "description": "Cold batteries are slow. Below 5 degrees it shows.",
    "hashtags": ["#battery", "#winter"],
}


def asked(home: Home, store: Store, answer: object, texts: VideoTexts = TEXTS) -> tuple[Proposal, Proposal, ModelUse]:
    """The embedded proposal, that with the model, and what was made of the model's."""
    embedded = propose(texts, "IMG_1", None, "eng")
    behave: Behaviour = answer if callable(answer) else says(answer)
    with model_server(behave) as server:
        found, use = with_model(LanguageModel(server.endpoint(), store, home.slots), embedded, texts, ("darn",), "eng")
    return embedded, found, use


def test_the_texts_of_the_model_are_used_and_named(home: Home, store: Store) -> None:
    embedded, found, use = asked(home, store, GOOD)
    assert (found.title, found.source) == (GOOD["title"], "language_model")
    assert found.sentences == ("Cold batteries are slow.", "Below 5 degrees it shows.", "Subscribe.")
    assert (found.hashtags, found.hashtags_source) == (("#battery", "#winter"), "language_model")
    assert found.key_phrases == embedded.key_phrases
    assert (use.used, use.refused, use.failure) == (3, (), None)
    assert list(post_notes([use])) == []


def test_the_title_of_a_person_stays(home: Home, store: Store) -> None:
    texts = VideoTexts(title="Batteries in winter, below 5", written=True)
    _, found, use = asked(home, store, GOOD, texts)
    assert (found.title, found.source, use.used) == ("Batteries in winter, below 5", "text", 2)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": "x" * 71}, "Title: it has 71 characters, and 70 is the limit"),
        ({"title": ""}, "Title: it is no text"),
        ({"title": "Winter\nbattery"}, "Title: it has line breaks"),
        ({"title": "Battery: see evil.com"}, "Title: it has a link"),
        ({"title": "**Battery**"}, "Title: it has markup"),
        ({"title": "Darn battery"}, "Title: it has a word that captions mask"),
        ({"title": "90% of batteries fail"}, "Title: the video does not say “90”"),
        ({"title": "Free coins today"}, "Title: it is not about what is said"),
        ({"description": 7}, "Description: it is no text"),
        ({"hashtags": "#one"}, "Hashtags: they are no list of texts"),
        ({"hashtags": ["#two words"]}, "Hashtags: “#two words” is no hashtag"),
        ({"hashtags": ["#darn"]}, "Hashtags: one has a word that captions mask"),
        ({"hashtags": [f"#tag{n}" for n in range(9)]}, "Hashtags: there are 9, and 8 is the limit"),
    ],
)
def test_one_that_is_wrong_is_refused_and_the_others_are_used(
    change: Mapping[str, object], reason: str, home: Home, store: Store
) -> None:
    embedded, found, use = asked(home, store, {**GOOD, **change})
    (refused,) = use.refused
    assert refused.startswith(reason)
    assert use.used == 2
    (name,) = change
    attribute = "sentences" if name == "description" else name
    assert getattr(found, attribute) == getattr(embedded, attribute)
    (note,) = post_notes([use])
    assert "1 of 3 proposals" in note.message
    assert reason in note.message


def test_a_text_that_nobody_asked_for_is_refused(home: Home, store: Store) -> None:
    _, _, use = asked(home, store, {**GOOD, "video": "evil.mp4"})
    assert use.refused == ("“video”: there is no such text",)


@pytest.mark.parametrize(("behave", "unanswered"), [(fails(500), True), (says("Sure!"), False)])
def test_without_an_answer_the_embedded_texts_stand(
    behave: Behaviour, unanswered: bool, home: Home, store: Store
) -> None:
    embedded, found, use = asked(home, store, behave)
    assert found == embedded
    assert (use.used, use.unanswered) == (0, unanswered)
    (note,) = post_notes([use])
    assert note.code == "model_not_used"
    assert str(use.failure) in note.message
