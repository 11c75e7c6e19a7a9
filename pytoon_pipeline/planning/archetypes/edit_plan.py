"""The edit-plan archetype: exactly the scenes and layers that somebody wrote down."""

from collections.abc import Sequence

from pytoon_pipeline.contracts.edit_plan import EditGroup, EditLayer, EditPicture, EditPlan
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.spec.layers import shows_footage
from pytoon_pipeline.contracts.spec.render_spec import RenderSpec, Scene, Transition
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.contracts.transitions import BRAND_SAFE_TRANSITIONS
from pytoon_pipeline.planning.archetypes.edit_layers import LayerContext, build_layers
from pytoon_pipeline.planning.assembly import finish, max_frames
from pytoon_pipeline.planning.context import PlanContext, field_error
from pytoon_pipeline.planning.layout.contrast import Backdrop, everywhere
from pytoon_pipeline.planning.sequences import AudioRef, Timeline


def plan_edit(context: PlanContext) -> RenderSpec:
    """The edit plan as a RenderSpec. Raises ``InvalidInput`` for what brand or length do not allow."""
    plan = context.request.edit_plan
    assert isinstance(plan, EditPlan)
    rate = FrameRate(numerator=plan.rate)
    _check(context, plan)
    scenes: list[Scene] = []
    heard: list[AudioRef] = []
    position = 0
    for number, scene in enumerate(plan.scenes):
        frames = max(1, rate.nearest(scene.seconds))
        transition = None
        if scene.transition is not None and number:
            overlap = max(1, rate.nearest(scene.transition.seconds))
            most = min(frames, scenes[-1].frames - _overlap(scenes[-1])) - 1
            if overlap > most:
                raise field_error(
                    f"edit_plan.scenes.{number}.transition.seconds", "transition_too_long",
                    f"{scene.transition.seconds:g} s are more than both scenes have to spare.", "Shorten it.",
                )  # fmt: skip
            transition = Transition(kind=scene.transition.kind, frames=overlap)
            position -= overlap
        setting = LayerContext(context, rate, frames, f"edit_plan.scenes.{number}", position)
        layers = build_layers(scene.layers, setting, frames, f"edit_plan.scenes.{number}.layers", position)
        scenes.append(
            Scene(start=position, frames=frames, background=scene.background, layers=layers, transition=transition)
        )
        heard += setting.heard
        position += frames
    if position > max_frames(context, rate):
        raise field_error(
            "edit_plan.scenes", "too_long", f"together they last {position / plan.rate:.2f} s.",
            f"Shorten them to {context.request.max_seconds:g} s (max_seconds).",
        )  # fmt: skip
    setting = LayerContext(context, rate, position, "edit_plan.overlays")
    overlays = build_layers(plan.overlays, setting, position, "edit_plan.overlays", 0)
    moving = any(map(shows_footage, overlays))
    still = [
        FrameRange(start=s.start, end=s.end) for s in scenes if not moving and not any(map(shows_footage, s.layers))
    ]
    dark = [FrameRange(start=s.start, end=s.end) for s in scenes if not s.layers]
    line = Timeline(
        scenes=tuple(scenes),
        backdrop=everywhere(Backdrop()),
        audio=(*heard, *setting.heard),
        static=tuple(still),
        black=tuple(dark),
        parts=tuple(FrameRange(start=s.start, end=s.end) for s in scenes),
    )
    return finish(context, rate, line, position, overlays)


def _overlap(scene: Scene) -> int:
    return scene.transition.frames if scene.transition else 0


def _check(context: PlanContext, plan: EditPlan) -> None:
    """What brand-safe forbids in an edit plan."""
    if not context.request.brand_safe:
        return
    allowed = context.brand.transitions if context.brand else BRAND_SAFE_TRANSITIONS
    for number, scene in enumerate(plan.scenes):
        path = f"edit_plan.scenes.{number}"
        if scene.transition is not None and scene.transition.kind not in allowed:
            raise _not_allowed(f"{path}.transition", scene.transition.kind, allowed)
        for place, layer in enumerate(scene.layers):
            _check_layer(context, layer, f"{path}.layers.{place}")
    for place, layer in enumerate(plan.overlays):
        _check_layer(context, layer, f"edit_plan.overlays.{place}")


def _check_layer(context: PlanContext, layer: EditLayer, path: str) -> None:
    if isinstance(layer, EditGroup):
        for place, inner in enumerate(layer.layers):
            _check_layer(context, inner, f"{path}.layers.{place}")
    if isinstance(layer, EditPicture):
        for place, effect in enumerate(layer.effects):
            if effect.recolours:
                raise field_error(
                    f"{path}.effects.{place}", "brand_refused", "this effect changes the picture's own pixels.",
                    "Leave it out, or set brand_safe: false.",
                )  # fmt: skip
    if context.brand is None:
        return
    colours = {colour.lower() for colour in context.brand.colours.model_dump().values()} | {"#000000", "#ffffff"}
    style, fill = getattr(layer, "style", None), getattr(layer, "fill", None)
    used = [style.colour] if style else []
    used += list(fill.colours) if fill else []
    for colour in used:
        if colour.lower() not in colours:
            raise _not_allowed(path, colour, sorted(colours))
    names = (context.brand.fonts.headline, context.brand.fonts.body)
    if style and style.font not in names:
        raise _not_allowed(f"{path}.style.font", style.font, names)


def _not_allowed(path: str, what: str, allowed: Sequence[str]) -> InvalidInput:
    return field_error(
        path, "brand_refused", f"“{what}” is not allowed.",
        f"Use one of: {', '.join(allowed)}; or set brand_safe: false.",
    )  # fmt: skip
