"""Moving pictures: a talking video without its silences, or a clip as it is; framed for 9:16 shot by shot."""

import itertools
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.preset import CameraSettings, Preset
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate, TimeRange, clip, union
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.backdrops import tones_backdrop
from pytoon_pipeline.planning.captions.cues import plan_cues
from pytoon_pipeline.planning.captions.notes import GET_CAPTIONS
from pytoon_pipeline.planning.edit_ranges import SourceRange, plan_edit_ranges, source_to_timeline
from pytoon_pipeline.planning.keep_out import FACE, KeepOutArea
from pytoon_pipeline.planning.pacing import source_range
from pytoon_pipeline.planning.sequences import AudioRef, SceneSequence
from pytoon_pipeline.planning.shots.camera import SourceFrame, plan_shot
from pytoon_pipeline.planning.shots.stills import FULL_FRAME
from pytoon_pipeline.planning.wording import counted

# A source that is enlarged more than this looks soft.
SOFT_FACTOR = 4.0
# Interval at which the places of faces are sampled for texts.
FACE_SECONDS = 1.0
# A silence of less than this, in seconds, is cut out without a note.
MIN_NOTED_SILENCE = 0.5


def talking_sequence(item: PlanItem, preset: Preset, rate: FrameRate, max_frames: int) -> SceneSequence:
    """The speech of a video, at most ``max_frames`` of it. Raises ``InvalidInput`` when nothing would be left."""
    material, silence = item.material, item.material.silence
    speech = silence.speech if silence is not None else (TimeRange(start=0.0, end=material.seconds),)
    words = silence.words if silence is not None and material.audible else ()
    used = clip((one.span for one in speech), *source_range(material, item.entry))
    ranges, shortened = plan_edit_ranges(
        [TimeRange(start=start, end=end) for start, end in used],
        material.shots.cuts,
        words,
        material.seconds,
        rate,
        max_frames,
    )
    if not ranges:
        raise InvalidInput(
            "nothing_left",
            f"media: nothing of “{item.entry.file[:60]}” is left after its silence is removed.",
            "Raise adjust.silence.threshold_below_speech_db. Or keep the silences: --set silence.remove=false",
        )
    cues = plan_cues(words, ranges, rate, preset.captions)
    notes = [*_length_notes(item, sum(end - start for start, end in used), max_frames / rate.fraction, shortened)]
    notes += _quality_notes(material)
    notes += _speech_notes(material, captions_missing=not cues and preset.captions.show)
    sequence = _framed(material, ranges, preset.camera, rate)
    spoken = tuple(FrameRange(start=cue.start, end=cue.end) for cue in cues) if preset.captions.show else ()
    whole = (FrameRange(start=0, end=sequence.frames),)
    return replace(sequence, cues=cues, speech=spoken or whole, notes=tuple(notes))


def clip_sequence(
    material: AnalysedMedia, source_start: int, frames: int, camera: CameraSettings, rate: FrameRate
) -> SceneSequence:
    """A run of a clip as it is. ``source_start`` counts output frames of the source."""
    sequence = _framed(material, [SourceRange(0, source_start, frames)], camera, rate)
    return replace(sequence, notes=tuple(_quality_notes(material)))


def _framed(
    material: AnalysedMedia, ranges: Sequence[SourceRange], camera: CameraSettings, rate: FrameRate
) -> SceneSequence:
    scenes = _scenes(material, ranges, camera, rate)
    audio: tuple[AudioRef, ...] = ()
    if material.audible:
        audio = tuple(AudioRef(material.item, one.start, one.frames, one.source_start) for one in ranges)
    tones = material.sampled.tones
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
        audio=audio,
        static=_on_timeline(material.shots.static, ranges, rate),
        black=_on_timeline(material.shots.black, ranges, rate),
    )


