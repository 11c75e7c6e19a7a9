"""Moving pictures: a talking video without its silences, or a clip as it is; framed for 9:16 shot by shot."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.errors import BadInput
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import MediaRequest
from pytoon_pipeline.contracts.spec.evaluate import window_at
from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate, TimeRange
from pytoon_pipeline.planning.captions.cues import plan_cues
from pytoon_pipeline.planning.context import HEIGHT, WIDTH, Material
from pytoon_pipeline.planning.layout.contrast import of_tones
from pytoon_pipeline.planning.layout.text_placement import FACE, on_screen
from pytoon_pipeline.planning.sequences import Heard, Obstacle, Piece
from pytoon_pipeline.planning.shots.camera import Frame, plan_shot
from pytoon_pipeline.planning.shots.edit_ranges import Take, plan_takes, to_output
from pytoon_pipeline.planning.shots.stills import FULL_FRAME

# Enlarging a source more than this leaves it visibly soft.
SOFT_FACTOR = 4.0
# How often it is asked where faces are that texts should not cover.
FACE_SECONDS = 1.0


def talking(material: Material, wish: MediaRequest, preset: Preset, rate: FrameRate, most: int) -> Piece:
    """What is said in a video, at most ``most`` frames of it. Raises ``BadInput`` when nothing would be left."""
    speech = material.silence.speech if material.silence else (TimeRange(start=0.0, end=material.seconds),)
    words = material.silence.words if material.silence and material.audible else ()
    first, last = part(material, wish)
    speech = tuple(
        TimeRange(start=max(one.start, first), end=min(one.end, last))
        for one in speech
        if one.end > first and one.start < last
    )
    takes, shortened = plan_takes(speech, material.shots.cuts, words, material.seconds, rate, most)
    if not takes:
        raise BadInput(
            "nothing_left",
            f"media: after removing silence nothing of “{wish.file[:60]}” is left.",
            "Raise adjust.silence.drop_db, or set adjust.silence.remove=false.",
        )
    cues = plan_cues(words, takes, rate, preset.captions)
    notes = []
    if shortened:
        shown = most / float(rate.fraction)
        notes.append(Note(code="shortened", message=f"The video was cut to the first {shown:g} s that stay."))
    notes += _notes(material)
    if material.info.audio is None or material.silence is None:
        notes.append(Note(code="no_sound", message="The source has no sound; the video is silent."))
    elif material.audible and not cues and preset.captions.show:
        notes.append(Note(code="no_words", message="No words were recognised; the video has no captions."))
    if not material.faces:
        notes.append(Note(code="no_face", message="No face was found; the window rests where the picture has detail."))
    piece = _shown(material, takes, preset, rate)
    spoken = tuple(FrameRange(start=cue.start, end=cue.end) for cue in cues)
    return replace(piece, cues=cues, speech=spoken or _whole(piece), notes=tuple(notes))


def clip(material: Material, start: int, frames: int, preset: Preset, rate: FrameRate) -> Piece:
    """A run of a clip as it is, ``start`` counted in output frames of the source."""
    piece = _shown(material, [Take(0, start, frames)], preset, rate)
    return replace(piece, notes=tuple(_notes(material)))


def part(material: Material, wish: MediaRequest) -> tuple[float, float]:
    """The seconds of a source that the request wants. Raises ``BadInput`` when they lie outside."""
    last = material.seconds if wish.end is None else min(wish.end, material.seconds)
    if wish.start >= last:
        raise BadInput(
            "outside_clip",
            f"media: “{wish.file[:60]}” is {material.seconds:.1f} s long, and start is {wish.start:g} s.",
            "Give a start within the clip.",
        )
    return wish.start, last


def _shown(material: Material, takes: Sequence[Take], preset: Preset, rate: FrameRate) -> Piece:
    scenes = _scenes(material, takes, preset, rate)
    heard: tuple[Heard, ...] = ()
    if material.audible:
        heard = tuple(Heard(material.item, take.start, take.frames, take.source_start) for take in takes)
    tones = material.looked_at.tones
    windows = [
        window_at(layer.camera, frame, scene.start + frame)
        for scene in scenes
        for layer in scene.layers
        if isinstance(layer, VideoLayer)
        for frame in {0, scene.frames // 2, scene.frames - 1}
    ]
    return Piece(
        scenes,
        lambda area: of_tones(tones, windows, area, WIDTH, HEIGHT),
        avoid=tuple(_faces(material, scenes, rate)),
        heard=heard,
        still=_on_screen(material.shots.still, takes, rate),
        dark=_on_screen(material.shots.dark, takes, rate),
    )


def _scenes(material: Material, takes: Sequence[Take], preset: Preset, rate: FrameRate) -> tuple[Scene, ...]:
    """Takes split at scene changes. Those of one shot share its camera path, so a jump cut keeps the framing."""
    frame = Frame(*material.size, material.looked_at.picture)
    edges = [0, *(rate.nearest(cut) for cut in material.shots.cuts), rate.nearest(material.seconds) + 1]
    scenes = []
    for first, last in itertools.pairwise(edges):
        parts = [(max(take.source_start, first), min(take.source_end, last), take) for take in takes]
        parts = [part for part in parts if part[1] > part[0]]
        if not parts:
            continue
        start, end = rate.seconds(first), rate.seconds(last)
        path = plan_shot(material.faces, material.focus.points, start, end, frame, preset.camera, WIDTH / HEIGHT)
        for begin, stop, take in parts:
            layer = VideoLayer(
                name="footage",
                item=material.item,
                source_start=begin,
                camera=path.camera(begin, stop - begin, rate, preset.camera.period),
                **FULL_FRAME,
            )
            scenes.append(Scene(start=take.start + begin - take.source_start, frames=stop - begin, layers=(layer,)))
    return tuple(sorted(scenes, key=lambda scene: scene.start))


def _faces(material: Material, scenes: Sequence[Scene], rate: FrameRate) -> Iterator[Obstacle]:
    """Where each scene shows its faces, about once a second."""
    for scene in scenes:
        layer = scene.layers[0]
        assert isinstance(layer, VideoLayer)
        step = rate.nearest(FACE_SECONDS)
        for first in range(0, scene.frames, step):
            start = rate.seconds(layer.source_start + first)
            window = window_at(layer.camera, first, scene.start + first)
            for face in material.faces:
                if start <= face.time < start + FACE_SECONDS:
                    last = min(first + step, scene.frames)
                    area = on_screen(face.box, window)
                    yield Obstacle(scene.start + first, scene.start + last, area, FACE)
                    break


def _on_screen(ranges: Sequence[TimeRange], takes: Sequence[Take], rate: FrameRate) -> tuple[FrameRange, ...]:
    """Ranges of the source as ranges of the video, joined where they touch."""
    found: list[FrameRange] = []
    for take in takes:
        for one in ranges:
            first = max(rate.nearest(one.start), take.source_start)
            last = min(rate.nearest(one.end), take.source_end)
            if last <= first:
                continue
            start = to_output(takes, first)
            assert start is not None
            if found and found[-1].end >= start:
                found[-1] = FrameRange(start=found[-1].start, end=start + last - first)
            else:
                found.append(FrameRange(start=start, end=start + last - first))
    return tuple(found)


def _whole(piece: Piece) -> tuple[FrameRange, ...]:
    return (FrameRange(start=0, end=piece.frames),)


def _notes(material: Material) -> Iterator[Note]:
    size = Frame(*material.size, material.looked_at.picture).window(WIDTH / HEIGHT)
    factor = WIDTH / (material.size[0] * size[0])
    if factor > SOFT_FACTOR:
        yield Note(code="low_resolution", message=f"The source is enlarged {factor:.1f}-fold and will look soft.")
    if material.looked_at.damaged:
        yield Note(code="damaged_source", message=f"{material.looked_at.damaged} pieces of the source are damaged.")
