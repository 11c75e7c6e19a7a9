"""Moving pictures: a talking video without its silences, or a clip as it is; framed for 9:16 shot by shot."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import MediaRequest
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate, TimeRange
from pytoon_pipeline.planning.captions.cues import plan_cues
from pytoon_pipeline.planning.context import HEIGHT, WIDTH, AnalysedMedia
from pytoon_pipeline.planning.layout.contrast import tones_backdrop
from pytoon_pipeline.planning.layout.text_placement import FACE
from pytoon_pipeline.planning.sequences import AudioRef, KeepOutArea, SceneSequence
from pytoon_pipeline.planning.shots.camera import SourceFrame, plan_shot
from pytoon_pipeline.planning.shots.edit_ranges import SourceRange, plan_edit_ranges, source_to_timeline
from pytoon_pipeline.planning.shots.stills import FULL_FRAME

# Enlarging a source more than this leaves it visibly soft.
SOFT_FACTOR = 4.0
# How often it is asked where faces are that texts should not cover.
FACE_SECONDS = 1.0


def talking(material: AnalysedMedia, wish: MediaRequest, preset: Preset, rate: FrameRate, most: int) -> SceneSequence:
    """What is said in a video, at most ``most`` frames of it. Raises ``InvalidInput`` when nothing would be left."""
    speech = material.silence.speech if material.silence else (TimeRange(start=0.0, end=material.seconds),)
    words = material.silence.words if material.silence and material.audible else ()
    first, last = part(material, wish)
    speech = tuple(
        TimeRange(start=max(one.start, first), end=min(one.end, last))
        for one in speech
        if one.end > first and one.start < last
    )
    takes, shortened = plan_edit_ranges(speech, material.shots.cuts, words, material.seconds, rate, most)
    if not takes:
        raise InvalidInput(
            "nothing_left",
            f"media: after removing silence nothing of “{wish.file[:60]}” is left.",
            "Raise adjust.silence.threshold_below_speech_db, or set adjust.silence.remove=false.",
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
    sequence = _shown(material, takes, preset, rate)
    spoken = tuple(FrameRange(start=cue.start, end=cue.end) for cue in cues)
    return replace(sequence, cues=cues, speech=spoken or _whole(sequence), notes=tuple(notes))


def clip(material: AnalysedMedia, start: int, frames: int, preset: Preset, rate: FrameRate) -> SceneSequence:
    """A run of a clip as it is, ``start`` counted in output frames of the source."""
    sequence = _shown(material, [SourceRange(0, start, frames)], preset, rate)
    return replace(sequence, notes=tuple(_notes(material)))


def part(material: AnalysedMedia, wish: MediaRequest) -> tuple[float, float]:
    """The seconds of a source that the request wants. Raises ``InvalidInput`` when they lie outside."""
    last = material.seconds if wish.end is None else min(wish.end, material.seconds)
    if wish.start >= last:
        raise InvalidInput(
            "outside_clip",
            f"media: “{wish.file[:60]}” is {material.seconds:.1f} s long, and start is {wish.start:g} s.",
            "Give a start within the clip.",
        )
    return wish.start, last


def _shown(material: AnalysedMedia, takes: Sequence[SourceRange], preset: Preset, rate: FrameRate) -> SceneSequence:
    scenes = _scenes(material, takes, preset, rate)
    heard: tuple[AudioRef, ...] = ()
    if material.audible:
        heard = tuple(AudioRef(material.item, take.start, take.frames, take.source_start) for take in takes)
    tones = material.looked_at.tones
    windows = [
        crop_at(layer.crop_path, frame, scene.start + frame)
        for scene in scenes
        for layer in scene.layers
        if isinstance(layer, VideoLayer)
        for frame in {0, scene.frames // 2, scene.frames - 1}
    ]
    return SceneSequence(
        scenes,
        lambda area: tones_backdrop(tones, windows, area, WIDTH, HEIGHT),
        keep_out=tuple(_faces(material, scenes, rate)),
        audio=heard,
        static=_on_screen(material.shots.static, takes, rate),
        black=_on_screen(material.shots.black, takes, rate),
    )


def _scenes(
    material: AnalysedMedia, takes: Sequence[SourceRange], preset: Preset, rate: FrameRate
) -> tuple[Scene, ...]:
    """Takes split at scene changes. Those of one shot share its camera path, so a jump cut keeps the framing."""
    frame = SourceFrame(*material.size, material.looked_at.picture)
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
                crop_path=path.camera(begin, stop - begin, rate, preset.camera.zoom_pulse.period),
                **FULL_FRAME,
            )
            scenes.append(Scene(start=take.start + begin - take.source_start, frames=stop - begin, layers=(layer,)))
    return tuple(sorted(scenes, key=lambda scene: scene.start))


def _faces(material: AnalysedMedia, scenes: Sequence[Scene], rate: FrameRate) -> Iterator[KeepOutArea]:
    """Where each scene shows its faces, about once a second."""
    for scene in scenes:
        layer = scene.layers[0]
        assert isinstance(layer, VideoLayer)
        step = rate.nearest(FACE_SECONDS)
        for first in range(0, scene.frames, step):
            start = rate.seconds(layer.source_start + first)
            window = crop_at(layer.crop_path, first, scene.start + first)
            for face in material.faces:
                if start <= face.time < start + FACE_SECONDS:
                    last = min(first + step, scene.frames)
                    area = face.box.through(window, WIDTH, HEIGHT)
                    yield KeepOutArea(scene.start + first, scene.start + last, area, FACE)
                    break


def _on_screen(ranges: Sequence[TimeRange], takes: Sequence[SourceRange], rate: FrameRate) -> tuple[FrameRange, ...]:
    """Ranges of the source as ranges of the video, joined where they touch."""
    found: list[FrameRange] = []
    for take in takes:
        for one in ranges:
            first = max(rate.nearest(one.start), take.source_start)
            last = min(rate.nearest(one.end), take.source_end)
            if last <= first:
                continue
            start = source_to_timeline(takes, first)
            assert start is not None
            if found and found[-1].end >= start:
                found[-1] = FrameRange(start=found[-1].start, end=start + last - first)
            else:
                found.append(FrameRange(start=start, end=start + last - first))
    return tuple(found)


def _whole(sequence: SceneSequence) -> tuple[FrameRange, ...]:
    return (FrameRange(start=0, end=sequence.frames),)


def _notes(material: AnalysedMedia) -> Iterator[Note]:
    size = SourceFrame(*material.size, material.looked_at.picture).window(WIDTH / HEIGHT)
    factor = WIDTH / (material.size[0] * size[0])
    if factor > SOFT_FACTOR:
        yield Note(code="low_resolution", message=f"The source is enlarged {factor:.1f}-fold and will look soft.")
    if material.looked_at.damaged:
        yield Note(code="damaged_source", message=f"{material.looked_at.damaged} sequences of the source are damaged.")
