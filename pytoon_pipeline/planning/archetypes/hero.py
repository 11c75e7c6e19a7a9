"""The hero archetype: one item at a time over the whole frame, slowly moving, with a big headline.

Talking footage is planned by the same hand: it is one more kind of item.
"""

from collections.abc import Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.request import MediaRequest
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import CropPath, ImageLayer, Layer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.planning.assembly import content_frames, finish, overlap_frames, rate_of, timeline
from pytoon_pipeline.planning.branding import end_card, text_area
from pytoon_pipeline.planning.captions.clip import add_captions
from pytoon_pipeline.planning.context import HEIGHT, WIDTH, AnalysedMedia, PlanContext, field_error
from pytoon_pipeline.planning.layout import backgrounds
from pytoon_pipeline.planning.layout.contrast import Backdrop, Backdrops, everywhere, together, whole_backdrop
from pytoon_pipeline.planning.layout.text_placement import FACE, PICTURE, TEXT, layer_area
from pytoon_pipeline.planning.layout.titles import (
    item_text,
    reading_seconds,
    title_layer,
    title_requests,
    titles_over_time,
)
from pytoon_pipeline.planning.sequences import KeepOutArea, SceneSequence, distribute, own_sound
from pytoon_pipeline.planning.shots import footage, stills

# A video of text alone lasts at least this long.
TEXT_SECONDS = 5.0
# Silence after a voice has ended.
VOICE_TAIL = 0.4
# Air between two texts.
TEXT_GAP = 12


def plan_hero(context: PlanContext) -> RenderSpec:
    """One item after the other; without any, text on a designed background."""
    rate = rate_of(context.media)
    sequences, notes = item_sequences(context, rate, talk=False)
    return with_titles(context, rate, sequences, notes)


def plan_footage(context: PlanContext) -> RenderSpec:
    """Talking videos without their silences; pictures and texts may stand beside them."""
    rate = rate_of(context.media)
    sequences, notes = item_sequences(context, rate, talk=True)
    return with_titles(context, rate, sequences, notes)


def with_titles(
    context: PlanContext, rate: FrameRate, sequences: Sequence[SceneSequence], notes: Sequence[Note]
) -> RenderSpec:
    """The sequences with the texts of the whole video over them."""
    line, content = timeline(context, rate, sequences)
    behind = together([sequence.backdrop for sequence in sequences])
    texts = titles_over_time(
        context, title_requests(context), text_area(context), 0, content, rate, behind, line.keep_out
    )
    return finish(context, rate, line, content, texts, notes)


def item_sequences(context: PlanContext, rate: FrameRate, talk: bool) -> tuple[list[SceneSequence], list[Note]]:
    """A sequence for each item, with its own text, within the length of the video."""
    if not context.media:
        return [text_only(context, rate)], []
    lengths, notes = plan_lengths(context, rate, talk)
    sequences = []
    for index, (material, frames) in enumerate(zip(context.media, lengths, strict=True)):
        wish = context.media_request(index)
        if talk and not material.is_still:
            sequence = footage.talking(material, wish, context.preset, rate, frames)
            sequence = add_captions(context, sequence, material, wish.file)
        else:
            sequence = full_frame(context, material, wish, index, frames, rate)
        sequences.append(with_text(context, sequence, index, rate))
    return sequences, notes


def plan_lengths(context: PlanContext, rate: FrameRate, talk: bool) -> tuple[list[int], list[Note]]:
    """Frames for each item: as asked for, else by the preset; all shortened alike when they are too long together.

    Raises ``InvalidInput`` when there are more items than the length can show.
    """
    settings = context.preset.stills
    wanted, shortest = [], []
    for material, wish in zip(context.media, context.request.media, strict=True):
        if material.is_still:
            seconds = settings.seconds if wish.end is None else wish.end - wish.start
        else:
            first, last = footage.part(material, wish)
            seconds = last - first
        wanted.append(float(rate.nearest(seconds)))
        least = rate.nearest(settings.min_seconds)
        shortest.append(float(min(least, wanted[-1])))
    most = content_frames(context, rate)
    if not talk:
        wanted = _extended(context, rate, wanted, most)
    if talk and len(wanted) == 1:
        return [most], []
    # Pieces overlap: their sum may be longer than the video by what the overlaps take.
    limit = float(most)
    for _ in range(4):
        lengths, cut = distribute(wanted, shortest, limit)
        whole = [max(1, int(length)) for length in lengths]
        limit = most + overlap_frames(context, rate, whole)
    whole = fit_lengths(context, rate, whole)
    if any(frames < least - 1 for frames, least in zip(whole, shortest, strict=True)):
        raise field_error(
            "media",
            "too_many_items",
            f"{len(whole)} items of {settings.min_seconds:g} s each do not fit in {context.request.max_seconds:g} s.",
            "Leave some out, raise max_seconds, or lower adjust.stills.min_seconds.",
        )
    if not cut:
        return whole, []
    factor = sum(whole) / sum(wanted)
    message = f"All items were shortened alike, to {factor:.0%}, so that they fit in {context.request.max_seconds:g} s."
    return whole, [Note(code="shortened_evenly", message=message)]


def fit_lengths(context: PlanContext, rate: FrameRate, lengths: Sequence[int]) -> list[int]:
    """Lengths of sequences, the longest of them shortened until all fit in the video."""
    most, whole = content_frames(context, rate), list(lengths)
    while sum(whole) - overlap_frames(context, rate, whole) > most and max(whole) > 1:
        whole[whole.index(max(whole))] -= 1
    return whole


