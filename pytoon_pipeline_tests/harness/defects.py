"""A finished video with known content, and defects that can be injected into it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.media import MediaInfo, StillPicture
from pytoon_pipeline.contracts.quality import Finding
from pytoon_pipeline.contracts.spec.layers import (
    CropKeyframe,
    CropPath,
    ImageLayer,
    TextLayer,
    Transform,
    VideoLayer,
    constant,
)
from pytoon_pipeline.contracts.spec.render_spec import (
    AudioClip,
    AudioMix,
    AudioTrack,
    Constraints,
    Cue,
    CueWord,
    RenderSpec,
    Scene,
    Segment,
)
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.media.audio import decoded
from pytoon_pipeline.media.frame_stats import FrameStats
from pytoon_pipeline.media.loudness import Loudness
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.quality.inspection import DeliveredParts
from pytoon_pipeline.quality.verdict import check_video
from pytoon_pipeline.rendering import concat, stages
from pytoon_pipeline.rendering.audio_mix import AudioSource
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.placed_captions import placed_captions

WIDTH, HEIGHT, FRAMES, HALF = 540, 960, 120, 60
RATE = FrameRate(numerator=30)
TALK, PICTURE = "a" * 64, "b" * 64
SAMPLES = 48_000
Planes = list[NDArray[np.uint8]]
Sound = NDArray[np.float32]


@dataclass(frozen=True)
class Made:
    """A finished video with its plan and the measurements of its rendering."""

    spec: RenderSpec
    video: Path
    parts: DeliveredParts
    trace: FrameStats


def whole() -> dict[str, Any]:
    return {"width": WIDTH, "height": HEIGHT, "transform": Transform(x=constant(WIDTH / 2), y=constant(HEIGHT / 2))}


def camera(zooms: tuple[float, float] = (1.0, 1.0), frames: int = HALF, shake: float = 0.0) -> CropPath:
    keys = tuple(
        CropKeyframe(
            frame=n, x=0.5 + shake * (n % 2), y=0.5, focus_x=0.5, focus_y=0.5,
            zoom=zooms[0] + (zooms[1] - zooms[0]) * n / (frames - 1),
        )
        for n in (range(frames) if shake else (0, frames - 1))
    )  # fmt: skip
    return CropPath(width=0.3, height=0.95, keyframes=keys)


def footage_then_picture(**changes: Any) -> RenderSpec:
    """Two seconds of a talk, a cut, two seconds of a picture with a slow zoom in; a caption and a headline."""
    words = (CueWord(text="hello", start=10, end=20), CueWord(text="there", start=20, end=40))
    headline = TextLayer(
        role="hook", lines=("COFFEE",), style=TextStyle(size=60, outline=4), width=300, height=70, start=HALF,
        frames=HALF, transform=Transform(x=constant(WIDTH / 2), y=constant(300)),
    )  # fmt: skip
    part = AudioClip(item=TALK, start=0, source_start=0, samples=FRAMES * 1600)
    values: dict[str, Any] = {
        "width": WIDTH, "height": HEIGHT, "rate": RATE, "frames": FRAMES,
        "scenes": (
            Scene(start=0, frames=HALF, layers=(VideoLayer(item=TALK, source_start=0, crop_path=camera(), **whole()),)),
            Scene(start=HALF, frames=HALF, layers=(
                ImageLayer(item=PICTURE, crop_path=camera((1.0, 1.1)), **whole()),)),
        ),
        "overlays": (headline,),
        "segments": (Segment(start=0, frames=HALF), Segment(start=HALF, frames=HALF)),
        "captions": placed_captions(
            CaptionStyle(size=44, margin=40), (Cue(start=10, end=40, words=words),), WIDTH, HEIGHT
        ),
        "audio": AudioMix(
            samples=FRAMES * 1600, tracks=(AudioTrack(role="original", clips=(part,)),), loudness=-14, true_peak=-1
        ),
        "constraints": Constraints(safe_area={"left": 30, "right": 510, "top": 60, "bottom": 800}),
        "static_ranges": (FrameRange(start=HALF, end=FRAMES),),
    }  # fmt: skip
    return RenderSpec(**(values | changes))


def make(spec: RenderSpec, folder: Path, store: Store | None = None) -> Made:
    """Renders a plan, as the assets do; segments that are in ``store`` are not rendered again."""
    from PIL import Image

    picture = folder / "picture.png"
    with Image.open(media.SAMPLE.parent / "hero" / "coffee.jpg") as image:
        image.convert("RGB").resize((1200, 800)).save(picture)
    still = StillPicture(width=1200, height=800, transparent=False, original="PNG")
    about = MediaInfo(container="picture", seconds=0, video=None, audio=None, still=still, streams={})
    talk = probe(media.SAMPLE)
    assert talk.video is not None
    assert talk.audio is not None
    store = store or Store(folder / "store", folder / "work")
    sources = {TALK: Source(media.SAMPLE, talk), PICTURE: Source(picture, about)}
    done = stages.render_segments(store, spec, sources, lambda ready, total: None)
    heard = {TALK: AudioSource(media.SAMPLE, talk.audio, talk.video.start)}
    sound = stages.mix_audio(store, spec, heard).artifact
    segments = [store.path(one.artifact.files["video"]) for one in done]
    video, track = folder / "video.mp4", store.path(sound.files["audio"])
    joined = concat.join(spec, segments, track, video)
    loud = Loudness(sound.value["loudness"], sound.value["true_peak"])
    parts = DeliveredParts(joined.video_packets_sha256, joined.audio_packets_sha256, track, loud)
    trace = FrameStats.joined(FrameStats.load(store.path(one.artifact.files["frame_stats"])) for one in done)
    return Made(spec, video, parts, trace)


def pictures(video: Path) -> list[Planes]:
    """Planes Y, U, V of all pictures."""
    import av

    found = []
    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            found.append([
                np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width].copy()
                for plane in frame.planes
            ])  # fmt: skip
    return found


def written(shown: Sequence[Planes], sound: Sound, out: Path) -> Path:
    """A file with these pictures and this sound, in the product's format, encoded nearly without loss."""
    import av

    with av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        height, width = shown[0][0].shape
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast", "crf": "14"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for name in ("color_range", "color_primaries", "color_trc", "colorspace"):
            setattr(stream.codec_context, name, 1)
        voice = container.add_stream("aac", rate=SAMPLES, layout="stereo")
        voice.bit_rate = 256_000
        for number, planes in enumerate(shown):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane, values in zip(frame.planes, planes, strict=True):
                np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width] = values
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        for start in range(0, len(sound), 1024):
            block = np.ascontiguousarray(sound[start : start + 1024].T, np.float32)
            samples = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            samples.sample_rate, samples.pts, samples.time_base = SAMPLES, start, Fraction(1, SAMPLES)
            container.mux(voice.encode(samples))
        container.mux(voice.encode(None))
    return out


