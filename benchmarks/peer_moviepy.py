"""The timelines of ``benchmarks.peers`` by MoviePy, run in an environment of its own: CASE FOLDER OUT."""

import json
import sys
from pathlib import Path

from moviepy import CompositeVideoClip, ImageClip, VideoFileClip, vfx

# Pytoon's own settings of the encoder.
X264 = "mbtree=1:rc-lookahead=10:weightp=0:chroma-qp-offset=-3"
ENCODER = ["-crf", "20", "-pix_fmt", "yuv420p", "-x264-params", X264]
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
        out, fps=30, codec="libx264", preset="superfast", audio=False, logger=None, ffmpeg_params=ENCODER
    )


def footage(folder: Path, out: str) -> None:
    """As the documentation composes: the clip resized to the height of the frame, and moved behind it."""
    plan = json.loads((folder / "pan.json").read_text())
    clip = opened(plan).resized(height=SIZE[1])
    moving = clip.with_position(lambda t: (round(SIZE[0] / 2 - clip.w * centre(plan, t)), 0))
    written(CompositeVideoClip([moving], size=SIZE), plan, out)


def footage_cropped(folder: Path, out: str) -> None:
    """As somebody would who knows NumPy: the window cut out at whole pixels of the source, then resized."""
    plan = json.loads((folder / "pan.json").read_text())
    clip = opened(plan)
    width = round(plan["width"] * clip.w)

    def window(frame, t):
        left = round(clip.w * centre(plan, t) - width / 2)
        return frame(t)[:, left : left + width]

    written(clip.transform(window).resized(SIZE), plan, out)


def opened(plan: dict) -> VideoFileClip:
    clip = VideoFileClip(plan["clip"])
    return clip.subclipped(0, min(plan["frames"] / plan["rate"], clip.duration))


def centre(plan: dict, t: float) -> float:
    """The centre of the window, as a share of the clip's width."""
    return plan["first"] + (plan["last"] - plan["first"]) * t * plan["rate"] / (plan["frames"] - 1)


def written(clip: VideoFileClip, plan: dict, out: str) -> None:
    clip.write_videofile(
        out, fps=plan["rate"], codec="libx264", preset="superfast", audio_codec="aac", audio_bitrate="160k",
        logger=None, ffmpeg_params=ENCODER,
    )  # fmt: skip


CASES = {"stills": stills, "footage": footage, "footage_cropped": footage_cropped}
CASES[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
