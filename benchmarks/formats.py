"""All outputs of one talk in one command: what they cost above the encode floors, and whether each is as it should be.

``python -m benchmarks.formats TALK [--seconds 42] [--outputs LIST] [--floor-seconds 4]``. The outputs are rendered into
an empty home; then one word of a caption is changed, and they are rendered again. Wall time is that of the commands
with all imports, processor time that of all their threads. The floor of an output is the processor time of encoding its
finished frames from memory with its own settings, measured on its first seconds. ``repeated_analyses`` are stages of
analysis that a second output computed again; ``heads_inside`` is the share of frames with a head that show it
(``benchmarks.framing``).
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.framing import measure, picture_of, reference
from benchmarks.word_edit import KEEP_SILENCE, change_word, timed
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.media.encoder import ENCODERS
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline_tests.harness.cost import cost_of
from pytoon_pipeline_tests.harness.encode_floor import TAGGED, in_memory
from pytoon_pipeline_tests.harness.machine import machine

OUTPUTS = "9:16, 4:5, 1:1, 16:9"
SHARED = {"metadata", "transcription", "sampled_frames", "face_detections", "focal_points", "shots", "silence_segments"}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("talk", type=Path)
    parser.add_argument("--seconds", type=float, default=42)
    parser.add_argument("--outputs", default=OUTPUTS)
    parser.add_argument("--floor-seconds", type=float, default=4)
    options = parser.parse_args()
    request = ("--set", f"max_seconds={options.seconds:g}", "--output", options.outputs, *KEEP_SILENCE)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        cold, first = timed(folder, "render", str(options.talk), *request)
        outputs = list(described(answers(first), options.talk, folder, options.floor_seconds))
        text = folder / "talk.txt"
        timed(folder, "transcript", first["name"], "--export", str(text))
        words = change_word(text)
        apply, _ = timed(folder, "transcript", first["name"], "--apply", str(text))
        edit, second = timed(folder, "render", str(options.talk), *request)
    floor = sum(one["floor"] for one in outputs)
    print(json.dumps({
        "cold": cold,
        "floors": round(floor, 2),
        "times_the_floors": round(cold["processor"] / floor, 3),
        "repeated_analyses": sorted(set.union(*(computed(one) & SHARED for one in answers(first)[1:]), set())),
        "edit": {"words": words, "apply": apply, "render": edit},
        "edit_share": round((apply["processor"] + edit["processor"]) / cold["processor"], 4),
        "edited_segments": [one["segments"] for one in answers(second)],
        "outputs": outputs,
        "machine": machine(),
    }, indent=2))  # fmt: skip
    return 0


def answers(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers for all outputs of a command."""
    return [result, *result["other_outputs"]]


def computed(result: dict[str, Any]) -> set[str]:
    """The stages that were computed for an output."""
    return {one["name"] for one in result["stages"] if one["status"] == "computed"}


def described(
    results: list[dict[str, Any]], talk: Path, folder: Path, floor_seconds: float
) -> Iterator[dict[str, Any]]:
    """The figures of each output."""
    rows, picture, video = reference(talk, folder), picture_of(talk), probe(talk).video
    assert video is not None
    assert video.average_rate is not None
    for result in results:
        spec = RenderSpec.model_validate_json(Path(result["spec"]).read_text())
        framing = measure(result["name"], spec, rows, float(video.average_rate.fraction), picture)
        yield {
            "name": result["name"],
            "size": spec.frame_size,
            "codec": spec.codec,
            "seconds": result["video_seconds"],
            "floor": round(floor_of(Path(result["video"]), spec, floor_seconds), 2),
            "heads_inside": framing.inside,
            "all_heads_inside": framing.all_inside,
            "findings": [one["code"] for one in result["qc"]["findings"]],
            "platforms_broken": broken(Path(result["post"])),
        }


def floor_of(video: Path, spec: RenderSpec, seconds: float) -> float:
    """Processor seconds that encoding all frames of ``video`` takes, from those of its first ``seconds``."""
    frames = min(spec.frames, spec.rate.nearest(seconds))
    size = "x".join(map(str, spec.frame_size))
    planes = ["-f", "rawvideo", "-pix_fmt", "yuv420p"]
    settings = [
        text for name, value in ENCODERS[spec.codec].options(spec.rate).items() for text in (f"-{name}", str(value))
    ]
    with in_memory() as folder:
        raw, out = folder / "raw.yuv", folder / "out.mp4"
        ffmpeg.run(["-v", "error", "-i", str(video), "-frames:v", str(frames), *planes, str(raw)], timeout=600)
        command = [
            ffmpeg.program(), "-v", "error", *planes, "-s", size, "-r", str(spec.rate.fraction), "-i", str(raw),
            "-vf", TAGGED, *settings, str(out),
        ]  # fmt: skip
        return (
            cost_of(lambda: subprocess.run(command, check=True, stderr=subprocess.DEVNULL)).cpu * spec.frames / frames
        )


def broken(post: Path) -> dict[str, list[str]]:
    """The limits that a version breaks, by platform."""
    platforms = json.loads(post.read_text())["platforms"]
    return {one["platform"]: [each["code"] for each in one["violations"]] for one in platforms if one["violations"]}


if __name__ == "__main__":
    sys.exit(main())
