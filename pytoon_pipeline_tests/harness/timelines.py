"""The plans that several benchmarks render: slowly moving stills, a pan with a zoom pulse over footage, a plain pan.

They work without Dagster. All but the last show media that this module generates.
"""

from dataclasses import dataclass
from math import sin
from pathlib import Path

from pytoon_pipeline.config.presets import load_preset
from pytoon_pipeline.contracts.media import MediaInfo, StillPicture
from pytoon_pipeline.contracts.spec.layers import (
    CropKeyframe,
    CropPath,
    ImageLayer,
    Transform,
    VideoLayer,
    ZoomPulse,
    constant,
)
from pytoon_pipeline.contracts.spec.render_spec import (
    AudioClip,
    AudioMix,
    AudioTrack,
    Cue,
    CueWord,
    RenderSpec,
    Scene,
    Transition,
)
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.planning.segments import plan_segments
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline_tests.harness.placed_captions import placed_captions

RATE = FrameRate(numerator=30)
SAMPLE = Path(__file__).parents[2] / "samples" / "talk.mp4"
WORDS = ("every", "word", "of", "this", "caption", "is", "lit", "while", "it", "is", "said", "and", "then", "one")


@dataclass(frozen=True)
class Timeline:
    """A plan and what it shows."""

    spec: RenderSpec
    sources: dict[str, Source]


def photo(path: Path, width: int, height: int, number: int) -> None:
    """One of the photos that come with scikit-image, cut and enlarged to a size."""
    from PIL import Image
    from skimage import data

    names = ("astronaut", "coffee", "chelsea", "rocket")
    picture = Image.fromarray(getattr(data, names[number % len(names)])())
    scale = max(width / picture.width, height / picture.height)
    picture = picture.resize((round(picture.width * scale) + 1, round(picture.height * scale) + 1))
    if number >= len(names):
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    picture.crop((0, 0, width, height)).save(path)


def cues(frames: int, each: int = 45) -> tuple[Cue, ...]:
    """Captions of three words one after the other."""
    found = []
    for number, start in enumerate(range(0, frames - each + 1, each)):
        texts = [WORDS[(3 * number + n) % len(WORDS)] for n in range(3)]
        edges = [start + n * each // 3 for n in range(4)]
        words = tuple(CueWord(text=t, start=a, end=b) for t, a, b in zip(texts, edges, edges[1:], strict=False))
        found.append(Cue(start=start, end=start + each, words=words))
    return tuple(found)


def finished(scenes: list[Scene], captions: tuple[Cue, ...], rate: FrameRate = RATE) -> RenderSpec:
    frames = scenes[-1].end
    marks = [edge for cue in captions for edge in (cue.start, cue.end)]
    return RenderSpec(
        rate=rate, frames=frames, scenes=tuple(scenes), segments=plan_segments(frames, scenes, marks, rate),
        captions=placed_captions(load_preset("clean-talk").captions, captions),
        audio=AudioMix(samples=round(frames * 48_000 / rate.fraction), loudness=-14, true_peak=-1),
    )  # fmt: skip


def whole() -> dict[str, object]:
    return {"width": 1080, "height": 1920, "transform": Transform(x=constant(540), y=constant(960))}


def stills(folder: Path, count: int = 3, each: int = 120, overlap: int = 15, captions: bool = True) -> Timeline:
    """Pictures of 1500×2000 that zoom slowly in and out by turns, with crossfades and captions: 11 s by default."""
    scenes: list[Scene] = []
    sources = {}
    position = 0
    for number in range(count):
        item = f"{number:064x}"
        path = folder / f"still-{number}.png"
        if not path.exists():
            photo(path, 1500, 2000, number)
        still = StillPicture(width=1500, height=2000, transparent=False, original="PNG")
        info = MediaInfo(container="picture", seconds=0, video=None, audio=None, still=still, streams={})
        sources[item] = Source(path, info)
        zooms = (1.0, 1.1) if number % 2 == 0 else (1.1, 1.0)
        keys = tuple(
            CropKeyframe(frame=frame, x=0.5, y=0.5, focus_x=0.45, focus_y=0.4, zoom=zoom)
            for frame, zoom in zip((0, each - 1), zooms, strict=True)
        )
        layer = ImageLayer(item=item, crop_path=CropPath(width=0.75, height=1.0, keyframes=keys), **whole())  # type: ignore[arg-type]
        coming = Transition(kind="crossfade", frames=overlap) if scenes else None
        position -= overlap if scenes else 0
        scenes.append(Scene(start=position, frames=each, layers=(layer,), transition=coming))
        position += each
    return Timeline(finished(scenes, cues(position) if captions else ()), sources)


def clip(folder: Path, seconds: float) -> Path:
    """The sample in a loop, encoded once so that it seeks like one recording."""
    path = folder / f"clip-{seconds:g}.mp4"
    if not path.exists():
        ffmpeg.run([
            "-v", "error", "-stream_loop", "-1", "-i", str(SAMPLE), "-t", str(seconds), "-c:v", "libx264", "-preset",
            "veryfast", "-g", "250", "-c:a", "aac", "-y", str(path),
        ])  # fmt: skip
    return path


def footage(folder: Path, seconds: float = 30.0) -> Timeline:
    """A crop that follows a person from side to side over 1280×720 footage, with a zoom pulse and captions."""
    path = clip(folder, seconds)
    item = "f" * 64
    frames = round(seconds * 30)
    keys = tuple(
        CropKeyframe(frame=frame, x=round(0.5 + 0.2 * sin(frame / 60), 5), y=0.5,
                focus_x=round(0.5 + 0.2 * sin(frame / 60), 5), focus_y=0.4)
        for frame in range(0, frames, 6)
    )  # fmt: skip
    camera = CropPath(width=0.31640625, height=1.0, keyframes=keys, zoom_pulse=ZoomPulse(amount=1.06, period=180))
    layer = VideoLayer(item=item, source_start=0, crop_path=camera, **whole())  # type: ignore[arg-type]
    scene = Scene(start=0, frames=frames, layers=(layer,))
    return Timeline(finished([scene], cues(frames)), {item: Source(path, probe(path))})


def pan(path: Path, seconds: float, centres: tuple[float, float] = (0.3, 0.7)) -> Timeline:
    """A window of 9:16 that moves evenly over a clip between two centres, at the clip's rate, with its audio."""
    info = probe(path)
    assert info.video is not None
    assert info.video.average_rate is not None
    rate = info.video.average_rate
    item = "e" * 64
    frames = round(min(seconds, info.seconds) * rate.fraction)
    keys = tuple(
        CropKeyframe(frame=frame, x=x, y=0.5, focus_x=x, focus_y=0.5)
        for frame, x in zip((0, frames - 1), centres, strict=True)
    )
    columns, rows = info.display_size
    camera = CropPath(width=rows * 9 / 16 / columns, height=1.0, keyframes=keys)
    layer = VideoLayer(item=item, source_start=0, crop_path=camera, **whole())  # type: ignore[arg-type]
    spec = finished([Scene(start=0, frames=frames, layers=(layer,))], (), rate)
    clip = AudioClip(item=item, start=0, source_start=0, samples=spec.audio.samples)
    tracks = (AudioTrack(role="original", clips=(clip,)),) if info.audio else ()
    audio = spec.audio.model_copy(update={"tracks": tracks})
    return Timeline(spec.model_copy(update={"audio": audio}), {item: Source(path, info)})
