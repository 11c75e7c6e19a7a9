"""Joining segments: exact frames, exact times."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.rendering import concat, stages
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.segments import joined, rendered, spec


def test_segment_boundaries_do_not_change_pictures_noticeably(source: Source, store: Store, tmp_path: Path) -> None:
    joined(spec(cut=()), source, store, tmp_path / "one.mp4")
    joined(spec(cut=(17, 34)), source, store, tmp_path / "three.mp4")
    one, three = media.decoded(tmp_path / "one.mp4"), media.decoded(tmp_path / "three.mp4")
    assert one.shape == three.shape == (60, 960, 540)
    assert np.abs(one.astype(int) - three).mean() < 1.5


def test_times_of_the_joined_file_are_continuous(source: Source, store: Store, tmp_path: Path) -> None:
    import av

    out = tmp_path / "v.mp4"
    result = joined(spec(cut=(1, 2, 20, 41)), source, store, out)
    assert result.video_seconds == result.audio_seconds == 2.4
    with av.open(str(out)) as container:
        times = [round(frame.time * 25, 6) for frame in container.decode(video=0)]
        stream = container.streams.video[0]
        assert times == list(range(60))
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.codec_context.color_primaries == stream.codec_context.colorspace == 1
        sound_stream = container.streams.audio[0]
        assert (sound_stream.rate, sound_stream.channels) == (48000, 2)
    with av.open(str(out)) as container:
        decoding = [packet.dts for packet in container.demux(video=0) if packet.dts is not None]
    assert decoding == sorted(set(decoding))


def test_the_file_names_its_title_and_language_and_nothing_else(source: Source, store: Store, tmp_path: Path) -> None:
    import av

    plan = spec(frames=10, cut=(), language="deu")
    quiet = store.path(stages.mix_audio(store, plan, {}).artifact.files["audio"])
    segments = rendered(plan, source, store)
    plain, again, titled = (tmp_path / f"{name}.mp4" for name in ("plain", "again", "titled"))
    untitled = concat.join(plan, segments, quiet, plain)
    for path in (titled, again):
        assert concat.join(plan, segments, quiet, path, title="Schuhe – 50 % billiger") == untitled, "the same packets"
    assert titled.read_bytes() == again.read_bytes()
    with av.open(str(titled)) as container:
        technical = {"major_brand", "minor_version", "compatible_brands"}
        assert {name: value for name, value in container.metadata.items() if name not in technical} == {
            "title": "Schuhe – 50 % billiger"
        }
        assert container.streams.audio[0].language == "deu"
        assert container.streams.video[0].language in (None, "und")
    assert titled.read_bytes().index(b"moov") < titled.read_bytes().index(b"mdat"), "players can start at once"


def test_segments_that_do_not_fit_are_refused(source: Source, store: Store, tmp_path: Path) -> None:
    plan = spec()
    files = rendered(plan, source, store)
    quiet = store.path(stages.mix_audio(store, plan, {}).artifact.files["audio"])
    with pytest.raises(PytoonError, match="broken_joint"):
        concat.join(plan, files[::-1], quiet, tmp_path / "v.mp4")
    other = tmp_path / "other.mp4"
    media.run("-i", str(files[1]), "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", str(other))
    with pytest.raises(PytoonError, match="decoder settings differ"):
        concat.join(plan, [files[0], other], quiet, tmp_path / "v.mp4")
