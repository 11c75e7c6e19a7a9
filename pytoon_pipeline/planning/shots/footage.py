"""Moving pictures: a talking video without its silences, or a clip as it is; framed shot by shot."""

import itertools
import shlex
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from pytoon_pipeline.contracts.analysis import Face
from pytoon_pipeline.contracts.colours import Colour
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import CameraSettings, Preset
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import Layer, Transform, VideoLayer, constant
from pytoon_pipeline.contracts.spec.render_spec import Note, Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate, TimeRange, clip, covered, union
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.backdrops import colour_backdrop, everywhere, together, tones_backdrop
from pytoon_pipeline.planning.captions.cues import plan_cues
from pytoon_pipeline.planning.captions.notes import edit_notes, fast_notes, no_words_note
from pytoon_pipeline.planning.captions.panels import PanelSettings, panel_settings
from pytoon_pipeline.planning.captions.translated import caption_words
from pytoon_pipeline.planning.captions.uncertain import uncertain_note, without_uncertain
from pytoon_pipeline.planning.edit_ranges import SourceRange, plan_edit_ranges, source_to_timeline
from pytoon_pipeline.planning.keep_out import FACE, TEXT, KeepOutArea
from pytoon_pipeline.planning.pacing import source_range
from pytoon_pipeline.planning.sequences import AudioRef, CaptionPanel, SceneSequence
from pytoon_pipeline.planning.shots.footage_ground import with_ground
from pytoon_pipeline.planning.shots.framing import ShotFraming, all_heads, frame_shot, source_frame
from pytoon_pipeline.planning.shots.punch_ins import divided, punch_in_marks
from pytoon_pipeline.planning.shots.stills import blurred_footage
from pytoon_pipeline.planning.shots.subjects import texts_in
from pytoon_pipeline.planning.wording import counted

# A source that is enlarged more than this looks soft.
SOFT_FACTOR = 4.0
# Interval at which the places of faces are sampled for texts.
FACE_SECONDS = 1.0
# What texts keep clear of below the box of a face, as a share of its height.
CHIN = 0.06
# A talk goes on for this long after its last word, if it is silent there.
TAIL_SECONDS = 1.0
# A silence of less than this, in seconds, is cut out without a note.
MIN_NOTED_SILENCE = 0.5


def talking_sequence(
    item: PlanItem,
    preset: Preset,
    rate: FrameRate,
    max_frames: int,
    canvas: Canvas,
    safe_bottom: int,
    names: Collection[str] = (),
    grounds: Sequence[Colour] = (),
    longest_seconds: float = 0.0,
) -> SceneSequence:
    """The speech of a video, at most ``max_frames`` of it. Captions end above ``safe_bottom``; ``names`` are key words.
    A request may raise the limit to ``longest_seconds``.
    What footage leaves of the frame has the first colour of ``grounds`` that suits the captions, or the picture's tone.

    Raises ``InvalidInput`` when nothing would be left.
    """
    material, silence = item.material, item.material.silence
    speech = silence.speech if silence is not None else (TimeRange(start=0.0, end=material.seconds),)
    words = silence.words if silence is not None and material.audible else ()
    used = _with_tail(clip((one.span for one in speech), *source_range(material, item.entry)), item)
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
    shown_words = caption_words(material)
    cues = plan_cues(shown_words, ranges, rate, preset.captions, names)
    shown, hidden = without_uncertain(cues, shown_words, ranges, rate, preset.captions)
    spoken_seconds, limit = sum(end - start for start, end in used), max_frames / rate.fraction
    notes = [*_length_notes(item, spoken_seconds, limit, shortened, longest_seconds)]
    notes += edit_notes(material.transcript, item.entry.file[:60])
    notes += _quality_notes(material, canvas)
    notes += _speech_notes(material, captions_missing=not cues and preset.captions.show)
    if preset.captions.show:
        notes += [uncertain_note(len(hidden), item.entry.file[:60])] if hidden else []
        notes += fast_notes(shown, rate, item.entry.file[:60])
    marks = punch_in_marks(ranges, words, preset.camera.punch_in, rate)
    panel = panel_settings(preset.captions, safe_bottom, (*grounds, material.sampled.tones.shade)) if cues else None
    sequence = _framed(material, divided(ranges, marks), preset.camera, rate, canvas, talk=True, panel=panel)
    sequence = replace(sequence, audio=_audio(material, ranges))
    spoken = tuple(FrameRange(start=cue.start, end=cue.end) for cue in cues) if preset.captions.show else ()
    whole = (FrameRange(start=0, end=sequence.frames),)
    return replace(sequence, cues=shown, hidden=hidden, speech=spoken or whole, notes=(*notes, *sequence.notes))


