"""Uploads of highlights: variants of one talk."""

from pathlib import Path

import pytest

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.highlights import Highlight
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.operations.highlights import find_highlights, highlight_uploads
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store

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
