"""Small pictures of frames: the same frames and samples by the CPU and by a GPU."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytoon_pipeline.analysis.vision import faces, focus, gpu_faces, gpu_light, sampling, small_frames
from pytoon_pipeline.analysis.vision.sampling import Samples
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.media import nvdec
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.media.video_decoding import DecodeDamage
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.gpu import GPU, NAME, fake_gpu, two_planes


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of a talk, with details and a person."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    media.run("-i", str(media.SAMPLE), "-t", "1", "-s", "480x270", "-an", "-c:v", "libx264", str(path))
    return path


def video_of(path: Path) -> VideoStream:
    found = probe(path).video
    assert found is not None
    return found


def sampled(path: Path, folder: Path) -> Samples:
    return sampling.sample(path, video_of(path), load_limits(), folder, GPU)


def test_a_gpu_gives_the_same_pictures(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_gpu(monkeypatch)
    video = video_of(clip)
    here = list(small_frames.on_cpu(clip, video, DecodeDamage()))
    there = list(small_frames.on_gpu(clip, video, DecodeDamage()))
    assert [one.time for one in here] == [one.time for one in there]
    for one, other in zip(here, there, strict=True):
        assert np.array_equal(one.thumb, other.thumb)
        assert (one.sample is None) == (other.sample is None)
        assert one.sample is None or np.array_equal(one.sample, other.sample)


def test_turned_sources_are_upright(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_gpu(monkeypatch)
    plain, turned = media.video(tmp_path / "v.mp4", 1, "320x180", "25", False), tmp_path / "turned.mp4"
    media.run("-display_rotation", "-90", "-i", str(plain), "-c", "copy", str(turned))
    assert next(iter(sampled(turned, tmp_path)))[1].shape == (320, 180, 3)


def test_later_steps_get_the_tensor_that_sampling_made(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = fake_gpu(monkeypatch)
    samples = sampled(clip, tmp_path)
    assert (samples.record.device, samples.record.device_fallback) == (NAME, None)
    assert samples.held is not None
    assert samples.held.on_gpu is not None
    tensor = holder.use(samples.held.on_gpu)
    assert tensor is not None
    stored = np.stack([image for _, image in Samples(samples.record, samples.pictures, samples.thumbs)])
    assert np.array_equal(tensor.numpy(), stored), "what is held is what the store has"
    used: list[Any] = []
    monkeypatch.setattr(
        focus, "details", lambda pictures, noise, real=focus.details: used.append(pictures) or real(pictures, noise)
    )
    found = focus.find(samples)
    assert used[0] is tensor
    assert found.device == NAME


def test_a_stored_result_equals_a_fresh_one(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after the pictures left the GPU: another process, or another source that needed the memory."""
    holder = fake_gpu(monkeypatch)
    samples = sampled(clip, tmp_path)
    fresh = focus.find(samples)
    holder.clear()
    evicted = focus.find(samples)
    stored = focus.find(Samples(samples.record, samples.pictures, samples.thumbs))
    assert (fresh.device, evicted.device, stored.device) == (NAME, "cpu", "cpu")
    assert evicted.points == stored.points
    assert [one.box for one in fresh.points] == [one.box for one in stored.points]
    assert (fresh.people, fresh.texts) == (stored.people, stored.texts)


