"""Finding and reading the presets folder."""

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from pytoon_pipeline.config.caption_styles import with_style
from pytoon_pipeline.config.documents import inside, read_document
from pytoon_pipeline.config.folder import LIMITS, presets_folder
from pytoon_pipeline.config.merge import merge
from pytoon_pipeline.config.own_brands import DOCUMENT, own_brand_folder
from pytoon_pipeline.config.setting_names import SECTIONS, no_setting
from pytoon_pipeline.config.spelling import british
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.colour import Lut
from pytoon_pipeline.contracts.errors import InvalidInput, about
from pytoon_pipeline.contracts.moderation import ModerationRules
from pytoon_pipeline.contracts.operations import Operations
from pytoon_pipeline.contracts.platforms import PLATFORM_NAMES, Platform
from pytoon_pipeline.contracts.preset import Limits, Preset
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.suggestions import did_you_mean
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.store.fingerprint import hash_value

OPERATIONS, PLATFORMS, BRANDS = "operations", "platforms", "brands"
PROFANITY, MODERATION, PICTURES = "profanity", "moderation", "pictures"


def preset_names() -> list[str]:
    return sorted(
        path.stem
        for path in presets_folder().glob("*.yaml")
        if path.stem not in (LIMITS, OPERATIONS, PLATFORMS, PROFANITY, MODERATION)
    )


def brand_names() -> list[str]:
    return sorted(path.stem for path in (presets_folder() / BRANDS).glob("*.yaml"))


def preset_document(name: str) -> dict[str, Any]:
    """The settings in the file of a preset and of its caption style. Raises ``InvalidInput`` for unknown names."""
    if name not in preset_names():
        raise _unknown("preset", name, preset_names())
    document = british(read_document(presets_folder() / f"{name}.yaml"))
    return {**document, "captions": with_style(document["captions"])} if "captions" in document else document


def style_documents(request: Request) -> dict[str, dict[str, Any]]:
    """The settings of the presets whose style single items have, by name. Raises ``InvalidInput`` for unknown names."""
    documents = {}
    for name, file in sorted(request.styles.items()):
        with about(f"media.{file[:60]}.style"):
            documents[name] = preset_document(name)
    return documents


def preset_picture(name: str) -> Path | None:
    """A picture of a video with this preset; people's own presets may have none."""
    path = presets_folder() / PICTURES / f"{name}.webp"
    return path if path.is_file() else None


def load_preset(name: str, adjust: Mapping[str, Mapping[str, Any]] | None = None) -> Preset:
    """A preset by name, with single settings replaced. Raises ``InvalidInput`` for unknown names and wrong values."""
    return build_preset(name, preset_document(name), adjust or {})


def build_preset(name: str, document: Mapping[str, Any], adjust: Mapping[str, Mapping[str, Any]]) -> Preset:
    """A preset from its ``document``, with the settings in ``adjust`` merged into it at every depth.

    Raises ``InvalidInput`` with the path of each wrong value.
    """
    if (unknown := next((one for one in adjust if one not in SECTIONS), None)) is not None:
        message, hint = no_setting(printable_name(unknown)[:80], SECTIONS, "adjust")
        error = InvalidInput("invalid_preset", message, hint)
        error.fields = (f"adjust.{unknown}",)
        raise error
    own = {"name": name, **document, "captions": with_style(document.get("captions", {}))}
    preset = validate(Preset, own, f"The preset “{name}” ({name}.yaml)", "invalid_preset")
    if not adjust:
        return preset
    captions = british(adjust).get("captions", {})
    if isinstance(captions, dict) and "style" in captions:
        # Another style replaces the look of the preset's captions, not whether there are any.
        own["captions"] = {**with_style(captions), "show": preset.captions.show}
    return validate(Preset, merge(own, british(adjust)), "", "invalid_preset", "adjust.")


def _unknown(kind: str, name: str, known: list[str]) -> InvalidInput:
    """The error for a preset or a brand that does not exist. People also write the name of its file."""
    wanted = printable_name(name)[:80]
    near = did_you_mean(PurePath(name).name.removesuffix(".yaml"), known)
    places = {"brand": presets_folder() / BRANDS, "platform": presets_folder() / f"{PLATFORMS}.yaml"}
    place = places.get(kind, presets_folder())
    hint = f"{near}Choose one of the {kind}s in {place}: {', '.join(known) or 'none'}."
    return InvalidInput(f"unknown_{kind}", f"There is no {kind} “{wanted}”.", hint)


