"""The edit-plan archetype: exactly the scenes and layers of the request's edit plan."""

from collections.abc import Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.edit_plan import EditGroup, EditLayer, EditPicture, EditPlan, EditScene
from pytoon_pipeline.contracts.errors import InvalidInput, field_error
from pytoon_pipeline.contracts.resolved_request import ResolvedRequest
from pytoon_pipeline.contracts.spec.layers import Layer, shows_footage
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene, Transition
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.planning.archetypes.edit_layers import LayerContext, build_layers
from pytoon_pipeline.planning.assembly import finish
from pytoon_pipeline.planning.backdrops import Backdrop, everywhere
from pytoon_pipeline.planning.context import PlanContext
from pytoon_pipeline.planning.heard_captions import as_heard
from pytoon_pipeline.planning.sequences import AudioRef, Timeline

# The frames of a scene, and how it comes in over the scene before.
Timing = tuple[int, Transition | None]


def plan_edit(context: PlanContext) -> RenderSpec:
    """The edit plan as a RenderSpec. Raises ``InvalidInput`` for what the brand or the length does not allow."""
    plan = context.request.edit_plan
    assert isinstance(plan, EditPlan)
    rate, files = context.rate, context.media.files
    check_plan(context.resolved, plan)
    scenes: list[Scene] = []
    audio: list[AudioRef] = []
    position = 0
    for number, (scene, (frames, transition)) in enumerate(zip(plan.scenes, _timing(plan), strict=True)):
        position -= transition.frames if transition is not None else 0
        target = LayerContext(files, rate, frames, f"edit_plan.scenes.{number}", position, audio)
        layers = build_layers(scene.layers, target, frames, f"edit_plan.scenes.{number}.layers", position)
        scenes.append(
            Scene(start=position, frames=frames, background=scene.background, layers=layers, transition=transition)
        )
        position += frames
    target = LayerContext(files, rate, position, "edit_plan.overlays", audio=audio)
    overlays = build_layers(plan.overlays, target, position, "edit_plan.overlays", 0)
    timeline = as_heard(context, _timeline(scenes, overlays, audio))
    return finish(context, timeline, position, overlays)


def check_plan(resolved: ResolvedRequest, plan: EditPlan) -> None:
    """Raises ``InvalidInput`` for what the brand does not allow, and for scenes that are too long or too short."""
    if resolved.brand is not None and resolved.request.brand_safe:
        BrandRules(resolved.brand).check(plan)
    frames = sum(frames - (transition.frames if transition else 0) for frames, transition in _timing(plan))
    max_seconds = resolved.request.max_seconds
    if frames > int(max_seconds * plan.rate):
        raise field_error(
            "edit_plan.scenes",
            "too_long",
            f"the scenes last {frames / plan.rate:.4g} s; the video can last {max_seconds:g} s (max_seconds).",
            "Shorten the scenes, or remove some.",
        )


def _timing(plan: EditPlan) -> list[Timing]:
    """The frames of each scene, and its transition."""
    rate = FrameRate(numerator=plan.rate)
    found: list[Timing] = []
    for number, scene in enumerate(plan.scenes):
        frames = max(1, rate.nearest(scene.seconds))
        found.append((frames, _transition(scene, number, frames, found, rate)))
    return found


def _transition(
    scene: EditScene, number: int, frames: int, before: Sequence[Timing], rate: FrameRate
) -> Transition | None:
    """How a scene comes in over the scenes ``before`` it. Raises ``InvalidInput`` when they are too short for it."""
    if scene.transition is None or not before:
        return None
    overlap = max(1, rate.nearest(scene.transition.seconds))
    length, earlier = before[-1]
    free = length - (earlier.frames if earlier is not None else 0)
    if overlap > min(frames, free) - 1:
        raise field_error(
            f"edit_plan.scenes.{number}.transition.seconds",
            "transition_too_long",
            f"the transition of {scene.transition.seconds:g} s is too long for the two scenes that it joins.",
            f"Shorten it to less than {min(frames, free) / float(rate.fraction):.3g} s, or make the scenes longer.",
        )
    return Transition(kind=scene.transition.kind, frames=overlap)


def _timeline(scenes: Sequence[Scene], overlays: Sequence[Layer], audio: Sequence[AudioRef]) -> Timeline:
    moving = any(map(shows_footage, overlays))
    spans = tuple(FrameRange(start=scene.start, end=scene.end) for scene in scenes)
    static = [span for span, scene in zip(spans, scenes, strict=True) if not any(map(shows_footage, scene.layers))]
    return Timeline(
        scenes=tuple(scenes),
        backdrop=everywhere(Backdrop()),
        audio=tuple(audio),
        static=() if moving else tuple(static),
        black=tuple(span for span, scene in zip(spans, scenes, strict=True) if not scene.layers),
        parts=spans,
    )


@dataclass(frozen=True)
class BrandRules:
    """What brand-safe forbids in an edit plan: transitions, colours and fonts that are not the brand's."""

    brand: Brand

    def check(self, plan: EditPlan) -> None:
        """Raises ``InvalidInput`` with the path of the first transition or layer that breaks a rule."""
        for number, scene in enumerate(plan.scenes):
            path = f"edit_plan.scenes.{number}"
            if scene.transition is not None and scene.transition.kind not in self.brand.transitions:
                raise _not_allowed(f"{path}.transition", scene.transition.kind, self.brand.transitions)
            for index, layer in enumerate(scene.layers):
                self._check_layer(layer, f"{path}.layers.{index}")
        for index, layer in enumerate(plan.overlays):
            self._check_layer(layer, f"edit_plan.overlays.{index}")

    def _check_layer(self, layer: EditLayer, path: str) -> None:
        if isinstance(layer, EditGroup):
            for index, inner in enumerate(layer.layers):
                self._check_layer(inner, f"{path}.layers.{index}")
        if isinstance(layer, EditPicture):
            _check_effects(layer, path)
        colours = {colour.lower() for colour in self.brand.colours.model_dump().values()} | {"#000000", "#ffffff"}
        style, fill = getattr(layer, "style", None), getattr(layer, "fill", None)
        used = [style.colour] if style else []
        used += list(fill.colours) if fill else []
        for colour in used:
            if colour.lower() not in colours:
                raise _not_allowed(path, colour, sorted(colours))
        fonts = (self.brand.fonts.headline, self.brand.fonts.body)
        if style and style.font not in fonts:
            raise _not_allowed(f"{path}.style.font", style.font, fonts)


def _check_effects(layer: EditPicture, path: str) -> None:
    for index, effect in enumerate(layer.effects):
        if effect.recolours:
            raise field_error(
                f"{path}.effects.{index}",
                "brand_refused",
                "this effect recolours the picture, which a brand-safe request cannot do.",
                "Remove it, or add to the command: --set brand_safe=false",
            )


def _not_allowed(path: str, value: str, allowed: Sequence[str]) -> InvalidInput:
    hint = f"Use one of: {', '.join(allowed)}. Or add to the command: --set brand_safe=false"
    return field_error(path, "brand_refused", f"a brand-safe request cannot use “{value}”.", hint)
