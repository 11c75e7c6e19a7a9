"""What composing costs beside encoding, part by part: ``python -m benchmarks.compose [--every N] MANIFEST…``.

Renders the segments of delivered videos one after the other on one thread, and gives for each video the milliseconds of
processor time per frame: of each part of composing, of all of it, and of encoding the same frames. Manifests lie in the
outbox of the home that made them, such as those of ``benchmarks.gallery``. ``--every`` 3 renders every third segment.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

import cv2

from benchmarks.delivered import delivered
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec
from pytoon_pipeline.media import frame_stats, source_reader
from pytoon_pipeline.media.source_reader import SourceReaders
from pytoon_pipeline.rendering import (
    caption_boxes,
    captions,
    compositor,
    ellipses,
    mattes,
    placement,
    segments,
    text,
    transitions,
    yuva,
)
from pytoon_pipeline.rendering.segment_plan import SegmentPlan, plan_segment
from pytoon_pipeline.rendering.warm_up import compile_kernels
from pytoon_pipeline.rendering.yuva import Sprite, YuvaImage, blend, copy_image, empty_image
from pytoon_pipeline_tests.harness.cost import cost_of
from pytoon_pipeline_tests.harness.encode_floor import in_memory
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.timelines import Timeline

# What belongs to each part of composing. What a function calls counts for the part of the callee.
PARTS: dict[str, list[tuple[Any, str]]] = {
    "decode": [(source_reader.SourceReader, "at")],
    "resample": [(yuva, "sample_window"), (yuva, "resample")],
    "ellipses": [(ellipses.EllipseImage, "crop")],
    "rotate": [(placement, "_place_rotated")],
    "stills": [(compositor, "still_image")],
    "shapes": [(compositor, "_drawn_shape"), (caption_boxes, "_drawn")],
    "effects": [(compositor, "apply"), (mattes.Matte, "__init__"), (mattes.Matte, "around")],
    "text": [(text, "text_image"), (compositor, "text_sheet")],
    "captions": [],
    "blend": [(compositor, "blend")],
    "copy": [(compositor, "draw_onto")],
    "mask": [(placement, "_with_edges"), (placement, "with_opacity"), (captions, "with_opacity")],
    "transitions": [(transitions, "mix_transition"), (transitions, "mix_backgrounds")],
    "measure": [(frame_stats.FrameStatsCollector, "add")],
}


class PartTimes:
    """Processor seconds of this thread by part."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._running: list[str] = []
        self._since = 0.0

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Counts the time for ``part``, and none of it for the part that runs now."""
        self._switch()
        self._running.append(part)
        try:
            yield
        finally:
            self._switch()
            self._running.pop()

    def counted(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with self.of(part):
                return function(*args, **kwargs)

        return call

    def _switch(self) -> None:
        now = time.thread_time()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now


def compose_into(
    frames: list[YuvaImage], plan: SegmentPlan, line: Timeline, readers: SourceReaders, times: PartTimes
) -> None:
    """Adds the frames of a segment to ``frames``."""
    size = (plan.width, plan.height)
    canvas, collector = empty_image(*size), frame_stats.FrameStatsCollector()
    with times.of("other"):
        for number, _ in enumerate(compositor.compose(plan, line.sources, readers, canvas)):
            with times.of("captions"):
                sprites: list[Sprite] = list(
                    captions.sprites(plan.captions, plan.caption_style, plan.rate, number, size)
                )
            with times.of("blend"):
                for sprite in sprites:
                    blend(canvas, sprite)
            collector.add(canvas.y, canvas.u, canvas.v)
            with times.of("not counted"):
                frames.append(copy_image(canvas))


def measure(line: Timeline, every: int, out: Path) -> dict[str, Any]:
    times, count = PartTimes(), 0
    compose_cpu = encode_cpu = 0.0
    spec: RenderSpec = line.spec
    with ExitStack() as stack:
        for part, functions in PARTS.items():
            for owner, name in functions:
                stack.enter_context(patch.object(owner, name, times.counted(part, getattr(owner, name))))
        readers = stack.enter_context(SourceReaders())
        for segment in spec.segments[::every]:
            plan = plan_segment(spec, segment, line.sources)
            frames: list[YuvaImage] = []
            compose_cpu += cost_of(partial(compose_into, frames, plan, line, readers, times)).cpu
            size = (plan.width, plan.height)
            encode_cpu += cost_of(partial(segments.encode, frames, size, plan.rate, plan.encoder, out)).cpu
            count += len(frames)
    compose_cpu -= times.seconds.pop("not counted")
    parts = {part: round(1000 * seconds / count, 2) for part, seconds in times.seconds.most_common()}
    return {
        "frames": count,
        "compose": round(1000 * compose_cpu / count, 2),
        "encode": round(1000 * encode_cpu / count, 2),
        "over_encode": round(1 + compose_cpu / encode_cpu, 3),
        "parts": {part: value for part, value in parts.items() if value >= 0.01},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifests", nargs="+", type=Path)
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    compile_kernels()
    result: dict[str, Any] = {}
    for manifest in given.manifests:
        with in_memory() as folder:
            found = measure(delivered(manifest, folder), given.every, folder / "out.mp4")
        result[manifest.parent.name] = found
        print(manifest.parent.name, json.dumps(found), file=sys.stderr, flush=True)
    print(json.dumps(result | {"machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
