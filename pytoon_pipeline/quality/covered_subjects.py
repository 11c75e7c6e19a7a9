"""Texts over what a picture is about: a face or a product."""

from collections.abc import Iterator, Sequence
from statistics import median

from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.quality import Severity
from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.contracts.spec.evaluate import crop_at, transform_at
from pytoon_pipeline.contracts.spec.layers import ImageLayer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene
from pytoon_pipeline.quality.context import CheckContext
from pytoon_pipeline.quality.deviation import Deviation
from pytoon_pipeline.quality.subjects import Subject

# Frames at which a text over a still is looked at, evenly spread over the time that both are shown.
MOMENTS = 5
# Layers of these names are no subjects.
DECORATION = ("logo", "watermark", "background")
MAX_QUOTED = 40


def text_over_subject(context: CheckContext) -> Iterator[Deviation]:
    """Texts that cover a face or a product, by the places that the plan gives both."""
    spec = context.spec
    if spec is None:
        return
    for start, end, text in spec.texts():
        # A text of a scene stands over that scene only: in a transition, both move.
        own = [scene for scene in spec.scenes if any(layer is text for layer in scene.layers)]
        covered: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for scene, layer in _pictures(own or spec.scenes, start, end):
            for subject in context.subjects.get(layer.item, ()):
                shares = list(_shares(spec, scene, layer, subject, (start, end, text)))
                covered.setdefault((layer.item, subject.name), []).extend(shares)
        found = (_deviation(context, name, shares, (start, end, text)) for (_, name), shares in covered.items())
        yield from (one for one in found if one is not None)


def _deviation(
    context: CheckContext, name: str, shares: Sequence[tuple[float, float]], shown: tuple[int, int, TextLayer]
) -> Deviation | None:
    """``shares`` are those of the subject and of the smaller of both that are in common, at several moments."""
    if not shares:
        return None
    start, end, text = shown
    hidden, common = (median(values) for values in zip(*shares, strict=True))
    gate = hidden >= context.limits.subject_hidden_max
    if not gate and common < context.limits.subject_covered:
        return None
    severity: Severity = "gate" if gate else "advice"
    limit, value = context.limit("subject_hidden_max" if gate else "subject_covered"), hidden if gate else common
    what = f"hides {name}" if gate else f"stands over {name}"
    return Deviation(
        "text_over_subject", f"“{text.text[:MAX_QUOTED]}” {what} of the picture (share).", round(value, 2), limit,
        severity, start, end,
    )  # fmt: skip


def _pictures(scenes: Sequence[Scene], start: int, end: int) -> Iterator[tuple[Scene, ImageLayer | VideoLayer]]:
    """The pictures and clips, but no blurred copies of them, that ``scenes`` show between two frames."""
    for scene in scenes:
        if scene.start >= end or scene.end <= start:
            continue
        for layer in scene.layers:
            if not isinstance(layer, ImageLayer | VideoLayer) or layer.name in DECORATION:
                continue
            if not any(isinstance(effect, Blur) for effect in layer.effects):
                yield scene, layer


def _shares(
    spec: RenderSpec,
    scene: Scene,
    layer: ImageLayer | VideoLayer,
    subject: Subject,
    shown: tuple[int, int, TextLayer],
) -> Iterator[tuple[float, float]]:
    """At moments of a text: the share of the subject that it hides, and that of the smaller of both."""
    start, end, text = shown
    first, last = max(start, scene.start + layer.start), min(end, scene.end)
    # In a transition, what is leaving is hardly seen, and both move.
    first = max(first, *(one.end for one in spec.scenes if one.start < scene.start), 0)
    last = min(last, *(one.start for one in spec.scenes if one.start > scene.start), spec.frames)
    if layer.frames is not None:
        last = min(last, scene.start + layer.start + layer.frames)
    if isinstance(layer, VideoLayer):
        origin = scene.start + layer.start - layer.source_start
        first = max(first, origin + spec.rate.nearest(max(0.0, subject.start)))
        last = min(last, origin + spec.rate.nearest(min(subject.end, spec.rate.seconds(spec.frames + last))))
    if last <= first:
        return
    # What a text covers does not depend on how it comes in.
    rest = transform_at(text.transform, (start + end) // 2 - start + text.start)
    letters = _around(rest.x, rest.y, text.width * rest.scale, text.height * rest.scale)
    frame = Rect(0.0, 0.0, float(spec.width), float(spec.height))
    for moment in sorted({first + (last - first) * (2 * n + 1) // (2 * MOMENTS) for n in range(MOMENTS)}):
        place = _place(scene, layer, subject, moment).intersection(frame)
        if place.area:
            shared = place.intersection(letters).area
            yield shared / place.area, shared / max(1.0, min(place.area, letters.area))


def _place(scene: Scene, layer: ImageLayer | VideoLayer, subject: Subject, frame: int) -> Rect[float]:
    """Where a subject is in a frame, as far as its layer shows it."""
    own = frame - scene.start
    at = transform_at(layer.transform, own)
    width, height = layer.width * at.scale, layer.height * at.scale
    whole = _around(at.x, at.y, width, height)
    window = crop_at(layer.crop_path, own - layer.start, frame)
    left, top = (
        whole.left + (subject.box.x - window.x) / window.width * width,
        whole.top + (subject.box.y - window.y) / window.height * height,
    )
    place = Rect(
        left, top, left + subject.box.width / window.width * width, top + subject.box.height / window.height * height
    )
    return place.intersection(whole)


def _around(x: float, y: float, width: float, height: float) -> Rect[float]:
    return Rect(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