def load_brand(name: str) -> Brand:
    """A brand by name. Raises ``InvalidInput`` for unknown names and wrong values."""
    own = own_brand_folder(name)
    path = own / DOCUMENT if own is not None else presets_folder() / BRANDS / f"{name}.yaml"
    if name not in brand_names() and not (own is not None and path.is_file()):
        raise _unknown("brand", name, brand_names())
    document = read_document(path)
    return validate(Brand, {"name": name, **document}, f"The brand “{name}” ({BRANDS}/{name}.yaml)", "invalid_brand")


def presets_digest(request: Request, preset: str) -> str:
    """Hash of everything that a plan reads from the presets folder: when it changes, the plan is outdated.

    Raises ``InvalidInput`` when the preset or the brand no longer exists.
    """
    decided = load_preset(preset, request.adjust)
    brand = load_brand(request.brand) if request.brand else None
    names = (decided.look.lut, f"{BRANDS}/{brand.lut}" if brand is not None and brand.lut else None)
    styles = {
        name: build_preset(name, own, {}).model_dump(mode="json") for name, own in style_documents(request).items()
    }
    return hash_value(
        {
            **({"styles": styles} if styles else {}),
            "preset": decided.model_dump(mode="json"),
            "platform": load_platform(request.platform).planned,
            "brand": brand.model_dump(mode="json") if brand is not None else None,
            "luts": [lut.values for name in names if (lut := load_lut(name)) is not None],
            "profanity": load_profanity() if request.profanity == "mask" else (),
        }
    )


def brand_file(brand: str, name: str) -> Path:
    """A file that a brand names, inside its folder. Raises ``InvalidInput`` for a path outside it."""
    return inside(own_brand_folder(brand) or presets_folder() / BRANDS, name)


def load_lut(name: str | None) -> Lut | None:
    """The table in a file of the presets folder. Raises ``InvalidInput`` for one that cannot be used."""
    if name is None:
        return None
    # Imports NumPy, which definitions must load without.
    from pytoon_pipeline.media.cube_lut import read_lut

    with about("adjust.look.lut"):
        return read_lut(inside(presets_folder(), name))


def load_platform(name: str) -> Platform:
    """What a platform accepts and covers. Raises ``InvalidInput`` for one that is not known."""
    if name not in PLATFORM_NAMES:
        raise _unknown("platform", name, [*PLATFORM_NAMES])
    return _platform(name, read_document(presets_folder() / f"{PLATFORMS}.yaml"))


def load_platforms() -> tuple[Platform, ...]:
    """All platforms that videos are posted to, in the order of the file."""
    document = read_document(presets_folder() / f"{PLATFORMS}.yaml")
    return tuple(_platform(name, document) for name in PLATFORM_NAMES if name != "any")


def _platform(name: str, document: Mapping[str, Any]) -> Platform:
    values = {"name": name, **document.get(name, {}), "sources": document.get("sources", {})}
    return validate(Platform, values, f"The platform “{name}”", "invalid_platform")


def load_limits() -> Limits:
    """The limits. Each entry of the file is ``{value, source}``."""
    return validate(Limits, _values(LIMITS), "limits.yaml", "invalid_limits")


def limit_sources() -> dict[str, str]:
    """The source of each limit."""
    document = read_document(presets_folder() / f"{LIMITS}.yaml")
    return {name: str(entry.get("source", "")) for name, entry in document.items()}


def load_profanity() -> tuple[str, ...]:
    """Words that captions mask. Raises ``InvalidInput`` unless the file holds a list of words."""
    words = read_document(presets_folder() / f"{PROFANITY}.yaml").get("words", [])
    if not isinstance(words, list) or not all(isinstance(word, str) and word.strip("*") for word in words):
        raise InvalidInput(
            "invalid_profanity", "profanity.yaml: “words” is not a list of words.", "Write: words: [one, …]"
        )
    return tuple(words)


def load_moderation() -> ModerationRules:
    """What may not be shown without a person's decision. A presets folder of one's own may do without the file."""
    path = presets_folder() / f"{MODERATION}.yaml"
    document = read_document(path) if path.is_file() else {}
    return validate(ModerationRules, document, f"{MODERATION}.yaml", "invalid_moderation")


def load_operations() -> Operations:
    """The settings of operation. Each entry of the file is ``{value, source}``."""
    return validate(Operations, _values(OPERATIONS), "operations.yaml", "invalid_operations")


def _values(name: str) -> dict[str, Any]:
    document = read_document(presets_folder() / f"{name}.yaml")
    return {setting: entry.get("value") for setting, entry in document.items()}