def _with_tail(used: Sequence[tuple[float, float]], item: PlanItem) -> list[tuple[float, float]]:
    """Speech with some of the silence after it, in the same shot, so that the video does not end with its last word."""
    *earlier, (start, end) = used or [(0.0, 0.0)]
    silence, transcript = item.material.silence, item.material.transcript
    # What was cut out may be quiet enough to count as silence.
    cuts = [cut.start for cut in transcript.cuts if cut.start >= end] if transcript is not None else []
    limit = min((source_range(item.material, item.entry)[1], *cuts))
    if not used or silence is None:
        return list(used)
    quiet = [one.end for one in silence.silences if one.start <= end < one.end]
    cuts = [cut for cut in item.material.shots.cuts if cut > end]
    return [*earlier, (start, min([end + TAIL_SECONDS, limit, *quiet, *cuts]) if quiet else end)]


def clip_sequence(
    material: AnalysedMedia, source_start: int, frames: int, camera: CameraSettings, rate: FrameRate, canvas: Canvas
) -> SceneSequence:
    """A run of a clip as it is. ``source_start`` counts output frames of the source."""
    sequence = _framed(material, [SourceRange(0, source_start, frames)], camera, rate, canvas)
    return replace(sequence, notes=(*_quality_notes(material, canvas), *sequence.notes))


def _framed(
    material: AnalysedMedia,
    ranges: Sequence[SourceRange],
    camera: CameraSettings,
    rate: FrameRate,
    canvas: Canvas,
    *,
    talk: bool = False,
    panel: PanelSettings | None = None,
) -> SceneSequence:
    """The scenes of ``ranges``. Those of a ``talk`` may be arranged, with a ``panel``, and zoom at cuts."""
    found = all_heads(material)
    shots = _shots(material, found, ranges, camera, rate, canvas, talk=talk, panel=panel)
    scenes = tuple(shot.scene for shot in shots)
    tones = material.sampled.tones
    windows = [window for shot in shots for window in _windows(shot)]
    panels = tuple(
        CaptionPanel(shot.scene.start, shot.scene.end, area) for shot in shots if (area := shot.framing.panel)
    )
    grounded = any(shot.framing.grounded for shot in shots)
    plain = [everywhere(colour_backdrop(panel.colour))] if panel is not None and grounded else []
    return SceneSequence(
        scenes,
        together([lambda area: tones_backdrop(tones, windows, area, canvas.width, canvas.height), *plain]),
        panels=panels,
        keep_out=tuple(area for shot in shots for area in _kept_free(material, found, shot, rate)),
        audio=_audio(material, ranges),
        static=_on_timeline(material.shots.static, ranges, rate),
        black=_on_timeline(material.shots.black, ranges, rate),
        notes=tuple(_text_notes(material, shots)),
    )


@dataclass(frozen=True)
class _Shot:
    """A scene with its framing. ``source_start`` counts output frames of the source."""

    scene: Scene
    framing: ShotFraming
    source_start: int


def _shots(
    material: AnalysedMedia,
    found: Sequence[Face],
    ranges: Sequence[SourceRange],
    camera: CameraSettings,
    rate: FrameRate,
    canvas: Canvas,
    *,
    talk: bool,
    panel: PanelSettings | None,
) -> list[_Shot]:
    """Ranges split at scene changes. Those of one shot share its camera path, so a jump cut keeps the framing."""
    edges = [0, *(rate.nearest(cut) for cut in material.shots.cuts), rate.nearest(material.seconds) + 1]
    shots = []
    for shot_start, shot_end in itertools.pairwise(edges):
        parts = [(max(one.source_start, shot_start), min(one.source_end, shot_end), one) for one in ranges]
        parts = [part for part in parts if part[1] > part[0]]
        if not parts:
            continue
        seconds = rate.seconds(shot_start), rate.seconds(shot_end)
        framing = frame_shot(material, found, *seconds, camera, canvas, arrange=talk, panel=panel)
        for number, (first, last, shown) in enumerate(parts):
            zoom = camera.punch_in.amount if talk and number % 2 and framing.punched_in else 1.0
            layers = _layers(material, framing, first, last - first, camera, rate, zoom)
            start = shown.start + first - shown.source_start
            scene = Scene(start=start, frames=last - first, layers=layers)
            if framing.grounded and panel is not None:
                scene = with_ground(scene, framing, panel)
            shots.append(_Shot(scene, framing, first))
    return sorted(shots, key=lambda shot: shot.scene.start)


def _layers(
    material: AnalysedMedia,
    framing: ShotFraming,
    source_start: int,
    frames: int,
    camera: CameraSettings,
    rate: FrameRate,
    zoom: float,
) -> tuple[Layer, ...]:
    layers: list[Layer] = []
    for view in framing.views:
        path = view.path.crop_path(source_start, frames, rate, camera.zoom_pulse.period, zoom)
        centre = Transform(
            x=constant((view.area.left + view.area.right) / 2), y=constant((view.area.top + view.area.bottom) / 2)
        )
        layers.append(
            VideoLayer(
                name="footage",
                item=material.item,
                source_start=source_start,
                crop_path=path,
                width=view.area.width,
                height=view.area.height,
                transform=centre,
            )
        )
    if framing.banded:
        layers.insert(0, blurred_footage(material, source_start, framing.canvas))
    return tuple(layers)


