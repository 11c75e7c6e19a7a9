"""One layout for all items of a video: pictures fill the frame, or all stand below their texts."""

from collections.abc import Sequence
from dataclasses import replace

from pytoon_pipeline.contracts.output_format import Canvas
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.planning.analysed_media import PlanItem
from pytoon_pipeline.planning.shots import stills

# Beside pictures that fill the frame, another one may hide this much more of a subject that is known only by standing
# out from its surroundings.
BESIDE_OTHERS = 0.6
# When more than this share of the items cannot fill the frame, none does.
MAX_EXCEPTIONS = 0.34


def with_one_layout(preset: Preset, items: Sequence[PlanItem], canvas: Canvas) -> tuple[Preset, tuple[PlanItem, ...]]:
    """The preset and the items of a video whose pictures fill the frame, such that all stand alike.

    Only a picture that cannot be cropped is an exception. A request's own ``fit`` and ``style`` stay.
    """
    free = [item for item in items if _is_free(item)]
    if preset.layout.picture != "full_bleed" or preset.stills.fit != "auto" or len(items) < 2 or not free:
        return preset, tuple(items)
    narrow = [item for item in free if not stills.fills_frame(item.material, canvas)]
    cut = [item for item in narrow if not _may_be_cropped(item, canvas)]
    if len(cut) > MAX_EXCEPTIONS * len(items):
        layout = preset.layout.model_copy(update={"picture": "extended"})
        return preset.model_copy(update={"layout": layout}), tuple(items)
    cropped = {item.index for item in narrow if item not in cut}
    return preset, tuple(replace(item, fit="cover") if item.index in cropped else item for item in items)


def _is_free(item: PlanItem) -> bool:
    return item.fit == "auto" and item.entry.style is None and not item.material.transparent


def _may_be_cropped(item: PlanItem, canvas: Canvas) -> bool:
    material = item.material
    large = stills.MAX_ENLARGEMENT * material.size[1] * stills.window(material, canvas.aspect)[0][1] >= canvas.height
    return material.is_still and large and stills.covers_well(material, canvas.aspect, BESIDE_OTHERS)
