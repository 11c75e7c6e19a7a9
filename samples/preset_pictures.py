"""Makes the pictures in presets/pictures: for each preset one frame of a video that it rendered from these samples.

Run ``python samples/preset_pictures.py [PRESET …]`` after a preset has changed, and look at the result.
"""

import io
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from pytoon_pipeline.settings import child_environment

SAMPLES = Path(__file__).resolve().parent
PICTURES = SAMPLES.parent / "presets" / "pictures"
SIZE = (270, 480)
MAX_BYTES = 25_000


@dataclass(frozen=True)
class Example:
    """A video that shows a preset at its best after ``seconds``."""

    media: tuple[str, ...]
    seconds: float = 1.2
    request: dict[str, Any] = field(default_factory=dict)


def product(picture: str, text: str, **request: Any) -> Example:
    return Example((picture,), request={"text": text, **request})


def meme(hook: str, cta: str, seconds: float) -> Example:
    return Example(("meme/cat.jpg",), seconds, {"archetype": "meme", "text": {"hook": hook, "cta": cta}})


EXAMPLES = {
    "big-type": Example((), 1.5, {"text": "Say it loud"}),
    "bold-offer": product("overlay/bottle.png", "50% OFF!", archetype="overlay"),
    "bold-talk": Example(("talk.mp4",), 3.5),
    "brand-panel": product("hero/coffee.jpg", "A better way to start"),
    "calm-interview": Example(("talk.mp4",), 5.6),
    "classic-meme": meme("Me at 3 am", "one more render", 4.0),
    "clean-product": product("hero/coffee.jpg", "Introducing our new roast"),
    "clean-talk": Example(("talk.mp4",), 5.6),
    "flash-sale": product("overlay/bottle.png", "Only $9.99", archetype="overlay"),
    "fresh-cards": product("meme/cat.jpg", "Meet Chelsea"),
    "handmade": product("many/coffee.jpg", "Slow mornings"),
    "night-neon": product("many/rocket.jpg", "Tonight only"),
    "paper-meme": meme("Me on Monday", "Me on Friday", 4.0),
    "quiet-quote": Example((), 1.2, {"text": "“The best way out is always through.”"}),
    "soft-editorial": product("many/coffee.jpg", "The art of a quiet morning"),
    "split-showcase": Example(
        ("many/rocket.jpg", "many/coffee.jpg", "meme/cat.jpg"),
        request={"text": "Our top 3", "archetype": "overlay"},
    ),
    "tech-launch": product("many/rocket.jpg", "Ready for launch"),
    "vlog-pop": Example(("talk.mp4",), 3.5),
}
# The sample's picture has an empty strip at its top.
STRIP = 98


def render(preset: str, example: Example, folder: Path) -> Path:
    """The video of an example."""
    upload = folder / preset
    upload.mkdir()
    for name in example.media:
        if name.endswith(".mp4"):
            crop(SAMPLES / name, upload / name)
        else:
            shutil.copy(SAMPLES / name, upload)
    media = [Path(name).name for name in example.media]
    request = {"preset": preset, "media": media, **example.request}
    (upload / "request.json").write_text(json.dumps(request))
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", str(upload), "--json"]
    environment = child_environment(PYTOON_HOME=str(folder / "home"), PYTOON_TRANSCRIBER="pocketsphinx")
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout
    return Path(json.loads(answer)["video"])


def crop(clip: Path, target: Path) -> None:
    """The clip without the strip."""
    options = ["-vf", f"crop=iw:ih-{STRIP}:0:{STRIP}", "-crf", "12", "-c:a", "copy"]
    subprocess.run([get_ffmpeg_exe(), "-v", "error", "-i", str(clip), *options, str(target)], check=True)


def frame_at(video: Path, seconds: float) -> Image.Image:
    with av.open(str(video)) as container:
        shown = (one for one in container.decode(video=0) if one.time is not None and one.time >= seconds)
        return next(shown).to_image()


def compressed(picture: Image.Image) -> bytes:
    """The picture as WebP, as good as its size allows."""
    for quality in range(90, 20, -5):
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", quality=quality, method=6)
        if len(buffer.getvalue()) <= MAX_BYTES:
            break
    return buffer.getvalue()


def main(presets: list[str]) -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pytoon-pictures-") as folder:
        for preset in presets or EXAMPLES:
            example = EXAMPLES[preset]
            picture = frame_at(render(preset, example, Path(folder)), example.seconds).resize(SIZE, Image.LANCZOS)
            (PICTURES / f"{preset}.webp").write_bytes(compressed(picture))


if __name__ == "__main__":
    main(sys.argv[1:])
