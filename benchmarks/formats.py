"""All outputs of one talk in one command: what they cost above the encode floors, and whether each is as it should be.

``python -m benchmarks.formats TALK [--seconds 42] [--outputs LIST] [--floor-seconds 4] [--out FOLDER]``. With
``--out``, a run that was interrupted goes on: results of steps that ended are kept there. One command renders all
outputs into an empty home; then one word of a caption is changed, and one command renders them all again. Wall time is
that of the command with all imports, processor time that of all its processes. ``analysis_seconds`` is how long each
analysis took, as the stages report it: the outputs share it. The floor of an output is the processor time of encoding
its finished frames from memory with its own settings, measured on its first seconds. ``repeated_analyses`` are stages
of analysis that another output computed again; ``heads_inside`` is the share of frames with a head that show it
(``benchmarks.framing``).
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.framing import measure, picture_of, reference
from benchmarks.steps import step
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
    parser.add_argument("--out", type=Path, help="a folder that is kept; by default a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print(json.dumps(figures(options.talk, folder, options), indent=2))
    return 0


def figures(talk: Path, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """All figures. Each step is kept in ``folder`` and not done again."""
    request = ("--set", f"max_seconds={options.seconds:g}", *KEEP_SILENCE)

    def render(outputs: str) -> tuple[dict[str, float], dict[str, Any]]:
        return timed(folder, "render", str(talk), *request, "--output", outputs)

    def cold_render() -> tuple[dict[str, float], dict[str, Any]]:
        # What an interrupted render has stored is not paid for again.
        shutil.rmtree(folder / "home", ignore_errors=True)
        return render(options.outputs)

    cold, first = step(folder, "cold", cold_render)
    results = answers(first)
    floors = {
        one["name"]: step(folder, f"floor-{n}", partial(floor_of, one, options.floor_seconds))
        for n, one in enumerate(results)
    }
    outputs = step(folder, "outputs", lambda: described(results, talk, folder))
    text = folder / "talk.txt"
    name = results[0]["name"]
    words = step(folder, "words", lambda: exported_and_changed(folder, name, text))
    apply, _ = step(folder, "apply", lambda: timed(folder, "transcript", name, "--apply", str(text)))
    edit, second = step(folder, "edit", lambda: render(options.outputs))
    return {
        "cold": cold,
        "analysis_seconds": analysis_seconds(results),
        "floors": floors,
        "times_the_floors": round(cold["processor"] / sum(floors.values()), 3),
        "repeated_analyses": repeated(results),
        "edit": {"words": words, "apply": apply, "render": edit},
        "edit_share": round((apply["processor"] + edit["processor"]) / cold["processor"], 4),
        "edited_segments": [one["segments"] for one in answers(second)],
        "outputs": outputs,
        "machine": machine(),
    }


def exported_and_changed(folder: Path, name: str, text: Path) -> list[str]:
    """Writes the transcript with one word changed: what it was, and what it is."""
    timed(folder, "transcript", name, "--export", str(text))
    return change_word(text)


def answers(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers for all outputs of a command."""
    return [result, *result["other_outputs"]]


def computed_analyses(result: dict[str, Any]) -> dict[str, float]:
    """The stages of analysis that were computed for an output, and the seconds of each."""
    stages = (one for one in result["stages"] if one["status"] == "computed" and one["name"] in SHARED)
    return {one["name"]: one["seconds"] for one in stages}


def analysis_seconds(results: list[dict[str, Any]]) -> dict[str, float]:
    """The seconds that each analysis took for all outputs together."""
    seconds = Counter[str]()
    for result in results:
        seconds.update(computed_analyses(result))
    return {name: round(value, 2) for name, value in seconds.items()}


def repeated(results: list[dict[str, Any]]) -> list[str]:
    """The analyses that more than one output computed."""
    times = Counter(name for result in results for name in computed_analyses(result))
    return sorted(name for name, count in times.items() if count > 1)


def described(results: list[dict[str, Any]], talk: Path, folder: Path) -> list[dict[str, Any]]:
    """What each output shows, and what was found in it."""
    rows, picture, video = reference(talk, folder), picture_of(talk), probe(talk).video
    assert video is not None
    assert video.average_rate is not None
    found = []
    for result in results:
        spec = spec_of(result)
        framing = measure(result["name"], spec, rows, float(video.average_rate.fraction), picture)
        found.append({
            "name": result["name"],
            "size": spec.frame_size,
            "codec": spec.codec,
            "seconds": result["video_seconds"],
            "heads_inside": framing.inside,
            "all_heads_inside": framing.all_inside,
            "findings": [one["code"] for one in result["qc"]["findings"]],
            "platforms_broken": broken(Path(result["post"])),
        })  # fmt: skip
    return found


def spec_of(result: dict[str, Any]) -> RenderSpec:
    """The plan of an output."""
    return RenderSpec.model_validate_json(Path(result["spec"]).read_text())


def floor_of(result: dict[str, Any], seconds: float) -> float:
    """Processor seconds that encoding all frames of an output takes, from those of its first ``seconds``."""
    video, spec = Path(result["video"]), spec_of(result)
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
        cost = cost_of(lambda: subprocess.run(command, check=True, stderr=subprocess.DEVNULL))
    return round(cost.cpu * spec.frames / frames, 2)


def broken(post: Path) -> dict[str, list[str]]:
    """The limits that a version breaks, by platform."""
    platforms = json.loads(post.read_text())["platforms"]
    return {one["platform"]: [each["code"] for each in one["violations"]] for one in platforms if one["violations"]}


if __name__ == "__main__":
    sys.exit(main())
