"""Whether dividing a video into segments costs quality: the joined file against one uninterrupted encode.

``python -m benchmarks.segment_joins``. Both encode the same frames with the same settings. VMAF is measured by ffmpeg's
libvmaf against those frames; it is also compared separately around the joins, where a visible step would show.
"""

import json
import re
import statistics
from pathlib import Path

from benchmarks.render import rendered
from pytoon_pipeline.contracts.spec.render_spec import Segment
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.rendering import concat, stages
from pytoon_pipeline.rendering.compositor import compose
from pytoon_pipeline.rendering.segment_plan import plan_segment
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.encode_floor import TAGGED, encode, in_memory
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.timelines import Timeline, footage, stills

# Frames on each side of a join.
AROUND = 3


def vmaf(video: Path, raw: Path, log: Path) -> list[float]:
    """VMAF of each frame against the raw frames."""
    graph = f"[1:v]{TAGGED}[raw];[0:v][raw]libvmaf=log_path={log}:log_fmt=csv:n_threads=2"
    ffmpeg.run([
        "-v", "error", "-i", str(video), "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "1080x1920", "-r", "30",
        "-i", str(raw), "-lavfi", graph, "-f", "null", "-",
    ])  # fmt: skip
    lines = log.read_text().splitlines()
    column = lines[0].split(",").index("vmaf")
    return [float(line.split(",")[column]) for line in lines[1:]]


def stream_bytes(video: Path) -> int:
    import av

    with av.open(str(video)) as container:
        return sum(packet.size for packet in container.demux(video=0))


def measure(line: Timeline, folder: Path) -> dict[str, object]:
    raw = folder / "raw.yuv"
    whole = Segment(start=0, frames=line.spec.frames)
    with raw.open("wb") as file:
        for sheet in compose(plan_segment(line.spec, whole, line.sources), line.sources):
            for plane in (sheet.y, sheet.u, sheet.v):
                file.write(plane.tobytes())
    _, files = rendered(line, folder / "parts")
    store = Store(folder / "sound", folder / "work")
    quiet = store.path(stages.mix_audio(store, line.spec, {}).artifact.files["audio"])
    joined, one = folder / "joined.mp4", folder / "one.mp4"
    concat.join(line.spec, files, quiet, joined)
    encode(raw, 0, line.spec.frames, 1, one)
    ours, other = (vmaf(video, raw, folder / "log.csv") for video in (joined, one))
    edges = [segment.start for segment in line.spec.segments[1:]]
    near = sorted({f for edge in edges for f in range(edge - AROUND, edge + AROUND)})
    return {
        "joints": len(edges),
        "vmaf_joined": round(statistics.mean(ours), 3),
        "vmaf_one_encode": round(statistics.mean(other), 3),
        "vmaf_difference": round(statistics.mean(ours) - statistics.mean(other), 3),
        "vmaf_difference_around_joints": round(statistics.mean(ours[f] - other[f] for f in near), 3),
        "bytes_ratio": round(stream_bytes(joined) / stream_bytes(one), 4),
    }


def main() -> None:
    assert re.search("libvmaf", ffmpeg.run(["-v", "error", "-filters"])[0].decode())
    result: dict[str, object] = {}
    for name, make in (("stills", stills), ("footage", footage)):
        with in_memory() as folder:
            line = make(folder, captions=False) if make is stills else uncaptioned(footage(folder, 20.0))
            result[name] = measure(line, folder)
    print(json.dumps(result | {"machine": machine()}, indent=2))


def uncaptioned(line: Timeline) -> Timeline:
    """Without captions, which are not in the raw frames."""
    plan = line.spec.captions.model_copy(update={"cues": ()})
    return Timeline(line.spec.model_copy(update={"captions": plan}), line.sources)


if __name__ == "__main__":
    main()