def _extended(context: PlanContext, rate: FrameRate, wanted: list[float], most: int) -> list[float]:
    """Pictures stay longer when a voice or reading needs the time."""
    need = reading_seconds(context)
    if context.voice is not None:
        need = max(need, context.voice.sound_seconds + VOICE_TAIL)
    # Texts end where the end card comes in.
    lengths = [int(length) for length in wanted] + [sequence.frames for sequence in end_card(context, rate)]
    frames = min(float(most), float(rate.nearest(need)) + 1 + overlap_frames(context, rate, lengths))
    free = [n for n, (m, w) in enumerate(zip(context.media, context.request.media, strict=True))
            if m.is_still and w.end is None]  # fmt: skip
    missing = frames - sum(wanted)
    if missing <= 0 or not free:
        return wanted
    # A voice holds pictures as long as it speaks; for reading alone they do not outstay the preset's longest.
    longest = float("inf") if context.voice is not None else float(rate.nearest(context.preset.stills.max_seconds))
    for n in free:
        wanted[n] = min(max(longest, wanted[n]), wanted[n] + missing / len(free))
    return wanted


def full_frame(
    context: PlanContext, material: AnalysedMedia, wish: MediaRequest, index: int, frames: int, rate: FrameRate
) -> SceneSequence:
    """One item over the whole frame."""
    preset = context.preset
    move = preset.stills.ken_burns[index % len(preset.stills.ken_burns)]
    fit = stills.fit_of(material, wish.fit or context.request.fit, preset.stills)
    start = context.source_start(index, rate)
    if not material.is_still and fit == "cover":
        return footage.clip(material, start, frames, preset, rate)
    layers: tuple[Layer, ...]
    if fit == "cover":
        layers = stills.fit_cover(material, frames, move, preset.stills)
    elif fit == "bars":
        layers = stills.letterboxed(material, start)
    else:
        layers = stills.fit_contain(material, frames, move, preset.stills, start)
    return sequence_of(material, layers, frames, start)


def faces_in(material: AnalysedMedia, camera: CropPath, frames: int) -> tuple[KeepOutArea, ...]:
    """Where a covering picture shows faces."""
    moments = {0, frames // 2, max(0, frames - 1)}
    windows = [crop_at(camera, frame, frame) for frame in moments]
    areas = [face.box.through(window, WIDTH, HEIGHT) for face in material.faces for window in windows]
    return tuple(KeepOutArea(0, frames, area, FACE) for area in areas)


def sequence_of(material: AnalysedMedia, layers: tuple[Layer, ...], frames: int, start: int) -> SceneSequence:
    """A scene of layers that all show one item."""
    whole = (FrameRange(start=0, end=frames),)
    shown_layer = layers[-1]
    assert isinstance(shown_layer, ImageLayer | VideoLayer)
    if shown_layer.height >= HEIGHT:
        avoid = faces_in(material, shown_layer.crop_path, frames)
    else:
        avoid = (KeepOutArea(0, frames, layer_area(shown_layer), PICTURE),)
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=layers),),
        _behind(material, layers, frames),
        keep_out=avoid,
        audio=own_sound(material, frames, start),
        static=whole if material.is_still else (),
        black=whole if max(material.looked_at.tones.lightest) < 0.012 else (),
    )


def with_text(context: PlanContext, sequence: SceneSequence, index: int, rate: FrameRate) -> SceneSequence:
    """The sequence with the item's own text, all the time that it is shown."""
    area = text_area(context)
    page = item_text(context, index, area)
    if page is None:
        return sequence
    layer = title_layer(
        context,
        page,
        "item",
        area,
        0,
        sequence.frames,
        rate,
        sequence.backdrop,
        context.preset.headline.item_position,
        sequence.keep_out,
    )
    scenes = []
    for scene in sequence.scenes:
        own = _within(layer, scene, sequence)
        scenes.append(scene.model_copy(update={"layers": (*scene.layers, own)}))
    taken = layer_area(layer, 0, TEXT_GAP)
    return replace(
        sequence, scenes=tuple(scenes), keep_out=(*sequence.keep_out, KeepOutArea(0, sequence.frames, taken, TEXT))
    )


def _within(layer: TextLayer, scene: Scene, sequence: SceneSequence) -> TextLayer:
    """The text as one scene of a sequence shows it: it comes in with the first and leaves with the last."""
    if len(sequence.scenes) == 1:
        return layer
    moved = {
        name: tuple(key.model_copy(update={"frame": key.frame - scene.start}) for key in getattr(layer.transform, name))
        for name in ("x", "y", "scale", "rotation", "opacity")
    }
    return layer.model_copy(update={"transform": layer.transform.model_copy(update=moved), "frames": scene.frames})


def text_only(context: PlanContext, rate: FrameRate) -> SceneSequence:
    """A designed background for texts alone. Raises ``InvalidInput`` when there are none."""
    if not title_requests(context):
        raise field_error("media", "nothing_to_show", "there are neither media nor texts.", "Give one of them.")
    most = content_frames(context, rate)
    seconds = max(TEXT_SECONDS, reading_seconds(context) * 1.15)
    if context.voice is not None:
        seconds = max(seconds, context.voice.sound_seconds + VOICE_TAIL)
    frames = min(most, rate.nearest(seconds))
    layers, behind = backgrounds.designed_background(context.preset.background, frames)
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=layers),), behind, static=(FrameRange(start=0, end=frames),)
    )


def _behind(material: AnalysedMedia, layers: tuple[Layer, ...], frames: int) -> Backdrops:
    """A covering layer is known place by place; beside a whole picture there may be black, and all of it counts."""
    first = layers[0]
    if len(layers) == 1 and isinstance(first, ImageLayer | VideoLayer) and first.height >= HEIGHT:
        return stills.crop_backdrop(material, first.crop_path, frames)
    whole = whole_backdrop(material.looked_at.tones)
    return everywhere(Backdrop(0.0, whole.lightest))
