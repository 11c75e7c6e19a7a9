"""What a GPU gains, and whether its results agree with those of the CPU: ``python -m benchmarks.gpu [CLIP…]``.

Without a GPU that Pytoon can use, it says why and ends with exit code 3. Without clips it makes some from the sample:
1080p in H.264, HEVC, HEVC with 10 bits, VP9 and AV1. Prints a JSON object per line, as soon as its part is measured,
and at the end a table for the documents. A part that fails has the error in place of figures; one that has not begun
after ``--limit`` seconds is skipped. The parts are the machine, each clip, and ``whisper``:

- ``decoding``: frames per second by the CPU and by the GPU, where each frame is thrown away (goal: 5 times as many);
- ``sampling``: the same for ``sampled_frames``: decoded, scaled, stored;
- ``between_steps``: copies between host and GPU while a later step reads the pictures: of ``frames`` there are none;
- ``memory``: the most memory of the GPU that was used meanwhile, by all programs, and by torch;
- ``faces``: pictures per second in which faces are found;
- ``agreement``: levels between the samples, cuts, the part of their union that the boxes of each face share, and the
  largest distance of a crop in pixels of the video (at most 0.5);
- ``whisper``: seconds of audio per second, with a checkpoint of the size of *base* that recites a text and so needs
  no download, or with ``--weights FILE`` (goal: 8 times the CPU), and whether the words are equal.

Each figure is the median of ``--rounds``, after one round that does not count.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Literal
from unittest.mock import patch

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.recognisers import PIECE_SECONDS, RATE, TEXT, transcribed
from pytoon_pipeline.analysis.speech import transcribers
from pytoon_pipeline.analysis.speech.choice import SpeechSettings
from pytoon_pipeline.analysis.vision import faces, focus, sampling, shots
from pytoon_pipeline.analysis.vision.sampling import Samples
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.analysis import Face, Transcript
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.media import SourceMedia, VideoStream
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.intake.ingest import ingest
from pytoon_pipeline.intake.source import store_source
from pytoon_pipeline.intake.uploads import read_upload
from pytoon_pipeline.media import nvdec, video_decoding
from pytoon_pipeline.media.hardware_codecs import decoders, encoders
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.media.video_decoding import DecodeDamage
from pytoon_pipeline.operations.planning import plan_upload
from pytoon_pipeline.operations.work_ahead import analyse
from pytoon_pipeline.runtime.device import Device, choose, gpu_name
from pytoon_pipeline.runtime.gpus import measure
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.gpu import GPU, fake_gpu
from pytoon_pipeline_tests.harness.learnt_whisper import BASE, recite
from pytoon_pipeline_tests.harness.machine import machine

NO_GPU = 3
CODECS = {
    "h264": ("libx264", "yuv420p"),
    "hevc": ("libx265", "yuv420p"),
    "hevc-10": ("libx265", "yuv420p10le"),
    "vp9": ("libvpx-vp9", "yuv420p"),
    "av1": ("libsvtav1", "yuv420p"),
}
SIZE = "1920x1080"
MEMORY_POLL_SECONDS = 0.02
CPU = Device("cpu", "compared with the GPU")
# What measures one part.
Part = Callable[[], dict[str, Any]]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pieces", type=int, default=8, help="pieces of 29 s for Whisper")
    parser.add_argument("--seconds", type=int, default=20, help="length of the clips that it makes")
    parser.add_argument("--weights", type=Path, help="a checkpoint of Whisper")
    parser.add_argument("--limit", type=float, default=480, help="seconds after which no part begins")
    parser.add_argument(
        "--rehearse", action="store_true", help="run everything once, without a GPU; the figures say nothing"
    )
    options = parser.parse_args()
    if options.rehearse:
        parser.set_defaults(rounds=1, pieces=1, seconds=2)
        options = parser.parse_args()
    with rehearsal() if options.rehearse else nullcontext(choose("auto")) as device:
        if device.kind != "cuda":
            print(json.dumps({"gpu": None, "reason": device.reason, "machine": machine()}, indent=2))
            print(f"No GPU can be used: {device.reason}. Nothing was measured.", file=sys.stderr)
            return NO_GPU
        compare_all(options, device)
    return 0


def compare_all(options: argparse.Namespace, device: Device) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        clips = dict.fromkeys(CODECS) if not options.clips else {clip.name: clip for clip in options.clips}
        parts: dict[str, Part] = {
            "machine": lambda: {"reason": device.reason, "decoders": decoders(), "encoders": encoders()} | machine(),
            "whisper": lambda: recognised(options.weights, folder, options.pieces, options.rounds),
        }
        for name, clip in clips.items():
            parts[name] = partial(
                compared, clip or partial(made, folder, name, options.seconds), folder, device, options.rounds
            )
        print(f"\n{table(gpu_name(), measured(parts, time.monotonic() + options.limit))}")


@contextmanager
def rehearsal() -> Iterator[Device]:
    """A GPU that is played by the CPU, as in the tests: every line of the parts runs."""
    import torch

    with pytest.MonkeyPatch.context() as monkeypatch:
        fake_gpu(monkeypatch)
        for name in ("reset_peak_memory_stats", "max_memory_allocated"):
            monkeypatch.setattr(torch.cuda, name, lambda: 0)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda number=0: "played by the CPU")
        yield GPU


def measured(parts: Mapping[str, Part], end: float) -> dict[str, dict[str, Any]]:
    """The figures of each part, which are printed at once. No part begins after ``end`` on the monotonic clock."""
    found: dict[str, dict[str, Any]] = {}
    for name, part in parts.items():
        began = time.monotonic()
        if began > end:
            found[name] = {"skipped": "no time was left"}
        else:
            try:
                found[name] = part()
            except (ArithmeticError, LookupError, OSError, PytoonError, RuntimeError, TypeError, ValueError) as error:
                found[name] = {"failed": f"{type(error).__name__}: {error}"}
        seconds = round(time.monotonic() - began, 1)
        print(json.dumps({"part": name, "seconds": seconds, **found[name]}, ensure_ascii=False), flush=True)
    return found


def table(gpu: str, found: Mapping[str, Mapping[str, Any]]) -> str:
    """The comparisons of all parts in Markdown: what the CPU and the GPU do per second."""
    rows = [f"| {gpu} | CPU | GPU | ratio |", "|---|---|---|---|"]
    for part, figures in found.items():
        for name, one in figures.items():
            if isinstance(one, dict) and "ratio" in one:
                cpu, gpu_rate = (median(one[kind]) if one[kind] else "–" for kind in ("cpu", "gpu"))
                rows.append(f"| {part}: {name} | {cpu} | {gpu_rate} | {one['ratio'] or '–'} |")
    return "\n".join(rows)


def made(folder: Path, codec: str, seconds: int) -> Path:
    """The sample in a loop of so many seconds, in one codec."""
    path, (encoder, pixels) = folder / f"{codec}.mkv", CODECS[codec]
    media.run(
        "-stream_loop", "-1", "-i", str(media.SAMPLE), "-t", str(seconds), "-s", SIZE, "-an",
        "-c:v", encoder, "-pix_fmt", pixels, "-b:v", "6M", str(path),
    )  # fmt: skip
    return path


def compared(source: Path | Callable[[], Path], folder: Path, device: Device, rounds: int) -> dict[str, Any]:
    """All figures of one clip."""
    clip = source if isinstance(source, Path) else source()
    video = probe(clip).video
    assert video is not None
    with memory_watched() as memory:
        samples = {one.kind: sample(clip, video, folder, one) for one in (CPU, device)}
        on_gpu = samples[device.kind]
        picture_bytes = on_gpu.record.width * on_gpu.record.height * 3
        between = copies(lambda: (focus.points_on_gpu(on_gpu), faces.find(on_gpu)), picture_bytes)
    refused = on_gpu.record.device_fallback
    decoded = {
        "cpu": rate(lambda: count(video_decoding.decode(clip, video, DecodeDamage())), rounds),
        "gpu": None if refused else rate(lambda: count(nvdec.decode(clip, video, DecodeDamage())), rounds),
    }
    sampled = {
        name: rate(partial(sampled_frames, clip, video, folder, used), rounds)
        for name, used in (("cpu", CPU), ("gpu", device))
    }
    looked = {
        name: rate(partial(searched, samples[kind]), rounds) for name, kind in (("cpu", "cpu"), ("gpu", device.kind))
    }
    return {
        "video": f"{video.codec} {video.width}×{video.height}",
        "refused": refused,
        "decoding": compare(decoded),
        "sampling": compare(sampled),
        "faces": compare(looked),
        "between_steps": between,
        "memory": memory,
        "agreement": agreement(samples["cpu"], on_gpu) | {"crop_pixels": crop_distance(clip, folder)},
    }


def sample(clip: Path, video: VideoStream, folder: Path, device: Device) -> Samples:
    room = folder / device.kind
    room.mkdir(exist_ok=True)
    return sampling.sample(clip, video, load_limits(), room, device)


def sampled_frames(clip: Path, video: VideoStream, folder: Path, device: Device) -> int:
    return sample(clip, video, folder, device).record.frames


def searched(samples: Samples) -> int:
    """Searches faces in samples. Returns how many samples there are."""
    return faces.find(samples)[1].samples


def rate(work: Callable[[], float], rounds: int) -> list[float]:
    """What ``work`` returns per second, in each round but the first."""
    found = []
    for turn in range(rounds + 1):
        began = time.perf_counter()
        done = work()
        if turn:
            found.append(round(done / (time.perf_counter() - began), 1))
    return found


def count(frames: Iterator[Any]) -> int:
    return sum(1 for _ in frames)


def compare(rates: Mapping[str, list[float] | None]) -> dict[str, object]:
    cpu, gpu = (median(found) if (found := rates[name]) else None for name in ("cpu", "gpu"))
    return {**rates, "ratio": round(gpu / cpu, 2) if cpu and gpu else None}


def copies(step: Callable[[], object], picture_bytes: int) -> dict[str, object]:
    """Copies between host and GPU while ``step`` runs: number, bytes, and how many are as large as a picture."""
    from torch.profiler import ProfilerActivity, profile

    # The first time, weights of networks are copied as well.
    step()
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiler:
        step()
    with tempfile.TemporaryDirectory() as room:
        trace = Path(room) / "trace.json"
        profiler.export_chrome_trace(str(trace))
        events = json.loads(trace.read_text())["traceEvents"]
    sizes = {
        direction: [
            event["args"]["bytes"] for event in events if event.get("name", "").startswith(f"Memcpy {direction}")
        ]
        for direction in ("HtoD", "DtoH")
    }
    return {
        "frames": sum(size >= picture_bytes for found in sizes.values() for size in found),
        **{f"{name}_copies": len(found) for name, found in sizes.items()},
        **{f"{name}_bytes": sum(found) for name, found in sizes.items()},
    }


def agreement(cpu: Samples, gpu: Samples) -> dict[str, object]:
    """How far the pictures of both devices differ, and what is found in them."""
    levels = [np.abs(a.astype(int) - b) for (_, a), (_, b) in zip(cpu, gpu, strict=True)]
    fps = cpu.record.frames / cpu.record.seconds
    cuts = [shots.find(one.every_frame(), fps).cuts for one in (cpu, gpu)]
    return {
        "mean_levels": round(float(np.mean([one.mean() for one in levels])), 3),
        "largest_levels": int(max(one.max() for one in levels)),
        "same_frames": cpu.record.frames == gpu.record.frames,
        "same_cuts": cuts[0] == cuts[1],
        "faces": face_agreement(*(faces.find(one)[0] for one in (cpu, gpu))),
    }


def face_agreement(cpu: Sequence[Face], gpu: Sequence[Face]) -> dict[str, object]:
    """How many faces each device found, and the least part of the union of both boxes that those of a face share."""
    shared = [max((_shared(one.box, other.box) for other in gpu if other.time == one.time), default=0.0) for one in cpu]
    return {"cpu": len(cpu), "gpu": len(gpu), "least_shared": round(min(shared, default=1.0), 5)}


def _shared(one: Box, other: Box) -> float:
    inside = one.share_inside(other) * one.area
    return inside / (one.area + other.area - inside)


def crop_distance(clip: Path, folder: Path) -> float:
    """The largest distance between crops of the plans after an analysis on each device, in pixels of the video."""
    plans = [planned(clip, folder / f"home-{clip.stem}-{kind}", kind) for kind in ("cpu", "auto")]
    edges = [np.array(list(crops(plan))) for plan in plans]
    return round(float(np.abs(edges[0] - edges[1]).max()), 3) if edges[0].size else 0.0


def planned(clip: Path, root: Path, device: str) -> RenderSpec:
    home = Home(root)
    store = Store(home.store, home.work, 0)
    upload = ingest(home, store, read_upload(clip), pending=False)[0]
    with patch.dict(os.environ, {"PYTOON_DEVICE": device}):
        analysed = analyse(home, store, upload)
    brand = Request.model_validate(upload.asked).brand
    source = store_source(store, upload, brand).artifact.read(SourceMedia)
    return plan_upload(store, source, analysed.resolved, analysed.results).artifact.read(RenderSpec)


def crops(plan: RenderSpec) -> Iterator[tuple[float, float]]:
    """The left and upper edge of each crop at each frame, in pixels of the video."""
    for scene in plan.scenes:
        for layer in (one for one in scene.layers if isinstance(one, VideoLayer)):
            for frame in range(scene.frames):
                box = crop_at(layer.crop_path, frame, scene.start + frame)
                yield box.x / box.width * layer.width, box.y / box.height * layer.height


@contextmanager
def memory_watched() -> Iterator[dict[str, float]]:
    """The most memory of the GPU in GB that is used inside the block: by all programs, and by torch."""
    import torch

    found, done = {"all_programs_gb": 0.0, "torch_gb": 0.0}, threading.Event()

    def watch() -> None:
        while not done.wait(MEMORY_POLL_SECONDS):
            used = sum(one.used_bytes for one in measure()) / 1e9
            found["all_programs_gb"] = round(max(found["all_programs_gb"], used), 3)

    torch.cuda.reset_peak_memory_stats()
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()
        found["torch_gb"] = round(torch.cuda.max_memory_allocated() / 1e9, 3)


def recognised(weights: Path | None, folder: Path, pieces: int, rounds: int) -> dict[str, Any]:
    """Each program that runs Whisper, on the CPU and on the GPU: seconds of audio per second."""
    name = str(weights) if weights else "benchmark"
    if weights is None:
        recite(folder / f"{name}.pt", TEXT, BASE)
    recordings = np.random.default_rng(3).normal(0, 2000, (pieces, PIECE_SECONDS * RATE)).astype(np.int16)
    return {engine: _recognised(engine, name, folder, recordings, rounds) for engine in ("whisper", "faster-whisper")}


def _recognised(
    engine: Literal["whisper", "faster-whisper"], name: str, folder: Path, recordings: NDArray[np.int16], rounds: int
) -> dict[str, object]:
    found: dict[str, Transcript] = {}

    def transcribe(kind: str) -> float:
        choice = transcribers.choose(SpeechSettings(engine, name, folder, gpu=kind == "gpu"))
        found[kind] = transcribed(choice, recordings, len(os.sched_getaffinity(0)))
        return recordings.size / RATE

    rates = {kind: rate(partial(transcribe, kind), rounds) for kind in ("cpu", "gpu")}
    return {
        **compare(rates),
        "devices": {kind: f"{one.device}, {one.precision}" for kind, one in found.items()},
        "same_words": len({tuple(word.text for word in one.words) for one in found.values()}) == 1,
    }


if __name__ == "__main__":
    sys.exit(main())
