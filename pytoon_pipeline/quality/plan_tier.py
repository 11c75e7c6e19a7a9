"""Checks of sampled frames against the plan and the source files: missing, exchanged or misplaced elements."""

from collections.abc import Iterator
from dataclasses import dataclass

from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.quality.context import CheckContext
from pytoon_pipeline.quality.deviation import Deviation, Limit
from pytoon_pipeline.quality.plan_observations import Observation
from pytoon_pipeline.rendering.contact_sheet import all_sheet_frames

# An image with a lower correlation than this is a different image altogether.
DIFFERENT_IMAGE = 0.5
MAX_QUOTED = 40

# The code for each kind of element, and how a message names it.
ELEMENTS = {
    "background": ("missing_layer", "the background colour"),
    "image": ("missing_item", "the image “{name}”"),
    "shape": ("missing_layer", "the shape “{name}”"),
    "text_background": ("missing_layer", "the background of “{name}”"),
    "text": ("missing_text", "the text “{name}”"),
}


def plan_likeness(context: CheckContext) -> Iterator[Deviation]:
    """Elements of the plan that sampled frames of the file do not show as planned."""
    if context.spec is None or context.references is None:
        return
    faults: dict[tuple[str, str], list[PlanFault]] = {}
    observed = context.observe(context.spec, context.sampled_images, context.references)
    for frame, observations in sorted(observed.items()):
        for observation in observations:
            if fault := _fault(observation, frame, context.limits):
                faults.setdefault((fault.code, fault.message), []).append(fault)
    for (code, message), group in faults.items():
        worst = min(group, key=lambda one: one.value)
        first, last = group[0].frame, group[-1].frame + 1
        yield Deviation(code, message, round(worst.value, 2), context.limit(worst.limit), "gate", first, last)


def unverified(context: CheckContext) -> Iterator[Deviation]:
    """Frames that are missing from the contact sheets, so that they cannot be compared with the plan."""
    spec = context.spec
    if spec is None or context.references is None or len(context.frame_stats) != spec.frames:
        return
    expected_frames = all_sheet_frames(spec)
    if missing := sorted(expected_frames - context.sampled_images.keys()):
        message = f"{len(missing)} of {len(expected_frames)} sampled frames are missing and cannot be checked."
        limit = Limit(0, "Every sampled frame must be present")
        yield Deviation("unverified", message, len(missing), limit, "gate", missing[0], missing[-1] + 1)


@dataclass(frozen=True)
class PlanFault:
    """What is wrong with an element at a frame, and the name of the limit that it violates."""

    code: str
    message: str
    frame: int
    value: float
    limit: str


def _fault(observation: Observation, frame: int, limits: Limits) -> PlanFault | None:
    kind, presence, likeness = observation.kind, observation.presence, observation.likeness
    code, description = ELEMENTS[kind]
    description = description.format(name=observation.name[:MAX_QUOTED])
    sentence_start = f"{description[0].upper()}{description[1:]}"
    if presence is not None and presence < limits.presence_min:
        message = f"{sentence_start} is missing (visible share)."
        return PlanFault(code, message, frame, presence, "presence_min")
    limit = "letter_likeness_min" if kind == "text" else "source_likeness_min"
    if likeness is None or likeness >= getattr(limits, limit):
        return None
    if kind == "text" or likeness < DIFFERENT_IMAGE:
        message = f"Something else is shown instead of {description} (correlation)."
        return PlanFault(code, message, frame, likeness, limit)
    message = f"{sentence_start} is shown with a different crop, size or position than planned (correlation)."
    return PlanFault("wrong_crop", message, frame, likeness, limit)
