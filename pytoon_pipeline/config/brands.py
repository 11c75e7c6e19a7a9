"""What a brand decides: its files, its look on a preset, and the limits that it sets."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pytoon_pipeline.config.presets import BRANDS, brand_file
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.errors import InvalidInput, field_error
from pytoon_pipeline.contracts.media import Role, SourceItem
from pytoon_pipeline.contracts.preset import Preset
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.transitions import TransitionChoice

# Settings that a request may not adjust while the brand's rules apply.
BRAND_OWNED = {
    "headline": {"font", "colour", "background_colour"},
    "background": {"colours", "shapes"},
    "captions": {"font", "colour", "highlight", "outline_colour"},
}
# WCAG 2.2, success criterion 1.4.3: text on the accent colour is readable from this contrast ratio.
READABLE_CONTRAST = 4.5


def brand_files(brand: Brand | None) -> list[tuple[Path, Role]]:
    """The files that a brand brings: its logo, and fonts of its own."""
    if brand is None:
        return []
    files: list[tuple[Path, Role]] = [(brand_file(brand.name, brand.logo), "logo")] if brand.logo else []
    names = dict.fromkeys((brand.fonts.headline, brand.fonts.body))
    return files + [(brand_file(brand.name, name), "font") for name in names if is_font_file(name)]


def is_font_file(name: str) -> bool:
    """Whether a brand names a font file of its own rather than a font that comes with Pytoon."""
    return name.lower().endswith((".ttf", ".otf"))


def with_stored_fonts(brand: Brand, items: Sequence[SourceItem]) -> Brand:
    """The brand with its own font files named by the SHA-256 of their content, as in ``items``."""
    files = [path.name for path, role in brand_files(brand) if role == "font"]
    by_name = dict(zip(files, [item.sha256 for item in items if item.role == "font"], strict=False))

    def stored(font: str) -> str:
        return by_name.get(Path(font).name, font) if is_font_file(font) else font

    fonts = {"headline": stored(brand.fonts.headline), "body": stored(brand.fonts.body)}
    return brand.model_copy(update={"fonts": brand.fonts.model_copy(update=fonts)})


def check_brand_rules(brand: Brand, request: Request) -> None:
    """Raises ``InvalidInput`` when a brand-safe request sets what belongs to the brand."""
    if request.logo is not None and brand.logo is not None:
        raise _owned(brand, "logo")
    for entry in request.media:
        if entry.transition is not None and entry.transition not in brand.transitions:
            raise field_error(
                f"media.{entry.file[:60]}.transition",
                "brand_refused",
                f"the brand “{brand.name}” does not allow “{entry.transition}”.",
                f"Use one of: {', '.join(brand.transitions)}. Or, to override the brand, add to the command: "
                "--set brand_safe=false",
            )
        if isinstance(entry.motion, str) and entry.motion not in brand.ken_burns:
            raise field_error(
                f"media.{entry.file[:60]}.motion",
                "brand_refused",
                f"the brand “{brand.name}” does not move pictures “{entry.motion}”.",
                f"Use one of: {', '.join(brand.ken_burns)}. Or, to override the brand, add to the command: "
                "--set brand_safe=false",
            )
    for section, owned in BRAND_OWNED.items():
        for name in sorted(owned & set(request.adjust.get(section, {}))):
            raise _owned(brand, f"adjust.{section}.{name}")


def _owned(brand: Brand, field: str) -> InvalidInput:
    """The error for a setting of the brand."""
    return field_error(
        field, "brand_refused",
        f"the brand “{brand.name}” decides this, so a request cannot change it.",
        "Remove it to keep what the brand has. To use yours in this video, add to the command: --set brand_safe=false",
    )  # fmt: skip


def brand_changes(preset: Preset, brand: Brand, request: Request) -> dict[str, dict[str, Any]]:
    """The settings of ``preset`` that the brand replaces, by section.

    When the request is not brand-safe, its own adjustments take precedence over the brand's look.
    """
    changes = _look(preset, brand)
    if request.brand_safe:
        moves = tuple(move for move in preset.stills.ken_burns if move in brand.ken_burns) or brand.ken_burns[:1]
        zoom = {name: min(getattr(preset.stills, name), brand.zoom) for name in ("zoom", "punch_in")}
        stills = {"ken_burns": moves, **zoom}
        changes["stills"] = {name: value for name, value in stills.items() if value != getattr(preset.stills, name)}
        return changes
    return {
        section: {name: value for name, value in settings.items() if name not in request.adjust.get(section, {})}
        for section, settings in changes.items()
    }


def _look(preset: Preset, brand: Brand) -> dict[str, dict[str, Any]]:
    # Imports NumPy, which definitions must load without.
    from pytoon_pipeline.media.colour import contrast, luminance_of, opposite

    colours, text = brand.colours, brand.colours.text
    readable = contrast(luminance_of(text), luminance_of(colours.accent)) >= READABLE_CONTRAST
    plate = colours.accent if readable else opposite(text)
    look = {"look": {"lut": f"{BRANDS}/{brand.lut}"}} if brand.lut else {}
    return look | {
        "headline": {
            "font": brand.fonts.headline,
            "colour": text,
            "background_colour": plate,
            "box": {"colour": plate},
            "accent": colours.accent,
        },
        "background": {
            "colours": (colours.primary, colours.secondary),
            "shapes": (colours.accent, colours.secondary)[: len(preset.background.shapes)],
        },
        "captions": {
            "font": brand.fonts.body,
            "colour": text,
            "highlight": colours.accent,
            "outline_colour": opposite(text),
        },
    }


def choose_transition(
    request: Request, preset: Preset, brand: Brand | None
) -> tuple[TransitionChoice, tuple[Note, ...]]:
    """The transition between scenes: the request's, else the preset's, else one that the brand allows.

    Raises ``InvalidInput`` when a brand-safe request names one that its brand does not allow.
    """
    kind = request.transition or preset.transition.kind
    if brand is None or not request.brand_safe or kind in brand.transitions:
        return kind, ()
    if request.transition is not None:
        raise field_error(
            "transition",
            "brand_refused",
            f"the brand “{brand.name}” does not allow “{kind}”.",
            f"Use one of: {', '.join(brand.transitions)}. Or, to override the brand, add to the command: "
            "--set brand_safe=false",
        )
    other = next((one for one in brand.transitions if one != "cut"), brand.transitions[0])
    message = f"The preset's transition “{kind}” is not the brand's; “{other}” is used."
    return other, (Note(code="brand_transition", message=message),)
