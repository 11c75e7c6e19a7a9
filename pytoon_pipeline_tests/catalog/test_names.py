"""Names of uploads: readable, unique, assigned once."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytoon_pipeline.catalog.names import KEY, MAX_NAME, readable_name
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.runtime.home import Home


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("My shoe: 50% off!", "My-shoe-50-off"),
        ("../../etc/passwd", "etc-passwd"),
        ("-i", "i"),
        ("日本語 ビデオ", "日本語-ビデオ"),
        ("'\"\n", "video"),
        ("x" * 300, "x" * 60),
    ],
)
def test_names_are_readable_and_harmless(title: str, name: str) -> None:
    assert readable_name(title) == name


@given(st.text())
def test_every_title_has_a_name_that_is_a_file_name(title: str) -> None:
    name = readable_name(title)
    assert 0 < len(name) <= MAX_NAME
    assert not set(name) & set(string.punctuation.replace("-", "").replace("_", "") + string.whitespace)
    assert name[0] not in "-."


def register(home: Home, key: str, title: str) -> str:
    uploads = Uploads(home)
    uploads.register(SourceMedia(key=key, title=title, items=(), request={}), pending=False)
    return uploads.name(key)


def test_each_key_has_a_name_of_its_own_that_never_changes(home: Home) -> None:
    zero = "0" * 32
    assert register(home, zero, "My offer!") == "My-offer"
    assert register(home, "1" * 32, "My offer?") == "My-offer-2"
    assert register(home, "2" * 32, "my Offer") == "my-Offer-3"
    assert register(home, f"{zero}-teaser", "My offer!") == "My-offer-teaser"
    assert register(home, zero, "Another title") == "My-offer"
    uploads = Uploads(home)
    assert uploads.names() == {key: uploads.name(key) for key in uploads.touched()}
    assert [uploads.key_of(name) for name in ("My-offer-2", "MY-OFFER", "Another-title")] == ["1" * 32, zero, None]


def test_a_key_stands_for_itself(home: Home) -> None:
    key = "a" * 32
    uploads = Uploads(home)
    assert (uploads.key_of(key), uploads.name(key)) == (key, key), "also an unknown one, as in old partitions"
    name = register(home, "b" * 32, key)
    assert not KEY.match(name), "a name is never mistaken for a key"
    assert uploads.key_of(name) == "b" * 32


def test_all_formats_and_variants_of_the_same_media_share_a_folder(home: Home) -> None:
    uploads, zero, one, two = Uploads(home), "0" * 32, "1" * 32, "2" * 32
    wanted = [(f"{zero}-1x1", "garden"), (zero, "garden"), (f"{zero}-teaser", "lawn"), (one, "garden")]
    wanted += [(f"{one}-1x1", "garden"), (f"{two}-teaser", "garden")]
    names = [register(home, key, title) for key, title in wanted]
    assert names == ["garden-1x1", "garden", "garden-teaser", "garden-2", "garden-2-1x1", "garden-3-teaser"]
    folders = {key: uploads.folder(key) for key, _ in wanted}
    assert {key[:1]: folder for key, folder in folders.items()} == {"0": "garden", "1": "garden-2", "2": "garden-3"}
    assert register(home, "3" * 32, "garden-2-1x1") == "garden-2-1x1-2"
