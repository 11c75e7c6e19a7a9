"""Makes the moving pictures of the README: three videos that Pytoon renders, and a loop of each as animated WebP.

Run ``python docs/make_previews.py [NAME …]`` in an environment with the extra ``test``, which brings scikit-image.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import skimage
import yaml
from PIL import Image

from pytoon_pipeline.media.ffmpeg import program

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
PREVIEWS = ROOT / "docs" / "previews"
SIZE = (270, 480)
STEP = 2  # every second frame of 30 per second
QUALITY = 62
# The words of samples/talk.mp4, so that the captions do not depend on a speech model.
SPEECH = """1
00:00:00,300 --> 00:00:02,300
And so, my fellow Americans,

2
00:00:03,200 --> 00:00:07,900
ask not what your country can do for you,

3
00:00:08,000 --> 00:00:10,900
ask what you can do for your country.
"""


@dataclass(frozen=True)
class Preview:
    """One video: ``prepare`` writes the upload into a folder and returns what to render.

    The loop shows the video from ``start`` to ``end``, in seconds.
    """

    name: str
    prepare: Callable[[Path], list[str]]
    start: float = 0
    end: float = 60


def photos(folder: Path) -> list[str]:
    shutil.copy(SAMPLES / "many" / "rocket.jpg", folder)
    shutil.copy(Path(skimage.__file__).parent / "data" / "hubble_deep_field.jpg", folder / "sky.jpg")
    shutil.copy(SAMPLES / "hero" / "coffee.jpg", folder)
    texts = {"rocket.jpg": "Up", "sky.jpg": "and away", "coffee.jpg": "and home for coffee"}
    request = {
        "preset": "night-neon",
        "fit": "cover",
        "media": [{"file": name, "text": text} for name, text in texts.items()],
        "adjust": {"headline": {"colour": "#FFD60A", "item_size": 180, "item_position": 0}, "stills": {"seconds": 2}},
    }
    return written(folder, request)


def talk(folder: Path) -> list[str]:
    """A closer view of the portrait in samples/talk.mp4, with the same voice."""
    drift = "scale=1100:-2:flags=lanczos,crop=960:720:70+60*sin(2*PI*t/10):0,format=yuv420p"
    inputs = ["-loop", "1", "-r", "30", "-i", SAMPLES / "many" / "astronaut.jpg", "-i", SAMPLES / "talk.mp4"]
    codecs = ["-map", "0:v", "-map", "1:a", "-vf", drift, "-shortest", "-c:v", "libx264", "-crf", "16", "-c:a", "copy"]
    subprocess.run([program(), "-v", "error", *inputs, *codecs, folder / "talk.mp4"], check=True)
    (folder / "talk.srt").write_text(SPEECH)
    return [str(folder / "talk.mp4"), "--preset", "bold-talk", "--set", "adjust.camera.zoom_pulse.amount=1.03"]


def clip(folder: Path) -> list[str]:
    """A shot of “Big Buck Bunny” (© Blender Foundation, CC BY 3.0, peach.blender.org)."""
    shutil.copy(PREVIEWS / "bird.mp4", folder)
    request = {
        "archetype": "hero",
        "preset": "bold-offer",
        "media": ["bird.mp4"],
        "text": {"hook": "It's Friday!", "cta": "Drinks at five"},
        "adjust": {"headline": {"position": 1}},
    }
    return written(folder, request)


def written(folder: Path, request: dict[str, object]) -> list[str]:
    (folder / "request.yaml").write_text(yaml.safe_dump(request))
    return [str(folder)]


ALL = (Preview("photos", photos), Preview("talk", talk, 2.1, 6.0), Preview("clip", clip, 0.5))


def render(preview: Preview, scratch: Path) -> Path:
    """The video, as the command line renders it."""
    folder = scratch / preview.name
    folder.mkdir()
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", *preview.prepare(folder)]
    environment = {"PYTOON_HOME": str(scratch / "home"), "PYTHONPATH": str(ROOT), "PYTOON_TRANSCRIBER": "pocketsphinx"}
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return Path(done.stdout.strip().splitlines()[-1])


def loop(video: Path, start: float, end: float) -> list[Image.Image]:
    with av.open(str(video)) as container:
        frames = [frame for frame in container.decode(video=0) if start <= float(frame.time or 0) < end]
    return [frame.to_image().resize(SIZE, Image.Resampling.LANCZOS) for frame in frames[::STEP]]


def main(names: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for preview in (one for one in ALL if not names or one.name in names):
            first, *rest = loop(render(preview, Path(scratch)), preview.start, preview.end)
            target = PREVIEWS / f"{preview.name}.webp"
            settings = {"duration": 1000 * STEP // 30, "loop": 0, "quality": QUALITY, "method": 5}
            first.save(target, save_all=True, append_images=rest, **settings)
            print(f"{target}: {1 + len(rest)} frames, {target.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
