"""The three-still timeline (11 s, slow zooms, crossfades) by MoviePy, by movis and by Pytoon, all cold, in one run.

``python -m benchmarks.peers PYTHON [RUNS]``: PYTHON is an interpreter with moviepy and movis, in an environment of its
own (``make bench`` sets it up). Quality is the SSIM of brightness with a slow reference, drawn frame by frame with
Lanczos in floating point, at frames of each still.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.render import rendered
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline.media import images
from pytoon_pipeline.rendering import concat, stages
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.encode_floor import in_memory
from pytoon_pipeline_tests.harness.machine import machine, spread
from pytoon_pipeline_tests.harness.timelines import Timeline, stills

HERE = Path(__file__).parent
PEERS = ("moviepy", "movis")
LOOKED_AT = (20, 60, 95, 160, 200, 260, 300)


def peer(name: str, python: str, folder: Path) -> float:
    began = time.perf_counter()
    command = [python, str(HERE / f"peer_{name}.py"), str(folder), str(folder / f"{name}.mp4")]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def own(line: Timeline, folder: Path, out: Path) -> float:
    """Segments and their joining with silence, in this process."""
    began = time.perf_counter()
    _, files = rendered(line, folder)
    store = Store(folder / "store", folder / "work")
    quiet = store.path(stages.mix_audio(store, line.spec, {}).artifact.files["audio"])
    concat.join(line.spec, files, quiet, out)
    return time.perf_counter() - began


def likeness(line: Timeline, video: Path, whole_way: int) -> float:
    """Mean SSIM with the reference at some frames. ``whole_way`` is how many frames a zoom takes to its last value."""
    import av
    from PIL import Image
    from skimage.metrics import structural_similarity

    with av.open(str(video)) as container:
        frames = {n: f.to_ndarray(format="gray") for n, f in enumerate(container.decode(video=0)) if n in LOOKED_AT}
    found = []
    for number, shown in frames.items():
        scene = [one for one in line.spec.scenes if one.start <= number < one.end][-1]
        layer = scene.layers[0]
        assert isinstance(layer, ImageLayer)
        at = number - scene.start
        keys = (layer.crop_path.keyframes[0], layer.crop_path.keyframes[1].model_copy(update={"frame": whole_way}))
        window = crop_at(layer.crop_path.model_copy(update={"keyframes": keys}), at, number)
        picture = Image.fromarray(images.read(line.sources[layer.item].path)[..., :3]).convert("L")
        width, height = picture.size
        box = (window.x * width, window.y * height,
               (window.x + window.width) * width, (window.y + window.height) * height)  # fmt: skip
        reference = np.asarray(picture.resize((1080, 1920), Image.Resampling.LANCZOS, box))
        found.append(float(structural_similarity(shown, reference)))
    return round(statistics.mean(found), 4)


def main() -> None:
    python = sys.argv[1]
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with in_memory() as folder:
        line = stills(folder, captions=False)
        # The peers zoom around the centre.
        scenes = []
        for scene in line.spec.scenes:
            layer = scene.layers[0]
            assert isinstance(layer, ImageLayer)
            keys = tuple(key.model_copy(update={"focus_x": 0.5, "focus_y": 0.5}) for key in layer.crop_path.keyframes)
            camera = layer.crop_path.model_copy(update={"keyframes": keys})
            scenes.append(scene.model_copy(update={"layers": (layer.model_copy(update={"crop_path": camera}),)}))
        line = Timeline(line.spec.model_copy(update={"scenes": tuple(scenes)}), line.sources)
        times: dict[str, list[float]] = {name: [] for name in (*PEERS, "pytoon")}
        for run in range(runs):
            times["pytoon"].append(own(line, folder / f"run-{run}", folder / "pytoon.mp4"))
            for name in PEERS:
                times[name].append(peer(name, python, folder))
        result: dict[str, object] = {}
        for name, seconds in times.items():
            whole_way = 119 if name == "pytoon" else 120
            result[name] = {
                "seconds": spread(seconds),
                "times_pytoon": spread([a / b for a, b in zip(seconds, times["pytoon"], strict=True)]),
                "ssim": likeness(line, folder / f"{name}.mp4", whole_way),
                "megabytes": round((folder / f"{name}.mp4").stat().st_size / 1e6, 2),
            }
    print(json.dumps(result | {"machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