def test_faces_are_found_on_the_gpu(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = fake_gpu(monkeypatch)
    samples = sampled(clip, tmp_path)
    found, summary = faces.find(samples)
    holder.clear()
    wanted, by_cpu = faces.find(samples)
    assert (summary.device, by_cpu.device) == (NAME, "cpu")
    assert summary.model_copy(update={"device": "cpu"}) == by_cpu
    assert summary.with_face == summary.samples
    for one, other in zip(found, wanted, strict=True):
        assert one.time == other.time
        assert one.box.centre == pytest.approx(other.box.centre, abs=5e-5)


def test_tones_are_measured_on_the_gpu_where_the_pictures_are(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one by one where they are too small, or the GPU fails, which the record says."""
    wanted = sampling.sample(clip, video_of(clip), load_limits(), tmp_path).record
    fake_gpu(monkeypatch)
    found = sampled(clip, tmp_path).record
    assert found.tones.darkest == pytest.approx(wanted.tones.darkest, abs=0.009)
    monkeypatch.setattr(gpu_light, "SIDE", 1000)
    assert sampled(clip, tmp_path).record.tones == wanted.tones
    monkeypatch.undo()
    fake_gpu(monkeypatch)

    def lost(_: Any) -> Any:
        raise RuntimeError("CUDA error: the device is lost")

    monkeypatch.setattr(gpu_light, "measure", lost)
    samples = sampled(clip, tmp_path)
    assert samples.record.tones == wanted.tones
    assert samples.record.device_fallback == (
        f"tones were measured by the CPU: {NAME} cannot be used (CUDA error: the device is lost)"
    )
    assert samples.on_gpu(list) == (None, None)


def test_what_the_gpu_does_not_decode_is_decoded_by_the_cpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_gpu(monkeypatch)
    path = media.video(tmp_path / "v.mp4", 1, "320x180", "25", False, "-pix_fmt", "yuv422p")
    monkeypatch.setattr(nvdec, "in_gpu_memory", lambda frame: False)
    record = sampled(path, tmp_path).record
    assert record == sampling.sample(path, video_of(path), load_limits(), tmp_path).record.model_copy(
        update={"device_fallback": f"{NAME}: it does not decode h264 of this kind (nv12)"}
    )


def test_a_damaged_file_is_measured_by_the_cpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_gpu(monkeypatch)
    whole = media.video(tmp_path / "v.mp4", 6, "320x180", "25", False, "-movflags", "+faststart", "-g", "25")
    data = bytearray(whole.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 2000] = bytes(2000)
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(data)
    found = sampled(damaged, tmp_path).record
    assert found.device == "cpu"
    assert "damaged" in (found.device_fallback or "")
    plain = sampling.sample(damaged, video_of(damaged), load_limits(), tmp_path).record
    assert (found.damaged, found.lost_seconds) == (plain.damaged, plain.lost_seconds)
    assert found.damaged


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("CUDA out of memory. Tried to allocate 2 GiB", "ran out of memory"),
        ("CUDA error: device lost", "cannot be used"),
    ],
)
def test_a_gpu_that_fails_midway_leaves_the_file_to_the_cpu(
    message: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_gpu(monkeypatch)
    path = media.video(tmp_path / "v.mp4", 4, "320x180", "25", False)

    def failing(*source: Any) -> Iterator[tuple[float, Any]]:
        for number, found in enumerate(two_planes(*source)):
            if number == 50:
                raise RuntimeError(message)
            yield found

    monkeypatch.setattr(nvdec, "decode", failing)
    samples = sampled(path, tmp_path)
    assert samples.record.device == "cpu"
    assert said in (samples.record.device_fallback or "")
    assert len(list(samples.every_frame())) == samples.record.frames == 100
    plain = sampling.sample(path, video_of(path), load_limits(), tmp_path)
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(samples, plain, strict=True))


def test_a_gpu_that_is_lost_after_sampling_costs_nothing_but_time(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = fake_gpu(monkeypatch)
    samples = sampled(clip, tmp_path)
    wanted = focus.find(Samples(samples.record, samples.pictures, samples.thumbs))

    def lost(*_: Any) -> Any:
        raise RuntimeError("CUDA error: the device is lost")

    monkeypatch.setattr(gpu_faces, "faces", lost)
    summary = faces.find(samples)[1]
    assert (summary.device, summary.with_face) == ("cpu", summary.samples)
    assert summary.device_fallback == f"{NAME} cannot be used (CUDA error: the device is lost)"
    assert samples.on_gpu(list) == (None, None), "a GPU that failed is not asked again"
    samples = sampled(clip, tmp_path)
    monkeypatch.setattr(focus, "details", lost)
    found = focus.find(samples)
    assert found.points == wanted.points
    assert found.device == "cpu"
    assert found.device_fallback == f"{NAME} cannot be used (CUDA error: the device is lost)"
    assert samples.held is not None
    assert samples.held.on_gpu is not None
    assert holder.use(samples.held.on_gpu) is None


@pytest.mark.parametrize("why", ["the device is lost", "the samples have more than 0 MiB"])
def test_samples_that_are_not_on_the_gpu_leave_later_steps_to_the_cpu_and_say_so(
    why: str, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = fake_gpu(monkeypatch)
    wanted = sampled(clip, tmp_path).record

    def lost(*_: Any) -> Any:
        raise RuntimeError("CUDA error: the device is lost")

    if "lost" in why:
        monkeypatch.setattr(holder, "hold", lost)
    else:
        monkeypatch.setattr(sampling, "MEMORY_BYTES", 1)
    samples = sampled(clip, tmp_path)
    assert samples.on_gpu(list) == (None, None)
    assert (samples.record.device, samples.record.samples) == (NAME, wanted.samples)
    assert samples.record.device_fallback is not None
    assert samples.record.device_fallback.startswith("later steps use the CPU: ")
    assert why in samples.record.device_fallback


def test_a_video_stream_knows_its_size() -> None:
    video = VideoStream(index=0, codec="h264", width=1440, height=1080, pixel_format="yuv420p", sample_aspect=4 / 3)
    assert small_frames.sample_size(video) == (480, 270)
