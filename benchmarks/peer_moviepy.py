"""The timelines of ``benchmarks.peers`` by MoviePy, run in an environment of its own: CASE FOLDER OUT.

Footage is cropped at whole pixels; moving a resized picture under the frame would be exact to a pixel of the result,
but resizes whole pictures and takes longer.
"""

import json
import sys
from pathlib import Path

from moviepy import CompositeVideoClip, ImageClip, VideoFileClip, vfx

ENCODER = ["-crf", "20", "-pix_fmt", "yuv420p", "-x264-params", "chroma-qp-offset=-3"]
EACH, OVER = 4.0, 0.5
SIZE = (1080, 1920)
# Pictures of 1500×2000 cover the frame at this scale.
COVER = 1920 / 2000


def stills(folder: Path, out: str) -> None:
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
        out, fps=30, codec="libx264", preset="veryfast", audio=False, logger=None, ffmpeg_params=ENCODER
    )


def footage(folder: Path, out: str) -> None:
    plan = json.loads((folder / "pan.json").read_text())
    clip = VideoFileClip(plan["clip"])
    seconds = min(plan["frames"] / plan["rate"], clip.duration)
    clip = clip.subclipped(0, seconds)
    width = plan["width"] * clip.w

    def window(frame, t):
        left = round(clip.w * (plan["first"] + (plan["last"] - plan["first"]) * t / seconds) - width / 2)
        return frame(t)[:, left : left + round(width)]

    clip.transform(window).resized(SIZE).write_videofile(
        out, fps=plan["rate"], codec="libx264", preset="veryfast", audio_codec="aac", audio_bitrate="160k", logger=None,
        ffmpeg_params=ENCODER,
    )  # fmt: skip


{"stills": stills, "footage": footage}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
