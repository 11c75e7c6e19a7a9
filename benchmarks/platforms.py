"""Whether finished videos are what platforms accept, measured on the files themselves.

``python -m benchmarks.platforms OUT [--seconds 5] [FOLDER …]`` renders the samples in all aspect ratios, one of them
with each preset, and some more in other resolutions, codecs and frame rates. What lies in OUT already is not rendered
again, so that a run that was interrupted goes on. All videos in OUT and in each FOLDER are checked with
``pytoon qc --platform`` against each platform that their format is meant for: one that accepts their aspect ratio,
size, codec, level and length. ``gates`` are violations for which a platform would refuse or damage a file.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.steps import step
from pytoon_pipeline.config.presets import load_platform, preset_names
from pytoon_pipeline.contracts.conformance import FileFacts
from pytoon_pipeline.contracts.platforms import PLATFORM_NAMES
from pytoon_pipeline.quality.conformance import violations
from pytoon_pipeline.quality.file_facts import file_facts
from pytoon_pipeline_tests.harness.machine import machine

SAMPLES = Path(__file__).parents[1] / "samples"
KINDS = ("hero", "many", "meme", "overlay", "text", "talk.mp4")
EVERY_ASPECT = "9:16, 4:5, 1:1, 16:9"
# A sample, its outputs, and further settings.
OTHERS = (
    ("hero", "9:16 720p, 16:9 720p, 1:1 1440p", ()),
    ("overlay", "9:16 hevc, 9:16 vp9, 9:16 av1", ()),
    ("hero", "16:9 4k", ()),
    ("overlay", "16:9 1440p hevc, 4:5 1440p av1", ()),
    ("talk.mp4", "9:16, 1:1 vp9", ("frame_rate=60",)),
    ("text", "9:16, 16:9 720p hevc", ("frame_rate=24",)),
    ("talk.mp4", "9:16", ("enhance=strong", "platform=reels")),
    ("many", "9:16", ("sound_effects=full", "platform=tiktok")),
)
# A platform that refuses one of these does not want such videos: nothing is wrong with them.
FORMAT = {"aspect", "frame_size", "video_codec", "level", "too_long", "too_short"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for n, (sample, settings) in enumerate(requests(options.seconds)):
        step(options.out, f"request-{n}", partial(rendered, options.out, n, SAMPLES / sample, settings))
    videos = sorted(
        path for folder in (options.out, *options.folders) for path in folder.rglob("*.mp4") if wanted(path, folder)
    )
    print(json.dumps(summary(videos) | {"machine": machine()}, indent=2))
    return 0


def requests(seconds: float) -> Iterator[tuple[str, list[str]]]:
    """Samples and the settings with which each is rendered, as options of the command line."""
    short = ["--set", f"max_seconds={seconds:g}"]
    yield from ((sample, ["--output", EVERY_ASPECT, *short]) for sample in KINDS)
    yield from (
        ("hero", ["--preset", name, "--set", f"variant=preset-{n}", *short]) for n, name in enumerate(preset_names())
    )
    for n, (sample, outputs, settings) in enumerate(OTHERS):
        more = [text for setting in (*settings, f"variant=other-{n}") for text in ("--set", setting)]
        yield sample, ["--output", outputs, *more, *short]


def rendered(out: Path, number: int, sample: Path, settings: list[str]) -> str | None:
    """Renders a sample into a folder of ``out``. Returns the error code, if any."""
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", str(sample), *settings, "--json"]
    environment = {"PYTOON_TRANSCRIBER": "pocketsphinx", **os.environ, "PYTOON_HOME": str(out / "home")}
    folder = ["--out", str(out / f"videos-{number}")]
    done = subprocess.run([*command, *folder], stdout=subprocess.PIPE, env=environment, check=False)
    error = json.loads(done.stdout)["error"]
    return error and str(error["code"])


def wanted(path: Path, folder: Path) -> bool:
    """Whether a file in ``folder`` is a finished video: not one of a home's own."""
    return "home" not in path.relative_to(folder).parts


def summary(videos: list[Path]) -> dict[str, Any]:
    """What all platforms find in ``videos``."""
    checks = meant = 0
    gates: dict[str, list[str]] = {}
    advice: Counter[str] = Counter()
    for video in videos:
        facts = file_facts(video)
        for name in PLATFORM_NAMES:
            checks += 1
            found = violations(facts, load_platform(name))
            if any(one.code in FORMAT for one in found):
                continue
            meant += 1
            advice.update(one.code for one in found if one.severity == "advice")
            if broken := [one.message for one in found if one.severity == "gate"]:
                gates[f"{described(video, facts)} on {name}"] = broken
    return {"videos": len(videos), "checks": checks, "meant_for": meant, "gates": gates, "advice": dict(advice)}


def described(video: Path, facts: FileFacts) -> str:
    return f"{video.name} ({facts.width}×{facts.height} {facts.video_codec})"


if __name__ == "__main__":
    sys.exit(main())
