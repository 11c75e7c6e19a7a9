"""Links that operators follow from metadata."""

import dagster as dg
import pytest

from pytoon_pipeline.defs.links import file_link
from pytoon_pipeline.runtime.home import Home

URL = "http://127.0.0.1:8971/"


@pytest.mark.parametrize("url", [URL, URL.rstrip("/")])
def test_a_delivered_file_is_a_link_when_the_outbox_is_served(home: Home, url: str) -> None:
    link = file_link(home, url, home.outbox / "50 % off" / "Größe #1.mp4")
    assert link == dg.MetadataValue.url("http://127.0.0.1:8971/50%20%25%20off/Gr%C3%B6%C3%9Fe%20%231.mp4")


def test_without_a_server_and_for_held_videos_it_is_a_path(home: Home) -> None:
    for url, file in ((None, home.outbox / "a" / "a.mp4"), (URL, home.held / "a" / "a.mp4")):
        assert file_link(home, url, file) == dg.MetadataValue.path(str(file))
