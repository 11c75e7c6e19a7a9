"""Compiling kernels before the first video."""

import subprocess
import sys
from pathlib import Path

from pytoon_pipeline.rendering.segment_plan import Source

RENDERED_AFTER = """
import sys
from pathlib import Path
import numpy as np
from numba.core.dispatcher import Dispatcher
from PIL import Image
from pytoon_pipeline.media import blocks, colour_conversion, images, rgb_planes, stripes
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.rendering import effects, ellipses, resampling
from pytoon_pipeline.rendering.segment_plan import Source, plan_segment
from pytoon_pipeline.rendering.segments import render_segment
from pytoon_pipeline.rendering.warm_up import compile_kernels
from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.rendering.yuva import ImageBuffer, from_pixels
from pytoon_pipeline_tests.harness.segments import ITEM, spec

def compiled():
    modules = blocks, colour_conversion, rgb_planes, stripes, effects, ellipses, resampling
    kernels = [getattr(one, "__wrapped__", one) for module in modules for one in vars(module).values()]
    return {one.py_func.__qualname__: set(one.signatures) for one in kernels if isinstance(one, Dispatcher)}

compile_kernels()
before = compiled()
source, folder = Source(Path(sys.argv[1]), probe(Path(sys.argv[1]))), Path(sys.argv[2])
job = plan_segment(spec(), spec().segments[1], {ITEM: source})
render_segment(job, {ITEM: source}, folder / "v.mp4")
Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(folder / "still.png")
for factor in (1.0, 0.5):
    from_pixels(images.read_stored(folder / "still.png"), factor)
circle = ellipses.EllipseImage(60, 60, "#808080")
circle.crop((0.5, 0.5, 60, 60), 60, 60, ImageBuffer().image(60, 60))
soft = effects.apply(Blur(radius=80), circle.drawn())
soft.crop((0, 0.5, *soft.size), *soft.size, ImageBuffer().image(*soft.size))
after = compiled()
print({name: after[name] - before[name] for name in after if after[name] - before[name]})
"""


def test_nothing_is_left_to_compile_when_a_segment_is_rendered(source: Source, tmp_path: Path) -> None:
    command = [sys.executable, "-c", RENDERED_AFTER, str(source.path), str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "{}"
