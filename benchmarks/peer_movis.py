"""The timelines of ``benchmarks.peers`` by movis, run in an environment of its own: CASE FOLDER OUT.

Footage has no audio: movis reads at most two channels.
"""

import json
import sys
from pathlib import Path

import movis as mv

# Pytoon's own settings of the encoder.
X264 = "mbtree=1:rc-lookahead=10:weightp=0:chroma-qp-offset=-3"
ENCODER = ["-preset", "superfast", "-crf", "20", "-x264-params", X264]
EACH, OVER = 4.0, 0.5
WIDTH, HEIGHT = 1080, 1920
# Pictures of 1500×2000 cover the frame at this scale.
COVER = 1920 / 2000


def stills(folder: Path, out: str) -> None:
    scene = mv.layer.Composition(size=(WIDTH, HEIGHT), duration=3 * EACH - 2 * OVER)
    for number in range(3):
        layer = mv.layer.Image(str(folder / f"still-{number}.png"), duration=EACH)
        item = scene.add_layer(layer, offset=number * (EACH - OVER))
        first, last = (1.0, 1.1) if number % 2 == 0 else (1.1, 1.0)
        item.scale.enable_motion().extend(keyframes=[0.0, EACH], values=[COVER * first, COVER * last])
        if number:
            item.opacity.enable_motion().extend(keyframes=[0.0, OVER], values=[0.0, 1.0])
    scene.write_video(out, fps=30, codec="libx264", pixelformat="yuv420p", output_params=ENCODER)


def footage(folder: Path, out: str) -> None:
    plan = json.loads((folder / "pan.json").read_text())
    seconds = plan["frames"] / plan["rate"]
    scene = mv.layer.Composition(size=(WIDTH, HEIGHT), duration=seconds)
    clip = mv.layer.Video(plan["clip"], audio=False)
    columns, rows = clip.size
    factor = HEIGHT / rows
    places = [(WIDTH / 2 + (0.5 - centre) * columns * factor, HEIGHT / 2) for centre in (plan["first"], plan["last"])]
    item = scene.add_layer(clip, scale=factor)
    item.position.enable_motion().extend(keyframes=[0.0, seconds - 1 / plan["rate"]], values=places)
    scene.write_video(out, fps=plan["rate"], codec="libx264", pixelformat="yuv420p", output_params=ENCODER)


{"stills": stills, "footage": footage}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