def _scenes(
    material: AnalysedMedia, ranges: Sequence[SourceRange], camera: CameraSettings, rate: FrameRate
) -> tuple[Scene, ...]:
    """Ranges split at scene changes. Those of one shot share its camera path, so a jump cut keeps the framing."""
    frame = SourceFrame(*material.size, material.sampled.picture)
    edges = [0, *(rate.nearest(cut) for cut in material.shots.cuts), rate.nearest(material.seconds) + 1]
    scenes = []
    for shot_start, shot_end in itertools.pairwise(edges):
        parts = [(max(one.source_start, shot_start), min(one.source_end, shot_end), one) for one in ranges]
        parts = [part for part in parts if part[1] > part[0]]
        if not parts:
            continue
        start, end = rate.seconds(shot_start), rate.seconds(shot_end)
        path = plan_shot(material.faces, material.focus.points, start, end, frame, camera, WIDTH / HEIGHT)
        for first, last, shown in parts:
            layer = VideoLayer(
                name="footage",
                item=material.item,
                source_start=first,
                crop_path=path.crop_path(first, last - first, rate, camera.zoom_pulse.period),
                **FULL_FRAME,
            )
            scenes.append(Scene(start=shown.start + first - shown.source_start, frames=last - first, layers=(layer,)))
    return tuple(sorted(scenes, key=lambda scene: scene.start))


def _faces(material: AnalysedMedia, scenes: Sequence[Scene], rate: FrameRate) -> Iterator[KeepOutArea]:
    """Where each scene shows a face, about once per second."""
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


def _on_timeline(times: Sequence[TimeRange], ranges: Sequence[SourceRange], rate: FrameRate) -> tuple[FrameRange, ...]:
    """Time ranges of the source as frames of the video, joined where they touch."""
    shown = []
    for one in ranges:
        frames = ((rate.nearest(time.start), rate.nearest(time.end)) for time in times)
        for first, last in clip(frames, one.source_start, one.source_end):
            start = source_to_timeline(ranges, first)
            assert start is not None
            shown.append((start, start + last - first))
    return tuple(FrameRange(start=start, end=end) for start, end in union(shown))


def _length_notes(item: PlanItem, spoken: float, limit: Fraction, shortened: bool) -> Iterator[Note]:
    """What is not shown of a talking video of which ``spoken`` seconds are left without its silences."""
    name = item.entry.file[:60]
    start, end = source_range(item.material, item.entry)
    if (silent := end - start - spoken) >= MIN_NOTED_SILENCE:
        message = f"{silent:.1f} s of silence were cut out of “{name}”. To keep it, add: --set silence.remove=false"
        yield Note(code="silence_removed", message=message)
    if shortened:
        later = shlex.quote(f"media.{item.entry.file}.start={int(start + limit)}")
        message = (
            f"Only the first {round(float(limit), 1):g} s of the speech in “{name}” fit into the video. To choose "
            f"another part, say where it starts, for example: --set {later}"
        )
        yield Note(code="shortened", message=message)


def _speech_notes(material: AnalysedMedia, captions_missing: bool) -> Iterator[Note]:
    name = material.name[:60]
    if material.info.audio is None or material.silence is None:
        message = f"“{name}” has no sound. Add music or a voice-over if the video should have some."
        yield Note(code="no_sound", message=message)
    elif material.audible and captions_missing:
        message = f"No words were recognised in “{name}”, so it has no captions. {GET_CAPTIONS}"
        yield Note(code="no_words", message=message)
    if not material.faces:
        message = f"No face was found in “{name}”, so it is framed around its details. Check that nothing is cut off."
        yield Note(code="no_face", message=message)


def _quality_notes(material: AnalysedMedia) -> Iterator[Note]:
    name, size = material.name[:60], SourceFrame(*material.size, material.sampled.picture).window(WIDTH / HEIGHT)
    factor = WIDTH / (material.size[0] * size[0])
    if factor > SOFT_FACTOR:
        width, height = material.size
        message = (
            f"“{name}” is small ({width:.0f}×{height:.0f}); it is enlarged {factor:.1f} times and looks soft. "
            "Use a larger original if there is one."
        )
        yield Note(code="low_resolution", message=message)
    if material.sampled.damaged:
        places = counted(material.sampled.damaged, "part")
        message = f"{places} of “{name}” cannot be read, so the picture may stand still there. Copy or export it again."
        yield Note(code="damaged_source", message=message)
