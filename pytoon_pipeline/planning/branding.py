"""What a brand asks for: its looks, its limits, its logo in a corner and its end card."""

from dataclasses import replace
from typing import Any

from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.geometry import Rect
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.layers import ImageLayer, Layer, TextLayer, Transform, constant
from pytoon_pipeline.contracts.spec.render_spec import Note, Scene
from pytoon_pipeline.contracts.style import TextStyle
from pytoon_pipeline.contracts.time import FrameRange, FrameRate
from pytoon_pipeline.media.colour import contrast, luminance_of
from pytoon_pipeline.planning.context import HEIGHT, WIDTH, AnalysedMedia, PlanContext, field_error
from pytoon_pipeline.planning.layout.contrast import colour_backdrop, everywhere, opposite
from pytoon_pipeline.planning.layout.text_fit import TextBox, clean, fit
from pytoon_pipeline.planning.layout.text_placement import layer_area
from pytoon_pipeline.planning.sequences import SceneSequence
from pytoon_pipeline.planning.shots.stills import fitted, fixed

# Without a brand, brand-safe still means: nothing that pulls pictures about.
CALM = ("cut", "crossfade", "fade", "slide")
# Settings that belong to the brand while its rules hold.
OWNED = {
    "headline": {"font", "colour", "background_colour"},
    "background": {"colours", "shapes"},
    "captions": {"font", "colour", "highlight", "outline_colour"},
}
# Kept free around the watermark.
AIR = 16
END_LOGO_WIDTH = 0.5
END_TEXT_SIZE = 84


def branded(preset: Preset, brand: Brand, request: Request) -> tuple[Preset, tuple[Note, ...]]:
    """The preset in the brand's looks.

    When the request is brand-safe, raises ``InvalidInput`` for what it may not ask.
    """
    if request.brand_safe:
        _check(brand, request)
    colours, fonts = brand.colours, brand.fonts
    text = colours.text
    plate = colours.accent if contrast(luminance_of(text), luminance_of(colours.accent)) >= 4.5 else opposite(text)
    changes: dict[str, dict[str, Any]] = {
        "headline": {
            "font": fonts.headline, "colour": text, "background_colour": plate,
            "box": preset.headline.box.model_copy(update={"colour": plate}),
        },
        "background": {
            "colours": (colours.primary, colours.secondary),
            "shapes": (colours.accent, colours.secondary)[: len(preset.background.shapes)],
        },
        "captions": {"font": fonts.body, "colour": text, "highlight": colours.accent, "outline_colour": opposite(text)},
    }  # fmt: skip
    notes = []
    if request.brand_safe:
        moves = tuple(move for move in preset.stills.ken_burns if move in brand.ken_burns) or brand.ken_burns[:1]
        changes["stills"] = {"ken_burns": moves, "zoom": min(preset.stills.zoom, brand.zoom)}
        if preset.transition.kind not in brand.transitions and request.transition is None:
            other = next((one for one in brand.transitions if one != "cut"), brand.transitions[0])
            changes["transition"] = {"kind": other}
            message = f"The preset's transition “{preset.transition.kind}” is not the brand's; “{other}” is used."
            notes.append(Note(code="brand_transition", message=message))
    for part, update in changes.items():
        for name in _adjusted(request, part) if not request.brand_safe else ():
            update.pop(name, None)
        preset = preset.model_copy(update={part: getattr(preset, part).model_copy(update=update)})
    return preset, tuple(notes)


def allowed_transition(context: PlanContext) -> tuple[str, float]:
    """Kind and seconds of transitions. Raises ``InvalidInput`` for one that brand-safe does not allow."""
    wanted = context.request.transition
    settings = context.preset.transition
    allowed = context.brand.transitions if context.brand else CALM
    kind: str = wanted or settings.kind
    if context.request.brand_safe and kind not in allowed:
        if wanted is not None:
            whose = f"The brand “{context.brand.name}”" if context.brand else "brand_safe"
            raise field_error(
                "transition", "brand_refused", f"{whose} does not allow “{wanted}”.",
                f"Use one of: {', '.join(allowed)}; or set brand_safe: false.",
            )  # fmt: skip
        kind = "crossfade" if "crossfade" in allowed else allowed[0]
    return kind, settings.seconds


