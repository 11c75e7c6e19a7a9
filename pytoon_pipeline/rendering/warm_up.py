"""Compiles what rendering computes with, so that the first video does not wait for it.

numba keeps the results on disk, beside the modules or in the user's cache. A kernel is compiled for each kind of array
that it is called with, so what is called here is what rendering calls.
"""

import numpy as np

from pytoon_pipeline.contracts.colour import ColourCorrection, Lut
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.media.frame_stats import FrameStatsCollector
from pytoon_pipeline.media.frames import SourceFrame, YuvFrame
from pytoon_pipeline.media.rgb_planes import planes_from_rgb
from pytoon_pipeline.rendering.colour import correct
from pytoon_pipeline.rendering.effects import SOFT_RADIUS, apply
from pytoon_pipeline.rendering.ellipses import EllipseImage
from pytoon_pipeline.rendering.resampling import sample_window
from pytoon_pipeline.rendering.rotation import warp
from pytoon_pipeline.rendering.segments import video_frame
from pytoon_pipeline.rendering.yuva import ImageBuffer, Sprite, blend, solid_image, transparent_image

SIDE = 64
WINDOW = Box(0.1, 0.1, 0.7, 0.7)
# The ways in which sources are coded that take kernels of their own.
CODED = (("yuv420p", "bt709", "sdr"), ("yuv420p", "bt601", "sdr"), ("yuv420p10le", "bt709", "sdr"),
         ("yuv420p10le", "bt2020", "pq"))  # fmt: skip


def compile_kernels() -> None:
    """Returns when all kernels are compiled. It takes some seconds the first time, and less than one later."""
    import av

    _, canvas = video_frame(SIDE, SIDE)
    out = YuvFrame(canvas.y, canvas.u, canvas.v)
    for pixel_format, matrix, dynamic in CODED:
        values = {"index": 0, "codec": "", "width": SIDE, "height": SIDE, "pixel_format": pixel_format}
        video = VideoStream.model_validate(values | {"matrix": matrix, "dynamic": dynamic})
        frame = SourceFrame(av.VideoFrame(SIDE, SIDE, pixel_format), video)
        sample_window(frame, WINDOW, SIDE, SIDE, out)
        sample_window(frame, WINDOW, SIDE, SIDE)
    placed = solid_image("#000000", SIDE, SIDE)
    placed.crop((0, 0.5, SIDE, SIDE), SIDE, SIDE, canvas)
    EllipseImage(SIDE, SIDE, "#000000").crop((0.5, 0.5, SIDE, SIDE), SIDE, SIDE, ImageBuffer().image(SIDE, SIDE))
    same = Lut.of(1, 2, np.array([[0, 0, 0], [1, 1, 1]], np.float32).tobytes())
    for target in (None, out.y):
        correct(out, ColourCorrection(temperature=0.1, lut=1), same, target)
    apply(Blur(radius=SOFT_RADIUS), transparent_image(SIDE, SIDE))
    blend(placed, Sprite(0, 0, transparent_image(SIDE, SIDE)))
    warp(placed.y, np.eye(2, 3), SIDE, SIDE)
    # Pictures that are not made smaller are converted as they are read.
    for kind in (np.uint8, np.float32):
        planes_from_rgb(np.zeros((SIDE, SIDE, 3), kind))
    collector = FrameStatsCollector()
    collector.add(canvas.y, canvas.u, canvas.v)
    collector.done()
