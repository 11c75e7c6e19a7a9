"""Two timelines by MoviePy, by movis, by one ffmpeg command and by Pytoon, all cold, in one run.

``python -m benchmarks.peers PYTHON [--runs N] [--only CASE] [--clip FILE]``: PYTHON is an interpreter with moviepy and
movis, in an environment of its own (``make bench`` sets it up). *Stills* are three slow zooms with crossfades, 11 s.
*Footage* is a window that moves evenly over the first ten seconds of a clip, with its audio (movis: without). Nothing
has captions. ``moviepy_cropped`` is faster than what MoviePy documents, and moves in whole pixels of the source. Pytoon
also writes segments that an edit can reuse, measures every frame, keeps subpixel positions and
normalises the audio's loudness; the others do not. SSIM is that of brightness with a slow reference in floating point,
at frames of each scene.
"""

import argparse
import json
import statistics
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks import peer_ffmpeg
from benchmarks.clips import FOOTAGE, SHOT
from benchmarks.fidelity import decoded_planes, ideal_planes, similarity
from benchmarks.render import rendered
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline.media import images
from pytoon_pipeline.rendering import concat, stages
from pytoon_pipeline.rendering.audio_mix import AudioSource
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.cost import Cost, cost_of, ratios, spreads
from pytoon_pipeline_tests.harness.encode_floor import in_memory
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.timelines import Timeline, pan, stills

HERE = Path(__file__).parent
# What each peer runs, by case: the name in the results, the program and its function.
PEERS = {
    "stills": (("moviepy", "moviepy", "stills"), ("movis", "movis", "stills")),
    "footage": (
        ("moviepy", "moviepy", "footage"),
        ("moviepy_cropped", "moviepy", "footage_cropped"),
        ("movis", "movis", "footage"),
    ),
}
LOOKED_AT = (20, 60, 95, 160, 200, 260, 300)
SECONDS = 10.0


def peer(python: str, program: str, function: str, folder: Path, out: Path) -> None:
    command = [python, str(HERE / f"peer_{program}.py"), function, str(folder), str(out)]
    subprocess.run(command, check=True, capture_output=True)


def own(line: Timeline, folder: Path, out: Path) -> None:
    """Segments, audio and joining, in this process."""
    _, files = rendered(line, folder)
    store = Store(folder / "store", folder / "work")
    sounds = {
        item: AudioSource(source.path, source.info.audio, source.info.video.start if source.info.video else 0.0)
        for item, source in line.sources.items()
        if source.info.audio
    }
    audio = store.path(stages.mix_audio(store, line.spec, sounds).artifact.files["audio"])
    concat.join(line.spec, files, audio, out)


def compare(case: str, line: Timeline, folder: Path, python: str, runs: int) -> dict[str, list[Cost]]:
    """The costs of each program, run by run; the programs take turns."""
    makers: dict[str, Callable[[int], None]] = {
        "pytoon": lambda run: own(line, folder / f"run-{run}", folder / "pytoon.mp4"),
        "ffmpeg": lambda run: getattr(peer_ffmpeg, case)(folder, folder / "ffmpeg.mp4"),
    }
    for name, program, function in PEERS[case]:
        makers[name] = lambda run, one=(program, function, folder, folder / f"{name}.mp4"): peer(python, *one)
    costs: dict[str, list[Cost]] = {name: [] for name in makers}
    for run in range(runs):
        for name, make in makers.items():
            costs[name].append(cost_of(partial(make, run)))
    return costs


def described(costs: dict[str, list[Cost]], folder: Path, likeness: Callable[[str], float]) -> dict[str, object]:
    return {
        name: {
            "seconds": spreads(each),
            "times_pytoon": ratios(each, costs["pytoon"]),
            "ssim": likeness(name),
            "megabytes": round((folder / f"{name}.mp4").stat().st_size / 1e6, 2),
        }
        for name, each in costs.items()
    }


