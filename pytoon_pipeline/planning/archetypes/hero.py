"""The hero archetype: one item at a time over the whole frame, slowly moving, with a big headline.

Talking footage is planned the same way: it is one more kind of item.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.output_format import HEIGHT, WIDTH
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.spec.evaluate import crop_at
from pytoon_pipeline.contracts.spec.layers import CropPath, ImageLayer, Layer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec, Scene
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.planning.analysed_media import AnalysedMedia, PlanItem
from pytoon_pipeline.planning.archetypes.text_only import plan_text
from pytoon_pipeline.planning.assembly import assemble
from pytoon_pipeline.planning.backdrops import Backdrop, Backdrops, everywhere, whole_backdrop
from pytoon_pipeline.planning.captions.clip import add_captions
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.keep_out import FACE, PICTURE, TEXT, KeepOutArea
from pytoon_pipeline.planning.layout.text_placement import layer_area
from pytoon_pipeline.planning.layout.titles import TitleStyle, item_text, title_layer
from pytoon_pipeline.planning.pacing import Pacing, plan_lengths, plan_talk_lengths
from pytoon_pipeline.planning.sequences import SceneSequence, own_audio
from pytoon_pipeline.planning.shots import footage, stills

# Distance between two texts, in pixels.
TEXT_GAP = 12
# A picture whose brightest part is darker than this relative luminance is black.
BLACK_LUMINANCE = 0.012

Lengths = Callable[[Sequence[PlanItem], Pacing], tuple[list[int], list[Note]]]


def plan_hero(context: PlanContext) -> RenderSpec:
    """One item after the other; without any, titles on a designed background."""
    return _plan(context, plan_lengths, talk=False)


def plan_footage(context: PlanContext) -> RenderSpec:
    """Talking videos without their silences. Pictures and texts may stand beside them."""
    return _plan(context, plan_talk_lengths, talk=True)


def _plan(context: PlanContext, lengths_of: Lengths, talk: bool) -> RenderSpec:
    items, titles = context.items, context.title_style
    if not items:
        return plan_text(context, titles.area)
    lengths, notes = lengths_of(items, context.pacing)
    sequences = [
        with_text(_sequence(context, item, frames, talk), item, titles)
        for item, frames in zip(items, lengths, strict=True)
    ]
    return assemble(context, sequences, notes, title_area=titles.area)


def _sequence(context: PlanContext, item: PlanItem, frames: int, talk: bool) -> SceneSequence:
    preset, rate = context.preset, context.rate
    if item.material.is_still or not talk:
        return full_frame(item, frames, preset, rate)
    sequence = footage.talking_sequence(item, preset, rate, frames)
    return add_captions(context.captions, sequence, item.material, item.entry.file)


def full_frame(item: PlanItem, frames: int, preset: Preset, rate: FrameRate) -> SceneSequence:
    """One item over the whole frame. Items take turns with the preset's moves."""
    material, settings = item.material, preset.stills
    move = settings.ken_burns[item.index % len(settings.ken_burns)]
    fit = stills.fit_of(material, item.fit, settings)
    if not material.is_still and fit == "cover":
        return footage.clip_sequence(material, item.source_start, frames, preset.camera, rate)
    layers: tuple[Layer, ...]
    if fit == "cover":
        layers = stills.fit_cover(material, frames, move, settings)
    elif fit == "bars":
        layers = stills.letterboxed(material, item.source_start)
    else:
        layers = stills.fit_contain(material, frames, move, settings, item.source_start)
    return sequence_of(material, layers, frames, item.source_start)


def sequence_of(material: AnalysedMedia, layers: tuple[Layer, ...], frames: int, source_start: int) -> SceneSequence:
    """A scene of layers that all show one item, the last of them in front."""
    whole = (FrameRange(start=0, end=frames),)
    front = layers[-1]
    assert isinstance(front, ImageLayer | VideoLayer)
    if front.height >= HEIGHT:
        keep_out = _face_areas(material, front.crop_path, frames)
    else:
        keep_out = (KeepOutArea(0, frames, layer_area(front), PICTURE),)
    return SceneSequence(
        (Scene(start=0, frames=frames, layers=layers, background_layers=len(layers) - 1),),
        _backdrop(material, layers, frames),
        keep_out=keep_out,
        audio=own_audio(material, frames, source_start),
        static=whole if material.is_still else (),
        black=whole if max(material.sampled.tones.lightest) < BLACK_LUMINANCE else (),
    )


def _face_areas(material: AnalysedMedia, camera: CropPath, frames: int) -> tuple[KeepOutArea, ...]:
    """Where a picture that fills the frame shows faces."""
    moments = {0, frames // 2, max(0, frames - 1)}
    windows = [crop_at(camera, frame, frame) for frame in moments]
    areas = [face.box.through(window, WIDTH, HEIGHT) for face in material.faces for window in windows]
    return tuple(KeepOutArea(0, frames, area, FACE) for area in areas)


def _backdrop(material: AnalysedMedia, layers: tuple[Layer, ...], frames: int) -> Backdrops:
    """A picture that fills the frame is known place by place. Beside one that does not, there may be black."""
    first = layers[0]
    if len(layers) == 1 and isinstance(first, ImageLayer | VideoLayer) and first.height >= HEIGHT:
        return stills.crop_backdrop(material, first.crop_path, frames)
    whole = whole_backdrop(material.sampled.tones)
    return everywhere(Backdrop(0.0, whole.lightest))


def with_text(sequence: SceneSequence, item: PlanItem, style: TitleStyle) -> SceneSequence:
    """The sequence with the item's own text, for as long as it is shown."""
    headline = style.headline
    page = item_text(item.entry, headline, style.area)
    if page is None:
        return sequence
    shown = FrameRange(start=0, end=sequence.frames)
    layer = title_layer(
        page, "item", style, style.area, shown, sequence.backdrop, headline.item_position, sequence.keep_out
    )
    scenes = tuple(
        scene.model_copy(update={"layers": (*scene.layers, _in_scene(layer, scene, sequence))})
        for scene in sequence.scenes
    )
    own_area = KeepOutArea(0, sequence.frames, layer_area(layer, 0, TEXT_GAP), TEXT)
    return replace(sequence, scenes=scenes, keep_out=(*sequence.keep_out, own_area))


def _in_scene(layer: TextLayer, scene: Scene, sequence: SceneSequence) -> TextLayer:
    """The text as one scene of a sequence shows it: it comes in with the first scene and leaves with the last."""
    if len(sequence.scenes) == 1:
        return layer
    moved = {
        name: tuple(key.model_copy(update={"frame": key.frame - scene.start}) for key in getattr(layer.transform, name))
        for name in ("x", "y", "scale", "rotation", "opacity")
    }
    return layer.model_copy(update={"transform": layer.transform.model_copy(update=moved), "frames": scene.frames})
