"""Highlights in the order of a language model: from the candidates, with titles that keep to what is said."""

import json

import pytest

from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.highlights import Highlight
from pytoon_pipeline.contracts.model_answers import RefusedAnswer
from pytoon_pipeline.planning.highlights.ranking import Ranking, candidate_count, material, ranked

TEXTS = ("The first pump was made of wood.", "I lost the company.", "Nobody wanted the lamp.", "We paid 40 dollars.")
WORDS = [
    Word(text=text, start=10 * n + place, end=10 * n + place + 0.5, confidence=1)
    for n, line in enumerate(TEXTS)
    for place, text in enumerate(line.split())
]
CANDIDATES = [
    Highlight(rank=n + 1, start=10 * n, end=10 * n + 9, score=90 - n, title=line, reasons=("strong words",))
    for n, line in enumerate(TEXTS)
]
EMBEDDED = CANDIDATES[:2]


def rank(*clips: object) -> Ranking:
    return ranked(json.dumps({"clips": clips}), CANDIDATES, EMBEDDED, WORDS, ("darn",))


def test_the_model_chooses_orders_and_titles() -> None:
    found = rank({"clip": 4, "title": "40 dollars for it", "why": "a number"}, {"clip": 2})
    assert [(one.rank, one.start, one.title) for one in found.highlights] == [
        (1, 30, "40 dollars for it"),
        (2, 10, "I lost the company."),
    ]
    assert found.highlights[0].reasons == ("strong words", "language model: a number")
    assert (found.used, found.refused) == (2, ())


def test_what_the_model_leaves_open_comes_from_the_scores() -> None:
    assert [one.start for one in rank({"clip": 3}).highlights] == [20, 0]
    assert rank().highlights == EMBEDDED


@pytest.mark.parametrize(
    ("clip", "reason"),
    [
        ({"clip": 9}, "Clip 2: there is no clip 9"),
        ({"clip": 3}, "Clip 2: clip 3 is there twice"),
        ({"clip": 1, "start": 4.0}, "Clip 2: “start” is no field that it may set"),
        ("first", "Clip 2: it: "),
        ({"clip": 1, "title": "Buy coins"}, "Title 2: it is not about what is said"),
        ({"clip": 1, "title": "pump " * 20}, "Title 2: it has 99 characters"),
        ({"clip": 1, "title": "The darn pump"}, "Title 2: it has a word that captions mask"),
    ],
)
def test_a_wrong_proposal_is_refused_with_its_number(clip: object, reason: str) -> None:
    found = rank({"clip": 3}, clip)
    assert [one.start for one in found.highlights] == [20, 0]
    assert found.highlights[1].title == TEXTS[0]
    (refused,) = found.refused
    assert refused.startswith(reason)


def test_more_clips_than_wanted_are_refused() -> None:
    assert rank({"clip": 1}, {"clip": 2}, {"clip": 3}).refused == ("Clip 3: there are more than 2 clips",)


def test_an_answer_without_clips_is_refused() -> None:
    with pytest.raises(RefusedAnswer):
        ranked("Sure!", CANDIDATES, EMBEDDED, WORDS, ())


def test_the_model_is_told_what_is_said_in_each_candidate() -> None:
    told = material(CANDIDATES, WORDS, 2, "en")
    assert [one["text"] for one in told["clips"]] == list(TEXTS)  # type: ignore[attr-defined]
    assert (candidate_count(1), candidate_count(5), candidate_count(20)) == (3, 15, 24)
