"""The hero archetype: one item at a time over the whole frame, slowly moving, with a big headline.

Talking footage is planned by the same hand: it is one more kind of item.
"""

from collections.abc import Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.request import MediaRequest
from pytoon_pipeline.contracts.spec.evaluate import window_at
from pytoon_pipeline.contracts.spec.layers import Camera, ImageLayer, Layer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.planning.assembly import budget, finish, rate_of, shared, timeline
from pytoon_pipeline.planning.branding import end_card, text_area
from pytoon_pipeline.planning.captions.clip import captioned
from pytoon_pipeline.planning.context import HEIGHT, Brief, Material, refused
from pytoon_pipeline.planning.layout import backgrounds
from pytoon_pipeline.planning.layout.contrast import Backdrop, Behind, everywhere, of_whole, together
from pytoon_pipeline.planning.layout.text_placement import FACE, PICTURE, TEXT, around, on_screen
from pytoon_pipeline.planning.layout.titles import headline, item_text, over_time, reading_seconds, wishes
from pytoon_pipeline.planning.sequences import Obstacle, Piece, own_sound, share_out
from pytoon_pipeline.planning.shots import footage, stills

# A video of text alone lasts at least this long.
TEXT_SECONDS = 5.0
# Silence after a voice has ended.
VOICE_TAIL = 0.4
# Air between two texts.
TEXT_GAP = 12


def plan_hero(brief: Brief) -> RenderSpec:
    """One item after the other; without any, text on a designed background."""
    rate = rate_of(brief.media)
    pieces, notes = items(brief, rate, talk=False)
    return told(brief, rate, pieces, notes)


def plan_footage(brief: Brief) -> RenderSpec:
    """Talking videos without their silences; pictures and texts may stand beside them."""
    rate = rate_of(brief.media)
    pieces, notes = items(brief, rate, talk=True)
    return told(brief, rate, pieces, notes)


def told(brief: Brief, rate: FrameRate, pieces: Sequence[Piece], notes: Sequence[Note]) -> RenderSpec:
    """The pieces with the texts of the whole video over them."""
    line, content = timeline(brief, rate, pieces)
    behind = together([piece.behind for piece in pieces])
    texts = over_time(brief, wishes(brief), text_area(brief), 0, content, rate, behind, line.avoid)
    return finish(brief, rate, line, content, texts, notes)


def items(brief: Brief, rate: FrameRate, talk: bool) -> tuple[list[Piece], list[Note]]:
    """A piece for each item, with its own text, within the length of the video."""
    if not brief.media:
        return [text_only(brief, rate)], []
    lengths, notes = plan_lengths(brief, rate, talk)
    pieces = []
    for index, (material, frames) in enumerate(zip(brief.media, lengths, strict=True)):
        wish = brief.wish(index)
        if talk and not material.is_still:
            piece = footage.talking(material, wish, brief.preset, rate, frames)
            piece = captioned(brief, piece, material, wish.file)
        else:
            piece = shown(brief, material, wish, index, frames, rate)
        pieces.append(with_text(brief, piece, index, rate))
    return pieces, notes


def plan_lengths(brief: Brief, rate: FrameRate, talk: bool) -> tuple[list[int], list[Note]]:
    """Frames for each item: as asked for, else by the preset; all shortened alike when they are too long together.

    Raises ``BadInput`` when there are more items than the length can show.
    """
    settings = brief.preset.stills
    wanted, shortest = [], []
    for material, wish in zip(brief.media, brief.request.media, strict=True):
        if material.is_still:
            seconds = settings.seconds if wish.end is None else wish.end - wish.start
        else:
            first, last = footage.part(material, wish)
            seconds = last - first
        wanted.append(float(rate.nearest(seconds)))
        least = rate.nearest(settings.shortest)
        shortest.append(float(min(least, wanted[-1])))
    most = budget(brief, rate)
    if not talk:
        wanted = _stretched(brief, rate, wanted, most)
    if talk and len(wanted) == 1:
        return [most], []
    # Pieces overlap: their sum may be longer than the video by what the overlaps take.
    limit = float(most)
    for _ in range(4):
        lengths, cut = share_out(wanted, shortest, limit)
        whole = [max(1, int(length)) for length in lengths]
        limit = most + shared(brief, rate, whole)
    whole = trimmed(brief, rate, whole)
    if any(frames < least - 1 for frames, least in zip(whole, shortest, strict=True)):
        raise refused(
            "media", "too_many_items",
            f"{len(whole)} items do not fit in {brief.request.max_seconds:g} s: each needs {settings.shortest:g} s.",
            "Leave some out, raise max_seconds, or lower adjust.stills.shortest.",
        )  # fmt: skip
    if not cut:
        return whole, []
    factor = sum(whole) / sum(wanted)
    message = f"All items were shortened alike, to {factor:.0%}, so that they fit in {brief.request.max_seconds:g} s."
    return whole, [Note(code="shortened_evenly", message=message)]


def trimmed(brief: Brief, rate: FrameRate, lengths: Sequence[int]) -> list[int]:
    """Lengths of pieces, the longest of them shortened until all fit in the video."""
    most, whole = budget(brief, rate), list(lengths)
    while sum(whole) - shared(brief, rate, whole) > most and max(whole) > 1:
        whole[whole.index(max(whole))] -= 1
    return whole


