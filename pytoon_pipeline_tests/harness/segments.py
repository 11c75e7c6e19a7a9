"""A short plan of one clip, rendered segment by segment. Its frames are small: most tests of segments look at few."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.rendering import CompositeResult
from pytoon_pipeline.contracts.spec.layers import CropKeyframe, CropPath, Transform, VideoLayer, constant
from pytoon_pipeline.contracts.spec.render_spec import (
    AudioMix,
    Cue,
    CueWord,
    RenderSpec,
    Scene,
    Segment,
)
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.rendering import concat, stages
from pytoon_pipeline.rendering.segment_plan import Source
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.placed_captions import placed_captions

ITEM = "a" * 64
WIDTH, HEIGHT, RATE = 540, 960, FrameRate(numerator=25)

STILL = CropPath(
    width=0.31640625, height=1.0, keyframes=(CropKeyframe(frame=0, x=0.5, y=0.5, focus_x=0.5, focus_y=0.5),)
)


def spec(frames: int = 60, cut: Sequence[int] = (25,), text: str = "hello", **changes: object) -> RenderSpec:
    edges = [0, *cut, frames]
    layer = VideoLayer(
        item=ITEM, source_start=3, crop_path=STILL, width=WIDTH, height=HEIGHT,
        transform=Transform(x=constant(WIDTH / 2), y=constant(HEIGHT / 2)),
    )  # fmt: skip
    word = CueWord(text=text, start=30, end=45)
    values: dict = {
        "width": WIDTH,
        "height": HEIGHT,
        "rate": RATE,
        "frames": frames,
        "scenes": (Scene(start=0, frames=frames, layers=(layer,)),),
        "segments": tuple(Segment(start=a, frames=b - a) for a, b in itertools.pairwise(edges)),
        "captions": placed_captions(
            CaptionStyle(size=44, margin=40), (Cue(start=30, end=45, words=(word,)),), WIDTH, HEIGHT
        ),
        "audio": AudioMix(samples=frames * 1920, loudness=-14, true_peak=-1),
    }
    return RenderSpec(**(values | changes))


def rendered(plan: RenderSpec, source: Source, store: Store) -> list[Path]:
    done = stages.render_segments(store, plan, {ITEM: source}, lambda ready, total: None)
    return [store.path(one.artifact.files["video"]) for one in done]


def joined(plan: RenderSpec, source: Source, store: Store, out: Path) -> CompositeResult:
    silent = stages.mix_audio(store, plan, {})
    return concat.join(plan, rendered(plan, source, store), store.path(silent.artifact.files["audio"]), out)
