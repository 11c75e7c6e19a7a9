"""Cold rendering of whole plans as multiples of the floor, side by side in one run, clip by clip.

``python -m benchmarks.render [--runs N] [--seconds N] [--plans FOLDER] [--only NAME,…] [PATH…]``. The clips are
generated stills and footage, those of ``benchmarks.clips``, and the named files and folders. The floor is encoding the
finished frames from memory, by the faster of two methods, and decoding each source frame that is shown once. The plan
of a clip is what the product makes of it; with ``--plans`` plans are kept, so that two checkouts render the same.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.clips import default_clips, named_clips
from benchmarks.plans import NoPlan, planned
from pytoon_pipeline.contracts.media import MediaInfo
from pytoon_pipeline.media.encoder import PICTURE
from pytoon_pipeline.rendering import concat, stages
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.cost import cost_of, ratios, spreads
from pytoon_pipeline_tests.harness.decode_floor import decode_floor
from pytoon_pipeline_tests.harness.encode_floor import decoded, encode_floor, in_memory
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.timelines import Timeline, footage, stills

GENERATED: dict[str, Callable[[Path], Timeline]] = {"stills": stills, "footage": footage}


def rendered(line: Timeline, folder: Path) -> tuple[float, list[Path]]:
    """Seconds that all segments take in an empty store, and their files."""
    store = Store(folder / "store", folder / "work")
    began = time.perf_counter()
    done = stages.render_segments(store, line.spec, line.sources, lambda ready, total: None)
    seconds = time.perf_counter() - began
    return seconds, [store.path(one.artifact.files["video"]) for one in done]


def joined(line: Timeline, folder: Path, out: Path) -> None:
    """Renders all segments in an empty store and joins them with silence."""
    _, files = rendered(line, folder)
    store = Store(folder / "store", folder / "work")
    silent = line.spec.model_copy(update={"audio": line.spec.audio.model_copy(update={"tracks": ()})})
    quiet = store.path(stages.mix_audio(store, silent, {}).artifact.files["audio"])
    concat.join(silent, files, quiet, out)


def measure(line: Timeline, folder: Path, runs: int) -> dict[str, object]:
    video, raw = folder / "video.mp4", folder / "raw.yuv"
    joined(line, folder / "first", video)
    frames = decoded(video, raw)
    assert frames == line.spec.frames
    floors, decodes, ours = [], [], []
    for run in range(runs):
        decoding = decode_floor(line)
        floors.append(encode_floor(raw, frames, line.spec.rate) + decoding)
        decodes.append(decoding)
        ours.append(cost_of(partial(rendered, line, folder / f"run-{run}")))
    raw.unlink()
    seconds = float(frames / line.spec.rate.fraction)
    return {
        "source": sorted({_described(source.info) for source in line.sources.values()}),
        "frames": frames,
        "segments": len(line.spec.segments),
        "floor_seconds": spreads(floors),
        "of_it_decoding": spreads(decodes),
        "render_seconds": spreads(ours),
        "render_over_floor": ratios(ours, floors),
        "times_real_time": round(seconds / statistics.median(one.wall for one in ours), 2),
    }


def _described(info: MediaInfo) -> str:
    video = info.video
    if video is None:
        return f"{info.display_size[0]:g}×{info.display_size[1]:g} picture"
    rate = f"{float(video.average_rate.fraction):.4g} per second" if video.average_rate else "no rate"
    return f"{video.width}×{video.height} {rate} {video.codec} {video.pixel_format} {video.matrix} {video.dynamic}"


def cases(given: argparse.Namespace, plans: Path) -> Iterator[tuple[str, str, Callable[[Path], Timeline]]]:
    """What is rendered: name, origin, and how its plan is made in a folder."""
    only = set(filter(None, given.only.split(",")))
    for name, make in GENERATED.items():
        if not only or name in only:
            yield name, "generated", make
    for clip in default_clips() + named_clips(given.paths):
        if not only or clip.name in only:
            yield clip.name, clip.origin, lambda folder, path=clip.path: planned(path, plans, given.seconds)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    # Finished frames are kept in memory, 3 MB each.
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--plans", type=Path)
    parser.add_argument("--only", default="")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    result: dict[str, object] = {}
    with TemporaryDirectory() as temporary:
        for name, origin, make in cases(given, given.plans or Path(temporary)):
            try:
                with in_memory() as folder:
                    found = measure(make(folder), folder, given.runs)
            except NoPlan as reason:
                found = {"rejected": str(reason)}
            result[name] = {"origin": origin} | found
            print(name, json.dumps(found.get("render_over_floor", found)), file=sys.stderr, flush=True)
    print(json.dumps(result | {"encoder": PICTURE.model_dump(mode="json"), "machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