def _stretched(brief: Brief, rate: FrameRate, wanted: list[float], most: int) -> list[float]:
    """Pictures stay longer when a voice or reading needs the time."""
    need = reading_seconds(brief)
    if brief.voice is not None:
        need = max(need, brief.voice.sound_seconds + VOICE_TAIL)
    # Texts end where the end card comes in.
    lengths = [int(length) for length in wanted] + [piece.frames for piece in end_card(brief, rate)]
    frames = min(float(most), float(rate.nearest(need)) + 1 + shared(brief, rate, lengths))
    free = [n for n, (m, w) in enumerate(zip(brief.media, brief.request.media, strict=True))
            if m.is_still and w.end is None]  # fmt: skip
    missing = frames - sum(wanted)
    if missing <= 0 or not free:
        return wanted
    # A voice holds pictures as long as it speaks; for reading alone they do not outstay the preset's longest.
    longest = float("inf") if brief.voice is not None else float(rate.nearest(brief.preset.stills.longest))
    for n in free:
        wanted[n] = min(max(longest, wanted[n]), wanted[n] + missing / len(free))
    return wanted


def shown(brief: Brief, material: Material, wish: MediaRequest, index: int, frames: int, rate: FrameRate) -> Piece:
    """One item over the whole frame."""
    preset = brief.preset
    move = preset.stills.moves[index % len(preset.stills.moves)]
    fit = stills.fit_of(material, wish.fit or brief.request.fit, preset.stills)
    start = brief.begin(index, rate)
    if not material.is_still and fit == "cover":
        return footage.clip(material, start, frames, preset, rate)
    layers: tuple[Layer, ...]
    if fit == "cover":
        layers = stills.covering(material, frames, move, preset.stills)
    elif fit == "bars":
        layers = stills.barred(material, start)
    else:
        layers = stills.contained(material, frames, move, preset.stills, start)
    return piece_of(material, layers, frames, start)


def faces_in(material: Material, camera: Camera, frames: int) -> tuple[Obstacle, ...]:
    """Where a covering picture shows faces."""
    moments = {0, frames // 2, max(0, frames - 1)}
    windows = [window_at(camera, frame, frame) for frame in moments]
    areas = [on_screen(face.box, window) for face in material.faces for window in windows]
    return tuple(Obstacle(0, frames, area, FACE) for area in areas)


def piece_of(material: Material, layers: tuple[Layer, ...], frames: int, start: int) -> Piece:
    """A scene of layers that all show one item."""
    whole = (FrameRange(start=0, end=frames),)
    shown_layer = layers[-1]
    assert isinstance(shown_layer, ImageLayer | VideoLayer)
    if shown_layer.height >= HEIGHT:
        avoid = faces_in(material, shown_layer.camera, frames)
    else:
        avoid = (Obstacle(0, frames, around(shown_layer), PICTURE),)
    return Piece(
        (Scene(start=0, frames=frames, layers=layers),),
        _behind(material, layers, frames),
        avoid=avoid,
        heard=own_sound(material, frames, start),
        still=whole if material.is_still else (),
        dark=whole if max(material.looked_at.tones.lightest) < 0.012 else (),
    )


def with_text(brief: Brief, piece: Piece, index: int, rate: FrameRate) -> Piece:
    """The piece with the item's own text, all the time that it is shown."""
    area = text_area(brief)
    page = item_text(brief, index, area)
    if page is None:
        return piece
    layer = headline(brief, page, "item", area, 0, piece.frames, rate, piece.behind, brief.preset.headline.items,
                     piece.avoid)  # fmt: skip
    scenes = []
    for scene in piece.scenes:
        own = _within(layer, scene, piece)
        scenes.append(scene.model_copy(update={"layers": (*scene.layers, own)}))
    taken = around(layer, 0, TEXT_GAP)
    return replace(piece, scenes=tuple(scenes), avoid=(*piece.avoid, Obstacle(0, piece.frames, taken, TEXT)))


def _within(layer: TextLayer, scene: Scene, piece: Piece) -> TextLayer:
    """The text as one scene of a piece shows it: it comes in with the first and leaves with the last."""
    if len(piece.scenes) == 1:
        return layer
    moved = {
        name: tuple(key.model_copy(update={"frame": key.frame - scene.start}) for key in getattr(layer.motion, name))
        for name in ("x", "y", "scale", "rotation", "opacity")
    }
    return layer.model_copy(update={"motion": layer.motion.model_copy(update=moved), "frames": scene.frames})


def text_only(brief: Brief, rate: FrameRate) -> Piece:
    """A designed background for texts alone. Raises ``BadInput`` when there are none."""
    if not wishes(brief):
        raise refused("media", "nothing_to_show", "there are neither media nor texts.", "Give one of them.")
    most = budget(brief, rate)
    seconds = max(TEXT_SECONDS, reading_seconds(brief) * 1.15)
    if brief.voice is not None:
        seconds = max(seconds, brief.voice.sound_seconds + VOICE_TAIL)
    frames = min(most, rate.nearest(seconds))
    layers, behind = backgrounds.designed(brief.preset.background, frames)
    return Piece((Scene(start=0, frames=frames, layers=layers),), behind, still=(FrameRange(start=0, end=frames),))


def _behind(material: Material, layers: tuple[Layer, ...], frames: int) -> Behind:
    """A covering layer is known place by place; beside a whole picture there may be black, and all of it counts."""
    first = layers[0]
    if len(layers) == 1 and isinstance(first, ImageLayer | VideoLayer) and first.height >= HEIGHT:
        return stills.behind_camera(material, first.camera, frames)
    whole = of_whole(material.looked_at.tones)
    return everywhere(Backdrop(0.0, whole.lightest))
