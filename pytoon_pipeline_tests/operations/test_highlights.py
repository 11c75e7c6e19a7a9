"""Uploads of highlights: variants of one talk."""

from pathlib import Path

import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.analysis import Word
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.highlights import Highlight
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.llm.asking import LanguageModel
from pytoon_pipeline.operations.highlights import find_highlights, highlight_uploads, rank_by_model
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.model_server import Behaviour, fails, model_server, says

ITEM = SourceItem(name="talk.mp4", sha256="a" * 64, bytes=5, origin="uploaded", role="media", path="/talk.mp4")
FOUND = [
    Highlight(rank=1, start=100, end=130, score=81.2, title="Why do we stop?", reasons=("begins with a question",)),
    Highlight(rank=2, start=20, end=45, score=60, title=""),
]


def talk(**request: object) -> SourceMedia:
    asked = {"media": [{"file": "talk.mp4", "fit": "cover"}], "highlights": {"count": 2}, **request}
    return SourceMedia(key="b" * 32, title="talk", items=(ITEM,), request=asked)


def test_each_highlight_is_a_variant_that_shows_its_part(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first, second = highlight_uploads(home, talk(preset="clean-talk"), FOUND)
    assert (first.key, second.key) == ("b" * 32 + "-h01", "b" * 32 + "-h02")
    assert (first.title, Uploads(home).name(first.key)) == ("talk", "talk-h01")
    request = Request.model_validate(first.request)
    assert (request.media[0].start, request.media[0].end, request.media[0].fit) == (100, 130, "cover")
    assert (request.highlights, request.highlight, request.preset) == (None, FOUND[0], "clean-talk")
    assert request.thumbnail_title == "Why do we stop?"
    assert "thumbnail_title" not in second.request
    assert Uploads(home).get(first.key).request == first.request


def test_each_format_of_a_highlight_is_a_video_of_its_own(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for outputs, name in ((["9:16"], "talk-h01"), (["1:1"], "talk-h01-1x1")):
        (one,) = highlight_uploads(home, talk(outputs=outputs), FOUND[:1])
        assert Uploads(home).name(one.key) == name
    assert len(Uploads(home).keys()) == 2


def test_variants_of_a_variant_keep_its_name(tmp_path: Path) -> None:
    (one,) = highlight_uploads(Home(tmp_path), talk(variant="teaser", thumbnail_title="Mine"), FOUND[:1])
    assert one.key.endswith("-teaser-h01")
    assert one.request["thumbnail_title"] == "Mine"


def test_highlights_are_taken_from_one_video(tmp_path: Path) -> None:
    home = Home(tmp_path)
    two = talk().model_copy(update={"items": (ITEM, ITEM)})
    with pytest.raises(InvalidInput, match="highlights_of_one"):
        find_highlights(home, Store(home.store, home.work), two)


def by_model(behave: Behaviour, home: Home, store: Store) -> list[Highlight]:
    words = [Word(text="stop", start=one.start + 1, end=one.start + 2, confidence=1) for one in FOUND]
    with model_server(behave) as server:
        return rank_by_model(LanguageModel(server.endpoint(), store, home.slots), FOUND, FOUND[:1], words, (), "en")


def test_a_model_may_choose_another_highlight_and_its_title(home: Home, store: Store) -> None:
    (one,) = by_model(says({"clips": [{"clip": 2, "title": "We had to stop", "why": "strong"}]}), home, store)
    assert (one.rank, one.start, one.title, one.reasons) == (1, 20, "We had to stop", ("language model: strong",))
    assert one.language_model is not None
    assert (one.language_model.task, one.language_model.used) == ("highlights", 1)
    (upload,) = highlight_uploads(home, talk(), [one])
    request = Request.model_validate(upload.request)
    assert request.highlight == one, "the request, and so the manifest, has what was made of the answer"
    assert request.thumbnail_title == "We had to stop"


@pytest.mark.parametrize(("behave", "reason"), [(fails(401), "the key"), (says("Sure!"), "not valid JSON")])
def test_without_an_answer_the_scores_choose(behave: Behaviour, reason: str, home: Home, store: Store) -> None:
    (one,) = by_model(behave, home, store)
    assert (one.start, one.title, one.reasons) == (100, FOUND[0].title, FOUND[0].reasons)
    assert one.language_model is not None
    assert reason in str(one.language_model.failure)
