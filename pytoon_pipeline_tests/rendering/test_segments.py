"""Rendering of segments: cached, reproducible, with typed errors."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.contracts.spec.render_spec import AudioMix
from pytoon_pipeline.media.encoder import PICTURE, SOUND, H264Encoder
from pytoon_pipeline.media.ffmpeg import RenderError
from pytoon_pipeline.quality.inspection import inspect
from pytoon_pipeline.rendering import audio_mix, concat, segments, stages
from pytoon_pipeline.rendering.segment_plan import Source, plan_segment
from pytoon_pipeline.runtime import stopping
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.segments import ITEM, rendered, spec


def test_only_the_segment_of_a_changed_caption_is_rendered(source: Source, store: Store, tmp_path: Path) -> None:
    first = rendered(spec(), source, store)
    before = {path.name: path.read_bytes() for path in first}
    again = stages.render_segments(store, spec(text="other"), {ITEM: source}, lambda ready, total: None)
    assert [one.status for one in again] == ["cached", "computed"]
    assert all(path.read_bytes() == before[path.name] for path in first)


def test_rendering_twice_gives_the_same_bytes(source: Source, store: Store, tmp_path: Path) -> None:
    """Also when another thread composes them ahead."""
    job = plan_segment(spec(), spec().segments[1], {ITEM: source})
    for name, ahead in (("a", False), ("b", False), ("c", True)):
        segments.render_segment(job, {ITEM: source}, tmp_path / f"{name}.mp4", ahead=ahead)
    assert len({path.read_bytes() for path in tmp_path.glob("?.mp4")}) == 1


ENCODED_TWICE = """
import sys
from pathlib import Path
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering.segment_plan import Source, plan_segment
from pytoon_pipeline.rendering.segments import render_segment
from pytoon_pipeline_tests.harness.segments import ITEM, spec
source = Source(Path(sys.argv[1]), probe(Path(sys.argv[1])))
job = plan_segment(spec(), spec().segments[1], {ITEM: source})
render_segment(job, {ITEM: source}, Path(sys.argv[2]))
"""


def test_previous_memory_content_changes_no_byte(source: Source, tmp_path: Path) -> None:
    """x264's AVX-512 code would fail here: it reads uninitialised memory."""
    for filling in ("85", "170"):
        environment = dict(os.environ, MALLOC_PERTURB_=filling)
        out = str(tmp_path / f"{filling}.mp4")
        subprocess.run([sys.executable, "-c", ENCODED_TWICE, str(source.path), out], env=environment, check=True)
    assert (tmp_path / "85.mp4").read_bytes() == (tmp_path / "170.mp4").read_bytes()


RENDERED_ON = """
import sys
from pathlib import Path
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.segments import ITEM, rendered, spec
source, folder = Source(Path(sys.argv[1]), probe(Path(sys.argv[1]))), Path(sys.argv[2])
for path in rendered(spec(cut=(7, 30)), source, Store(folder / "store", folder / "work")):
    print(path.name)
"""


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="needs processor affinity")
def test_the_number_of_processors_changes_no_byte(source: Source, store: Store, tmp_path: Path) -> None:
    """x264 takes its number of threads from the machine unless it is told otherwise, and its output depends on it."""
    one = str(min(os.sched_getaffinity(0)))
    command = ["taskset", "-c", one, sys.executable, "-c", RENDERED_ON, str(source.path), str(tmp_path)]
    on_one = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    plan = spec(cut=(7, 30))
    for processors in (1, 2, 16):
        again = Store(tmp_path / f"store-{processors}", tmp_path / "work")
        done = stages.render_segments(again, plan, {ITEM: source}, lambda ready, total: None, processors=processors)
        assert [segment.artifact.files["video"].sha256 for segment in done] == on_one


def test_several_frames_are_encoded_at_once_without_slices(source: Source, tmp_path: Path) -> None:
    """Slices, the other way to use several threads, would cost bytes."""
    job = plan_segment(spec(), spec().segments[0], {ITEM: source})
    out = tmp_path / "v.mp4"
    segments.render_segment(job, {ITEM: source}, out)
    assert PICTURE.threads > 1
    settings = out.read_bytes().split(b"x264 - core")[1].split(b"\0")[0].decode("latin-1").split(" ")
    assert {f"threads={PICTURE.threads}", "sliced_threads=0"} <= set(settings)


def test_segments_stop_with_the_work_that_they_are_part_of(source: Source, store: Store) -> None:
    end = threading.Event()
    end.set()
    with stopping.canceled_by(end), pytest.raises(stopping.Stopped):
        stages.render_segments(store, spec(), {ITEM: source}, lambda ready, total: None)


def test_a_segment_keeps_to_the_bit_rate_of_its_video(source: Source, store: Store) -> None:
    def bits(most: int | None) -> int:
        plan = spec().model_copy(update={"max_bit_rate": most})
        first = stages.render_segments(store, plan, {ITEM: source}, lambda ready, total: None)[0].artifact
        return 8 * store.path(first.files["video"]).stat().st_size

    free = bits(None)
    assert bits(2 * free) == free
    assert bits(free // 3) <= free // 3


def test_a_failing_encoder_is_a_typed_error(source: Source, tmp_path: Path) -> None:
    job = plan_segment(spec(), spec().segments[0], {ITEM: source}, H264Encoder(preset="no-such-preset"))
    with pytest.raises(RenderError, match="ffmpeg_failed"):
        segments.render_segment(job, {ITEM: source}, tmp_path / "v.mp4")


@pytest.mark.parametrize("codec", ["hevc", "vp9", "av1"])
def test_segments_of_each_codec_join_and_have_the_same_bytes_again(source: Source, tmp_path: Path, codec: str) -> None:
    plan = spec(cut=(7, 30)).model_copy(update={"codec": codec})
    files = []
    for name in ("first", "second"):
        store = Store(tmp_path / name, tmp_path / "work")
        done = stages.render_segments(store, plan, {ITEM: source}, lambda ready, total: None)
        files.append([store.path(one.artifact.files["video"]) for one in done])
    assert [one.read_bytes() for one in files[0]] == [one.read_bytes() for one in files[1]]
    sound = tmp_path / "sound.mp4"
    quiet = AudioMix(samples=48_000, loudness=-14, true_peak=-1)
    audio_mix.encode([np.zeros((48_000, 2), np.float32)], quiet, SOUND, sound)
    out = tmp_path / "joined.mp4"
    concat.join(plan, files[0], sound, out)
    found = inspect(out)
    assert (found.codec, found.colour, found.decode_errors) == (codec, (1, 1, 1, 1), 0)
    assert len(found.times) == plan.frames
    assert np.allclose(np.diff(found.times), 1 / float(plan.rate.fraction), atol=1e-4)