def _windows(shot: _Shot) -> Iterator[Box]:
    """What the frame shows of the source now and then: windows continued to all of the frame."""
    scene, canvas = shot.scene, shot.framing.canvas
    for layer in scene.layers:
        if not isinstance(layer, VideoLayer):
            continue
        for frame in {0, scene.frames // 2, scene.frames - 1}:
            window = crop_at(layer.crop_path, frame, scene.start + frame)
            across, down = window.width / layer.width, window.height / layer.height
            left = layer.transform.x[0].value - layer.width / 2
            top = layer.transform.y[0].value - layer.height / 2
            yield Box(window.x - left * across, window.y - top * down, canvas.width * across, canvas.height * down)


def _kept_free(material: AnalysedMedia, found: Sequence[Face], shot: _Shot, rate: FrameRate) -> Iterator[KeepOutArea]:
    """Where a scene shows heads and burnt-in text, about once per second."""
    scene = shot.scene
    step, times = rate.nearest(FACE_SECONDS), [face.time for face in found]
    for first in range(0, scene.frames, step):
        start = rate.seconds(shot.source_start + first)
        last = min(first + step, scene.frames)
        first_face, last_face = (bisect_left(times, edge) for edge in (start, start + FACE_SECONDS))
        faces = [_with_chin(face.box) for face in found[first_face:last_face] if face.time == found[first_face].time]
        texts = [text.box for text in texts_in(material.focus.texts, start, start + FACE_SECONDS)]
        for layer, view in zip(_footage(scene), shot.framing.views, strict=True):
            window = crop_at(layer.crop_path, first, scene.start + first)
            for boxes, weight in ((faces, FACE), (texts, TEXT)):
                for box in boxes:
                    area = box.through(window, view.area.width, view.area.height)
                    area = area.shifted(view.area.left, view.area.top).intersection(view.area)
                    if area.area:
                        yield KeepOutArea(scene.start + first, scene.start + last, area, weight)


def _footage(scene: Scene) -> list[VideoLayer]:
    """The layers of a scene's views, without a blurred copy behind them."""
    return [layer for layer in scene.layers if isinstance(layer, VideoLayer) and layer.name == "footage"]


def _with_chin(face: Box) -> Box:
    return replace(face, height=face.height * (1 + CHIN))


def _text_notes(material: AnalysedMedia, shots: Sequence[_Shot]) -> Iterator[Note]:
    if any(shot.framing.text_cut for shot in shots):
        message = (
            f"“{material.name[:60]}” has text in its picture that is not all in view next to its subject. "
            "To show the whole picture, set fit of the clip to contain."
        )
        yield Note(code="burnt_in_text_cut", message=message)


def _audio(material: AnalysedMedia, ranges: Sequence[SourceRange]) -> tuple[AudioRef, ...]:
    if not material.audible:
        return ()
    return tuple(AudioRef(material.item, one.start, one.frames, one.source_start) for one in ranges)


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


def _length_notes(
    item: PlanItem, spoken: float, limit: Fraction, shortened: bool, longest_seconds: float
) -> Iterator[Note]:
    """What is not shown of a talking video of which ``spoken`` seconds are left without its silences."""
    name = item.entry.file[:60]
    start, end = source_range(item.material, item.entry)
    edits = item.material.transcript.cuts if item.material.transcript is not None else ()
    cut = covered((start, end), union((one.start, one.end) for one in edits))
    if (silent := end - start - spoken - cut) >= MIN_NOTED_SILENCE:
        message = f"{silent:.1f} s of silence were cut out of “{name}”. To keep it, add: --set silence.remove=false"
        yield Note(code="silence_removed", message=message)
    if shortened:
        later = shlex.quote(f"media.{item.entry.file}.start={int(start + limit)}")
        longer = f" (--set max_seconds={longest_seconds:g} allows more)" if limit < longest_seconds else ""
        message = (
            f"Only the first {round(float(limit), 1):g} s of the speech in “{name}” fit into the video{longer}. To "
            f"choose another part, say where it starts, for example: --set {later}"
        )
        yield Note(code="shortened", message=message)


def _speech_notes(material: AnalysedMedia, captions_missing: bool) -> Iterator[Note]:
    name = material.name[:60]
    if material.info.audio is None or material.silence is None:
        message = f"“{name}” has no sound. Add music or a voice-over if the video should have some."
        yield Note(code="no_sound", message=message)
    elif material.audible and captions_missing:
        yield no_words_note(name)
    if not material.faces and not material.focus.people:
        message = f"Nobody was found in “{name}”, so it is framed around its details. Check that nothing is cut off."
        yield Note(code="no_face", message=message)


def _quality_notes(material: AnalysedMedia, canvas: Canvas) -> Iterator[Note]:
    name, size = material.name[:60], source_frame(material).window(canvas.aspect)
    factor = canvas.width / (material.size[0] * size[0])
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
