"""Checks of an edit plan as it is written, before any file is opened."""

from collections.abc import Iterable, Iterator

from pytoon_pipeline.contracts.edit_plan import EditGroup, EditLayer, EditPicture, EditPlan
from pytoon_pipeline.contracts.errors import field_error

# Pixels of an edit plan's layers: of one layer at its largest, and of all layers of a scene. The video has two million;
# drawing takes some 30 bytes per pixel.
LAYER_PIXELS, SCENE_PIXELS = 20_000_000, 100_000_000


def layers_by_path(plan: EditPlan) -> dict[str, tuple[EditLayer, ...]]:
    """The layers of each scene, and those above all scenes, by the field that they stand in."""
    scenes = {f"edit_plan.scenes.{n}.layers": scene.layers for n, scene in enumerate(plan.scenes)}
    return {**scenes, "edit_plan.overlays": plan.overlays}


def all_layers(plan: EditPlan) -> Iterator[tuple[str, EditLayer]]:
    """Every layer with its path, also those in groups."""
    for path, layers in layers_by_path(plan).items():
        yield from _nested(layers, path)


def _nested(layers: Iterable[EditLayer], path: str) -> Iterator[tuple[str, EditLayer]]:
    for place, layer in enumerate(layers):
        yield f"{path}.{place}", layer
        if isinstance(layer, EditGroup):
            yield from _nested(layer.layers, f"{path}.{place}.layers")


def check_size(plan: EditPlan) -> None:
    """Raises ``InvalidInput`` for layers that would need gigabytes of memory."""
    for path, layers in layers_by_path(plan).items():
        drawn = dict(_drawn(layers, path))
        for layer, pixels in drawn.items():
            if pixels > LAYER_PIXELS:
                raise field_error(
                    layer, "too_large", f"at its largest, this layer has {pixels / 1e6:.0f} million pixels.",
                    f"A layer may have at most {LAYER_PIXELS / 1e6:.0f} million pixels. Lower its width, height or "
                    "scale.",
                )  # fmt: skip
        if sum(drawn.values()) > SCENE_PIXELS:
            raise field_error(
                path.removesuffix(".layers"), "too_large",
                f"the layers have {sum(drawn.values()) / 1e6:.0f} million pixels in total.",
                f"A scene may have at most {SCENE_PIXELS / 1e6:.0f} million pixels. Use smaller or fewer layers.",
            )  # fmt: skip


def _drawn(layers: Iterable[EditLayer], path: str) -> Iterator[tuple[str, float]]:
    """The path of each layer that is drawn, and its pixels. Pictures and clips are never drawn larger than they are."""
    for place, layer in enumerate(layers):
        if isinstance(layer, EditPicture):
            continue
        scales = [layer.scale, *(key.value for key in layer.keyframes.get("scale", ()))]
        # A group is drawn at its own size, whatever its scale.
        scale = 1.0 if isinstance(layer, EditGroup) else max(1.0, *scales)
        yield f"{path}.{place}", getattr(layer, "width", 0) * getattr(layer, "height", 0) * scale**2
        if isinstance(layer, EditGroup):
            yield from _drawn(layer.layers, f"{path}.{place}.layers")
