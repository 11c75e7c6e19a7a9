"""From pieces to a RenderSpec: what every archetype ends with."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.preset import CaptionStyle
from pytoon_pipeline.contracts.spec.layers import Layer, TextLayer
from pytoon_pipeline.contracts.spec.render_spec import BrandUse, CaptionPlan, Constraints, Note, RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.planning.audio_mix import plan_sound
from pytoon_pipeline.planning.branding import allowed_transition, end_card, watermark
from pytoon_pipeline.planning.context import HEIGHT, WIDTH, Brief, Material, refused
from pytoon_pipeline.planning.segments import plan_segments
from pytoon_pipeline.planning.sequences import Heard, Piece, Timeline, join, overlaps
from pytoon_pipeline.planning.shots.edit_ranges import DEFAULT_RATE, output_rate


def rate_of(media: Sequence[Material]) -> FrameRate:
    """The video's rate: that of its first clip, else 30."""
    return next((output_rate(one.video) for one in media if not one.is_still), DEFAULT_RATE)


def most_frames(brief: Brief, rate: FrameRate) -> int:
    """Frames that the video may have."""
    return int(brief.request.max_seconds * rate.fraction)


def budget(brief: Brief, rate: FrameRate) -> int:
    """Frames left for the content, before overlaps, when the end card has its own.

    Raises ``BadInput`` when there is no room beside the end card.
    """
    left = most_frames(brief, rate) - sum(piece.frames for piece in end_card(brief, rate))
    if left < rate.nearest(1.0):
        raise refused(
            "max_seconds", "too_short", "nothing is left beside the end card of the brand.",
            "Raise max_seconds, or set end_card.seconds of the brand to 0.",
        )  # fmt: skip
    return left


def shared(brief: Brief, rate: FrameRate, lengths: Sequence[int]) -> int:
    """Frames that the overlaps between pieces of these lengths take off their sum."""
    kind, seconds = allowed_transition(brief)
    return sum(overlaps(lengths, kind, rate.nearest(seconds)))


def timeline(brief: Brief, rate: FrameRate, pieces: Sequence[Piece]) -> tuple[Timeline, int]:
    """Pieces and the end card, joined; and the frame at which the content ends."""
    kind, seconds = allowed_transition(brief)
    closing = end_card(brief, rate)
    joined = join([*pieces, *closing], kind, rate.nearest(seconds))
    content = joined.parts[len(pieces) - 1].end
    return joined, min(content, joined.parts[len(pieces)].start) if closing else content


def finish(
    brief: Brief, rate: FrameRate, line: Timeline, content: int, overlays: Sequence[Layer] = (),
    notes: Sequence[Note] = (),
) -> RenderSpec:  # fmt: skip
    """The whole plan: overlays, watermark, captions, sound and segments over a timeline."""
    line = replace(line, heard=tuple(_audible(brief, line.heard)))
    sound, said = plan_sound(brief, line, rate)
    above: tuple[Layer, ...] = (*overlays, *watermark(brief, content))
    style = safe_captions(brief.preset.captions, brief)
    texts = [layer for layer in above if isinstance(layer, TextLayer)]
    marks = [edge for cue in line.cues for edge in (cue.start, cue.end)]
    marks += [edge for layer in texts for edge in (layer.start, layer.start + (layer.frames or 0))]
    known = {(note.code, note.message): note for note in (*line.notes, *notes, *said)}
    safe = brief.safe
    return RenderSpec(
        archetype=brief.archetype,
        width=WIDTH,
        height=HEIGHT,
        rate=rate,
        frames=line.frames,
        scenes=line.scenes,
        overlays=above,
        segments=plan_segments(line.frames, line.scenes, marks, rate),
        captions=CaptionPlan(style=style, cues=line.cues),
        sound=sound,
        constraints=Constraints(platform=brief.platform.name, safe=safe, max_frames=most_frames(brief, rate)),
        brand=BrandUse(name=brief.brand.name, safe=brief.request.brand_safe) if brief.brand else None,
        still=_joined(line.still),
        dark=_joined([*line.dark, *_fades(line.scenes)]),
        notes=tuple(known.values()),
    )


def safe_captions(style: CaptionStyle, brief: Brief) -> CaptionStyle:
    """The style with its place inside the platform's safe zone."""
    safe = brief.safe
    return style.model_copy(
        update={
            "position": round(min(style.position, safe.bottom / HEIGHT), 4),
            "margin": max(style.margin, safe.left, WIDTH - safe.right),
        }
    )


def _audible(brief: Brief, heard: Sequence[Heard]) -> list[Heard]:
    """Clips' own sound as the request wants it: kept, lowered, or left out."""
    wishes = {material.item: wish.sound for material, wish in zip(brief.media, brief.request.media, strict=False)}
    found = []
    for one in heard:
        wish = wishes.get(one.item) or brief.request.original_sound
        if wish == "mute":
            continue
        volume = one.volume_db + (brief.preset.sound.lowered if wish == "lower" else 0.0)
        found.append(replace(one, volume_db=volume))
    return found


def _fades(scenes: Sequence[Scene]) -> Iterator[FrameRange]:
    """Where one scene gives way to the next through black."""
    for scene in scenes:
        if scene.transition is not None and scene.transition.kind == "fade":
            yield FrameRange(start=scene.start, end=scene.start + scene.transition.frames)


def _joined(ranges: Sequence[FrameRange]) -> tuple[FrameRange, ...]:
    found: list[FrameRange] = []
    for one in sorted(ranges, key=lambda r: r.start):
        if found and one.start <= found[-1].end:
            found[-1] = FrameRange(start=found[-1].start, end=max(one.end, found[-1].end))
        else:
            found.append(one)
    return tuple(found)
