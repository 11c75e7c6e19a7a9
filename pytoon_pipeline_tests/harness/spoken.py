"""Plans of speech and of texts on the screen, for subtitles."""

import itertools

from pytoon_pipeline.contracts.captions import CaptionStyle
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import CaptionPlan, Cue, CueWord, RenderSpec, Scene, Segment
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline_tests.harness.segments import spec

RATE = FrameRate(numerator=30)


def talk(
    words: list[tuple[str, int, int]], rate: FrameRate = RATE, spare: int = 60, hidden: bool = False
) -> RenderSpec:
    """A video in which each of ``words`` follows a pause, both in frames; three words share a caption."""
    placed, end = [], 0
    for text, pause, frames in words:
        placed.append(CueWord(text=text, start=end + pause, end=end + pause + frames))
        end = placed[-1].end
    groups = [tuple(placed[n : n + 3]) for n in range(0, len(placed), 3)]
    cues = tuple(Cue(start=one[0].start, end=one[-1].end, words=one) for one in groups)
    plan = CaptionPlan(style=CaptionStyle(), cues=() if hidden else cues, hidden=cues if hidden else ())
    return spec(frames=end + spare, cut=(), rate=rate, captions=plan)


def text(value: str, y: float = 0, start: int = 0, frames: int | None = None, **motion: object) -> TextLayer:
    place = Transform(**{"x": constant(540), "y": constant(y), **motion})  # type: ignore[arg-type]
    style = TextStyle()
    return TextLayer(
        lines=tuple(value.split("\n")), style=style, start=start, frames=frames, width=900, height=200, transform=place
    )


def screen(*layers: Layer, scenes: tuple[int, ...] = (150,), over: tuple[Layer, ...] = ()) -> RenderSpec:
    """A silent video: ``layers`` in each of its scenes of so many frames, and texts over all."""
    starts = list(itertools.accumulate(scenes, initial=0))
    shown = tuple(Scene(start=a, frames=n, layers=layers) for a, n in zip(starts, scenes, strict=False))
    nothing = CaptionPlan(style=CaptionStyle(), cues=())
    whole = (Segment(start=0, frames=starts[-1]),)
    return spec(frames=starts[-1], rate=RATE, scenes=shown, overlays=over, captions=nothing, segments=whole)
