"""The three-still timeline by MoviePy. Run by ``benchmarks.peers`` in an environment of its own: FOLDER OUT."""

import sys
from pathlib import Path

from moviepy import CompositeVideoClip, ImageClip, vfx

folder, out = Path(sys.argv[1]), sys.argv[2]
EACH, OVER = 4.0, 0.5
SIZE = (1080, 1920)
# Pictures of 1500×2000 cover the frame at this scale.
COVER = 1920 / 2000

clips = []
for number in range(3):
    first, last = (1.0, 1.1) if number % 2 == 0 else (1.1, 1.0)
    clip = (
        ImageClip(str(folder / f"still-{number}.png"))
        .with_duration(EACH)
        .resized(lambda t, a=first, b=last: COVER * (a + (b - a) * t / EACH))
        .with_position(("center", "center"))
        .with_start(number * (EACH - OVER))
    )
    clips.append(clip.with_effects([vfx.CrossFadeIn(OVER)]) if number else clip)
CompositeVideoClip(clips, size=SIZE).write_videofile(
    out, fps=30, codec="libx264", preset="veryfast", audio=False, logger=None,
    ffmpeg_params=["-crf", "20", "-pix_fmt", "yuv420p", "-x264-params", "chroma-qp-offset=-3"],
)  # fmt: skip
