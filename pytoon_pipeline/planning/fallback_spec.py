"""The fallback version of a plan, which every engine can render, from the files that can be read. Pure."""

from collections.abc import Set
from itertools import pairwise

from pytoon_pipeline.contracts.captions import CaptionMotion
from pytoon_pipeline.contracts.spec.effects import Blur
from pytoon_pipeline.contracts.spec.layers import GroupLayer, ImageLayer, Layer, TextLayer, VideoLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec, Scene

NOTE = Note(
    code="plain",
    message="This video was rendered without transitions and most effects, because its engine was not available. "
    "Render it again when the engine works.",
)


def fallback_spec(spec: RenderSpec, unreadable: Set[str] = frozenset()) -> RenderSpec:
    """The same scenes at the same times: hard cuts, no effect but blur, plain text, no ``unreadable`` items."""
    still = CaptionMotion(page="none", page_seconds=0, word_seconds=0)
    captions = spec.captions.style.model_copy(update={"text_engine": "plain", "motion": still})
    tracks = tuple(
        track.model_copy(update={"clips": tuple(part for part in track.clips if part.item not in unreadable)})
        for track in spec.audio.tracks
    )
    ends = [following.start for _, following in pairwise(spec.scenes)] + [spec.frames]
    return spec.model_copy(
        update={
            "scenes": tuple(_cut(scene, end, unreadable) for scene, end in zip(spec.scenes, ends, strict=True)),
            "overlays": _layers(spec.overlays, unreadable),
            "captions": spec.captions.model_copy(update={"style": captions}),
            "audio": spec.audio.model_copy(update={"tracks": tracks}),
            "fallback": True,
            "notes": (*spec.notes, NOTE),
        }
    )


def _cut(scene: Scene, end: int, unreadable: Set[str]) -> Scene:
    changes = {
        "transition": None,
        "frames": end - scene.start,
        "layers": _layers(scene.layers, unreadable),
        "background_layers": 0,
    }
    return scene.model_copy(update=changes)


def _layers(layers: tuple[Layer, ...], unreadable: Set[str]) -> tuple[Layer, ...]:
    found = []
    for layer in layers:
        if isinstance(layer, VideoLayer | ImageLayer) and layer.item in unreadable:
            continue
        # Text on a background needs the background's blur; all other effects are decoration.
        changes: dict[str, object] = {"effects": tuple(one for one in layer.effects if isinstance(one, Blur))}
        if isinstance(layer, TextLayer):
            changes["style"] = layer.style.model_copy(update={"text_engine": "plain"})
        if isinstance(layer, GroupLayer):
            changes["layers"] = _layers(layer.layers, unreadable)
        found.append(layer.model_copy(update=changes))
    return tuple(found)
