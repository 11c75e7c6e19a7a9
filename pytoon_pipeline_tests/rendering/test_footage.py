"""Footage in a segment: each source frame is decoded once, whoever shows it and wherever the segment begins."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.contracts.spec.layers import GroupLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene, Segment
from pytoon_pipeline.media import video_decoding
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.media.source_reader import SourceReaders
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.segment_plan import Source, plan_segment
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.drawing import ITEM, WHOLE, at, spec_of


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Source]:
    path = media.video(tmp_path / "v.mp4", 4, "320x180", "30", False, "-g", "30")
    return {ITEM: Source(path, probe(path))}


@pytest.fixture
def packets(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The packets that were decoded, as they are added."""
    found: list[object] = []

    def note(damage: object, packet: object, frames: object, zero: float) -> None:
        found.append(packet)

    monkeypatch.setattr(video_decoding.DecodeDamage, "note", note)
    return found


def footage(height: float, start: int = 10, **more: object) -> VideoLayer:
    return VideoLayer(item=ITEM, source_start=start, width=1080, height=height, crop_path=WHOLE, transform=at(), **more)


def frames_of(spec: RenderSpec, start: int, frames: int, sources: dict[str, Source], readers: SourceReaders) -> list:
    plan = plan_segment(spec, Segment(start=start, frames=frames), sources)
    return [np.concatenate([image.y.ravel(), image.u.ravel()]) for image in compose(plan, sources, readers)]


def test_a_blurred_copy_behind_the_footage_decodes_nothing_more(
    sources: dict[str, Source], packets: list[object]
) -> None:
    front = footage(608)
    alone = spec_of([Scene(start=0, frames=20, layers=(front,))])
    group = GroupLayer(width=1080, height=1920, transform=at(), layers=(footage(400),))
    both = spec_of([Scene(start=0, frames=20, layers=(footage(1920, effects=(Blur(radius=20),)), group, front))])
    with SourceReaders() as readers:
        frames_of(alone, 0, 20, sources, readers)
    once = len(packets)
    packets.clear()
    with SourceReaders() as readers:
        frames_of(both, 0, 20, sources, readers)
    assert len(packets) == once


def test_neighbouring_segments_decode_each_frame_once_and_show_the_same(
    sources: dict[str, Source], packets: list[object]
) -> None:
    spec = spec_of([Scene(start=0, frames=90, layers=(footage(608, start=20),))])
    with SourceReaders() as readers:
        continued = [frame for start in (0, 30, 60) for frame in frames_of(spec, start, 30, sources, readers)]
    once = len(packets)
    assert once < 20 + 90 + 30
    sought = []
    for start in (0, 30, 60):
        with SourceReaders() as readers:
            sought += frames_of(spec, start, 30, sources, readers)
    assert all(np.array_equal(a, b) for a, b in zip(continued, sought, strict=True))


def test_a_cut_ahead_in_the_same_file_opens_it_once(
    sources: dict[str, Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    original = video_decoding.VideoDecoder._open

    def note(decoder: video_decoding.VideoDecoder) -> object:
        if decoder._container is None:
            opened.append(decoder)
        return original(decoder)

    monkeypatch.setattr(video_decoding.VideoDecoder, "_open", note)
    scenes = [
        Scene(start=0, frames=10, layers=(footage(608, start=0),)),
        Scene(start=10, frames=10, layers=(footage(608, start=80),)),
    ]
    with SourceReaders() as readers:
        frames_of(spec_of(scenes), 0, 20, sources, readers)
    assert len(opened) == 1


def test_invisible_footage_is_not_read(sources: dict[str, Source], packets: list[object]) -> None:
    layer = footage(608).model_copy(update={"transform": at(opacity=0)})
    with SourceReaders() as readers:
        frames_of(spec_of([Scene(start=0, frames=5, layers=(layer,))]), 0, 5, sources, readers)
    assert not packets
