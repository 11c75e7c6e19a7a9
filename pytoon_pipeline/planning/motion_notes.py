"""Notes on motions that a request asks for, and that a video cannot show."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.spec.layers import ImageLayer
from pytoon_pipeline.contracts.spec.render_spec import Note, RenderSpec
from pytoon_pipeline.contracts.suggestions import listed
from pytoon_pipeline.planning.analysed_media import PlanItem

MOVING = ("hero", "footage", "overlay")


def motion_notes(spec: RenderSpec, items: Sequence[PlanItem]) -> tuple[Note, ...]:
    """A note on the items whose motion is not seen: clips, cut-outs, and products that stand together."""
    filling = {
        layer.item
        for _, _, layer in spec.layers()
        if isinstance(layer, ImageLayer) and layer.width >= spec.width and layer.height >= spec.height
    }
    seen = filling if spec.archetype in MOVING else set()
    unseen = [item for item in items if item.entry.motion is not None and item.material.item not in seen]
    if not unseen:
        return ()
    names = listed([f"“{item.entry.file[:40]}”" for item in unseen], "and")
    message = (
        f"The motion of {names} is not shown: only pictures that fill the frame have one, not clips, cut-outs and "
        "products that stand together."
    )
    return (Note(code="motion_unused", message=message),)