def over_stills(python: str, runs: int) -> dict[str, object]:
    with in_memory() as folder:
        line = centred(stills(folder, captions=False))
        costs = compare("stills", line, folder, python, runs)
        # Others reach the last zoom one frame later.
        return described(
            costs, folder, lambda name: stills_ssim(line, folder / f"{name}.mp4", 119 if name == "pytoon" else 120)
        )


def over_footage(clip: Path, python: str, runs: int) -> dict[str, object]:
    with in_memory() as folder:
        line = pan(clip, SECONDS)
        layer = line.spec.scenes[0].layers[0]
        first, last = (key.x for key in layer.crop_path.keyframes)
        (folder / "pan.json").write_text(json.dumps({
            "clip": str(clip.resolve()), "frames": line.spec.frames, "rate": float(line.spec.rate.fraction),
            "width": layer.crop_path.width, "first": first, "last": last,
        }))  # fmt: skip
        costs = compare("footage", line, folder, python, runs)
        return {"clip": clip.name} | described(costs, folder, lambda name: footage_ssim(line, folder / f"{name}.mp4"))


def centred(line: Timeline) -> Timeline:
    """With zooms around the centre, as the others make them."""
    scenes = []
    for scene in line.spec.scenes:
        layer = scene.layers[0]
        assert isinstance(layer, ImageLayer)
        keys = tuple(key.model_copy(update={"focus_x": 0.5, "focus_y": 0.5}) for key in layer.crop_path.keyframes)
        camera = layer.crop_path.model_copy(update={"keyframes": keys})
        scenes.append(scene.model_copy(update={"layers": (layer.model_copy(update={"crop_path": camera}),)}))
    return Timeline(line.spec.model_copy(update={"scenes": tuple(scenes)}), line.sources)


def footage_ssim(line: Timeline, video: Path) -> float:
    """Mean SSIM with the reference at five frames."""
    wanted = {round(line.spec.frames * share) for share in (0.1, 0.3, 0.5, 0.7, 0.9)}
    found = [
        similarity(planes[:1], ideal_planes(line.spec, line, n)[:1])[0]
        for n, planes in enumerate(decoded_planes(video))
        if n in wanted
    ]
    return round(statistics.mean(found), 4)


def stills_ssim(line: Timeline, video: Path, whole_way: int) -> float:
    """Mean SSIM with the reference at some frames. ``whole_way`` is how many frames a zoom takes to its last value."""
    from PIL import Image

    found = []
    for number, shown in enumerate(decoded_planes(video)):
        if number not in LOOKED_AT:
            continue
        scene = [one for one in line.spec.scenes if one.start <= number < one.end][-1]
        layer = scene.layers[0]
        assert isinstance(layer, ImageLayer)
        at = number - scene.start
        keys = (layer.crop_path.keyframes[0], layer.crop_path.keyframes[1].model_copy(update={"frame": whole_way}))
        window = crop_at(layer.crop_path.model_copy(update={"keyframes": keys}), at, number)
        picture = Image.fromarray(images.read(line.sources[layer.item].path)[..., :3])
        width, height = picture.size
        box = (window.x * width, window.y * height,
               (window.x + window.width) * width, (window.y + window.height) * height)  # fmt: skip
        resized = np.asarray(picture.resize((1080, 1920), Image.Resampling.LANCZOS, box))
        brightness = 16 + resized @ np.array([0.2126, 0.7152, 0.0722]) * 219 / 255
        found.append(similarity(shown[:1], [brightness.astype(np.float32)])[0])
    return round(statistics.mean(found), 4)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("python")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=("stills", "footage"))
    fetched = FOOTAGE / "bigbuckbunny.mp4"
    parser.add_argument("--clip", type=Path, default=fetched if fetched.exists() else SHOT)
    given = parser.parse_args()
    result: dict[str, object] = {}
    if given.only != "footage":
        result["stills"] = over_stills(given.python, given.runs)
    if given.only != "stills":
        result["footage"] = over_footage(given.clip, given.python, given.runs)
    print(json.dumps(result | {"machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
