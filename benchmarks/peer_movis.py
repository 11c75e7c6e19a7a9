"""The three-still timeline by movis. Run by ``benchmarks.peers`` in an environment of its own: FOLDER OUT."""

import sys
from pathlib import Path

import movis as mv

folder, out = Path(sys.argv[1]), sys.argv[2]
EACH, OVER = 4.0, 0.5
# Pictures of 1500×2000 cover the frame at this scale.
COVER = 1920 / 2000

scene = mv.layer.Composition(size=(1080, 1920), duration=3 * EACH - 2 * OVER)
for number in range(3):
    layer = mv.layer.Image(str(folder / f"still-{number}.png"), duration=EACH)
    item = scene.add_layer(layer, offset=number * (EACH - OVER))
    first, last = (1.0, 1.1) if number % 2 == 0 else (1.1, 1.0)
    item.scale.enable_motion().extend(keyframes=[0.0, EACH], values=[COVER * first, COVER * last])
    if number:
        item.opacity.enable_motion().extend(keyframes=[0.0, OVER], values=[0.0, 1.0])
scene.write_video(
    out, fps=30, codec="libx264", pixelformat="yuv420p",
    output_params=["-preset", "veryfast", "-crf", "20", "-x264-params", "chroma-qp-offset=-3"],
)  # fmt: skip
