"""A part of a video as a GIF: as long and as wide as asked, and the same each time."""

from pathlib import Path

import av
import pytest

from pytoon_pipeline.rendering.teaser import write_teaser
from pytoon_pipeline_tests.harness import media


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return media.video(tmp_path_factory.mktemp("teaser") / "clip.mp4", 3.0, sound=False)


def frames(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def test_a_teaser_is_as_long_and_as_wide_as_asked(clip: Path, tmp_path: Path) -> None:
    for start in (0.0, 1.0):
        write_teaser(clip, start, 1.5, 160, tmp_path / "a.gif")
        found = frames(tmp_path / "a.gif")
        assert (len(found), found[0].width, found[0].time) == (15, 160, 0.0)
        assert found[-1].time == pytest.approx(1.4, abs=0.01)
        with av.open(str(clip)) as source:
            ratio = source.streams.video[0].height / source.streams.video[0].width
        assert found[0].height == pytest.approx(160 * ratio, abs=2)


def test_a_teaser_shows_its_part_of_the_video_and_is_the_same_each_time(clip: Path, tmp_path: Path) -> None:
    for name in ("a.gif", "b.gif"):
        write_teaser(clip, 1.0, 0.5, 160, tmp_path / name)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()
    write_teaser(clip, 0.0, 0.5, 160, tmp_path / "start.gif")
    assert (tmp_path / "start.gif").read_bytes() != (tmp_path / "a.gif").read_bytes()