def watermark(context: PlanContext, frames: int) -> tuple[Layer, ...]:
    """The logo in its corner for ``frames``."""
    if context.brand is None or context.logo is None or context.brand.watermark is None:
        return ()
    settings, safe = context.brand.watermark, context.safe_area
    width, height = fitted(context.logo, settings.width * WIDTH, settings.width * WIDTH)
    inset = 28
    x = safe.left + inset + width / 2 if "left" in settings.corner else safe.right - inset - width / 2
    y = safe.top + inset + height / 2 if "top" in settings.corner else safe.bottom - inset - height / 2
    return (_logo(context.logo, "watermark", width, height, x, y, settings.opacity, frames),)


def watermark_area(context: PlanContext) -> Rect[int] | None:
    """What the watermark takes of the safe zone, with a little air."""
    layers = watermark(context, 1)
    return layer_area(layers[0], AIR, AIR) if layers else None


def text_area(context: PlanContext) -> Rect[int]:
    """The part of the safe zone that texts may use: all but the watermark's strip."""
    safe, taken = context.safe_area, watermark_area(context)
    if taken is None:
        return safe
    if taken.top - safe.top < safe.bottom - taken.bottom:
        return replace(safe, top=min(safe.bottom - 200, taken.bottom))
    return replace(safe, bottom=max(safe.top + 200, taken.top))


def end_card(context: PlanContext, rate: FrameRate) -> list[SceneSequence]:
    """The closing scene of a brand: its logo and a line on its colour; none without a brand."""
    brand = context.brand
    if brand is None or brand.end_card.seconds <= 0 or (context.logo is None and not brand.end_card.text):
        return []
    frames = rate.nearest(brand.end_card.seconds)
    safe = context.safe_area
    layers: list[Layer] = []
    middle = (safe.top + safe.bottom) / 2
    if context.logo is not None:
        width, height = fitted(context.logo, END_LOGO_WIDTH * WIDTH, 0.3 * HEIGHT)
        layers.append(_logo(context.logo, "logo", width, height, WIDTH / 2, middle - 60, 1.0, None))
        middle += height / 2 + 60
    line = clean(brand.end_card.text)
    wide = 2 * min(WIDTH / 2 - safe.left, safe.right - WIDTH / 2) - 40
    room = TextBox(brand.fonts.headline, END_TEXT_SIZE, 40, wide, 300, 2)
    if line:
        page = fit(line, room)
        if page is None:
            raise field_error(
                "brand.end_card.text", "text_too_long", f"“{line[:40]}” does not fit on the end card.", "Shorten it."
            )
        colour = brand.colours.text
        if contrast(luminance_of(colour), luminance_of(brand.colours.primary)) < context.limits.text_contrast:
            colour = opposite(brand.colours.primary)
        style = TextStyle(font=brand.fonts.headline, size=page.size, colour=colour)
        motion = Transform(x=constant(WIDTH / 2), y=constant(middle + page.height / 2))
        layers.append(
            TextLayer(name="end card", lines=page.lines, style=style, width=page.width, height=page.height,
                      transform=motion)
        )  # fmt: skip
    scene = Scene(start=0, frames=frames, background=brand.colours.primary, layers=tuple(layers))
    return [
        SceneSequence(
            (scene,), everywhere(colour_backdrop(brand.colours.primary)), static=(FrameRange(start=0, end=frames),)
        )
    ]


def _logo(
    logo: AnalysedMedia, name: str, width: float, height: float, x: float, y: float, opacity: float, frames: int | None
) -> ImageLayer:
    picture = logo.looked_at.picture
    return ImageLayer(
        name=name, item=logo.item, width=width, height=height, frames=frames,
        crop_path=fixed((picture.width, picture.height), picture.centre),
        transform=Transform(x=constant(x), y=constant(y), opacity=constant(opacity)),
    )  # fmt: skip


def _check(brand: Brand, request: Request) -> None:
    for part, owned in OWNED.items():
        for name in sorted(owned & _adjusted(request, part)):
            raise field_error(
                f"adjust.{part}.{name}", "brand_refused", f"this is set by the brand “{brand.name}”.",
                "Leave it out, or set brand_safe: false.",
            )  # fmt: skip


def _adjusted(request: Request, part: str) -> set[str]:
    return set(request.adjust.get(part, {}))