def findings(made: Made, video: Path, spec: RenderSpec | None = None) -> tuple[Finding, ...]:
    """The findings of quality control for ``video``, which should look like ``made``."""
    plan = spec or made.spec
    return check_video(video, load_limits(), limit_sources(), plan, False, made.parts, made.trace).findings


# Defects. Each changes pictures ``[start, end)`` of a list, or the sound, in place.

Change = Callable[[list[Planes], Sound], None]


def fill(start: int, end: int, y: int, u: int = 128, v: int = 128, every: int = 0) -> Change:
    """Uniform frames; with ``every``, only the first half of each run of so many."""

    def change(shown: list[Planes], sound: Sound) -> None:
        for n in range(start, end):
            if not every or (n - start) % every < every // 2:
                shown[n] = [np.full_like(p, c) for p, c in zip(shown[n], (y, u, v), strict=True)]

    return change


def each(start: int, end: int, how: Callable[[NDArray[np.uint8]], NDArray[Any]], luma_only: bool = True) -> Change:
    """Changes every plane, or luma alone."""

    def change(shown: list[Planes], sound: Sound) -> None:
        for n in range(start, end):
            for k in range(1 if luma_only else 3):
                shown[n][k] = np.clip(how(shown[n][k]), 0, 255).astype(np.uint8)

    return change


def hold(start: int, end: int) -> Change:
    def change(shown: list[Planes], sound: Sound) -> None:
        for n in range(start, end):
            shown[n] = shown[start - 1]

    return change


def other(start: int, end: int, source: int) -> Change:
    """Pictures from elsewhere in the video."""

    def change(shown: list[Planes], sound: Sound) -> None:
        copies = [[plane.copy() for plane in shown[min(source + n, FRAMES - 1)]] for n in range(end - start)]
        shown[start:end] = copies

    return change


def patch(start: int, end: int, rows: slice, columns: slice, level: int) -> Change:
    """Covers a part of the picture."""

    def change(shown: list[Planes], sound: Sound) -> None:
        for n in range(start, end):
            shown[n][0][rows, columns] = level

    return change


def heard(how: Callable[[Sound], Sound]) -> Change:
    def change(shown: list[Planes], sound: Sound) -> None:
        sound[:] = how(sound)

    return change


def click(seconds: float, level: float, length: float = 0.005) -> Change:
    def change(shown: list[Planes], sound: Sound) -> None:
        first, count = round(seconds * SAMPLES), round(length * SAMPLES)
        noise = np.random.default_rng(0).choice([-level, level], count).astype(np.float32)
        sound[first : first + count] += noise[:, None]

    return change


def quiet(start: float, end: float) -> Change:
    def change(shown: list[Planes], sound: Sound) -> None:
        sound[round(start * SAMPLES) : round(end * SAMPLES)] = 0

    return change


def later(seconds: float) -> Change:
    return heard(lambda sound: np.roll(sound, round(seconds * SAMPLES), axis=0))


def spoilt(made: Made, change: Change, out: Path) -> Path:
    """The finished video with a defect."""
    shown, sound = pictures(made.video), decoded(made.video)
    change(shown, sound)
    return written(shown, sound, out)
