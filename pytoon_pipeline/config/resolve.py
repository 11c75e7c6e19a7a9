"""Resolving a request: deciding every value, and recording where each comes from. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pytoon_pipeline.config.brands import brand_changes, check_brand_rules, choose_transition, with_stored_fonts
from pytoon_pipeline.config.defaults import preset_name
from pytoon_pipeline.config.merge import copy_with, leaves
from pytoon_pipeline.config.music_library import check_licence
from pytoon_pipeline.config.presets import (
    build_preset,
    load_brand,
    load_platform,
    load_profanity,
    preset_document,
    style_documents,
)
from pytoon_pipeline.contracts.archetypes import Archetype
from pytoon_pipeline.contracts.brand import Brand
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.output_format import CANVASES
from pytoon_pipeline.contracts.platforms import Platform
from pytoon_pipeline.contracts.preset import Limits, Preset
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.resolved_request import Origin, ResolvedRequest
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.contracts.suggestions import listed

# Fields of the request without an origin: adjustments have one per setting of the preset.
NOT_DECIDED = {"version", "adjust"}


@dataclass(frozen=True)
class Documents:
    """What a request of an ``archetype`` refers to in the presets folder, as loaded.

    ``preset`` is the content of the preset's file, ``styles`` that of the presets whose style single items have.
    """

    archetype: Archetype
    preset_name: str
    preset: Mapping[str, Any]
    styles: Mapping[str, Mapping[str, Any]]
    platform: Platform
    brand: Brand | None
    limits: Limits
    profanity: tuple[str, ...]


def load_documents(request: Request, archetype: Archetype, limits: Limits) -> Documents:
    """Reads what ``request`` refers to. Raises ``InvalidInput`` for unknown names and wrong values."""
    name = preset_name(request, archetype)
    return Documents(
        archetype=archetype,
        preset_name=name,
        preset=preset_document(name),
        styles=style_documents(request),
        platform=load_platform(request.platform),
        brand=load_brand(request.brand) if request.brand else None,
        limits=limits,
        profanity=load_profanity() if request.profanity == "mask" else (),
    )


def resolve_request(upload: SourceMedia, remedied: Request, documents: Documents) -> ResolvedRequest:
    """``remedied``, which is the upload's request after remedies, with everything decided.

    Raises ``InvalidInput`` for wrong settings, and for what a brand-safe request may not ask for.
    """
    brand = with_stored_fonts(documents.brand, upload.items) if documents.brand is not None else None
    if brand is not None and remedied.brand_safe:
        asked = Request.model_validate(upload.asked)
        check_brand_rules(brand, asked)
        check_licence(asked)
    preset = build_preset(documents.preset_name, documents.preset, remedied.adjust)
    changes = brand_changes(preset, brand, remedied) if brand is not None else {}
    transition, brand_notes = choose_transition(remedied, preset, brand)
    if transition != preset.transition.kind and remedied.transition is None:
        changes["transition"] = {"kind": transition}
    decided = copy_with(preset, {**changes, "transition": {"kind": transition}})
    return ResolvedRequest(
        request=remedied,
        archetype=documents.archetype,
        preset=decided,
        styles={name: _styled(name, document, brand, remedied) for name, document in documents.styles.items()},
        platform=documents.platform,
        brand=brand,
        limits=documents.limits,
        profanity=(*documents.profanity, *(_forbidden(brand) if brand is not None else ())),
        notes=(
            *_highlight_notes(remedied),
            *brand_notes,
            *_preset_notes(remedied, preset, documents),
            *_aspect_notes(remedied, _asked_platform(upload, remedied, documents)),
            *_size_notes(remedied, _asked_platform(upload, remedied, documents)),
            *_codec_notes(remedied, _asked_platform(upload, remedied, documents)),
            *_override_notes(upload),
        ),
        origins={
            **dict(_request_origins(upload, remedied)),
            **dict(_preset_origins(upload, remedied, documents, decided, changes)),
        },
    )


def _styled(name: str, document: Mapping[str, Any], brand: Brand | None, request: Request) -> Preset:
    """The preset whose style an item has: as it is, with the brand's look."""
    preset = build_preset(name, document, {})
    return preset if brand is None else copy_with(preset, brand_changes(preset, brand, request))


def _forbidden(brand: Brand) -> Iterator[str]:
    """The words that a brand forbids, one by one and in lower case, as captions mask them."""
    for text in brand.glossary.forbidden:
        yield from text.lower().split()


def _highlight_notes(request: Request) -> tuple[Note, ...]:
    """Which part of a talk the video shows, and why."""
    one = request.highlight
    if one is None:
        return ()
    start, end = (f"{int(time // 60)}:{int(time % 60):02}" for time in (one.start, one.end))
    reasons = f": {', '.join(one.reasons)}" if one.reasons else ""
    message = (
        f"This is highlight {one.rank} of its talk, from {start} to {end}, with {one.score:.0f} of 100 points{reasons}."
    )
    return (Note(code="highlight", message=message),)


def _preset_notes(request: Request, preset: Preset, documents: Documents) -> tuple[Note, ...]:
    """What a person should know about a preset that they chose for another kind of video than it is made for."""
    if request.preset is None or documents.archetype in preset.suits:
        return ()
    made_for = listed(preset.suits, "and")
    message = (
        f"The preset “{preset.name}” is made for {made_for}; this video is of the archetype {documents.archetype}."
    )
    return (Note(code="preset_archetype", message=message),)


def _asked_platform(upload: SourceMedia, remedied: Request, documents: Documents) -> Platform:
    """The platform that a person chose; a remedy may plan for all of them."""
    asked = Request.model_validate(upload.asked).platform
    return documents.platform if asked == remedied.platform else load_platform(asked)


def _aspect_notes(request: Request, platform: Platform) -> tuple[Note, ...]:
    """Which of the ``outputs`` the platform that a person chose does not accept."""
    lowest, highest = platform.aspects.value
    aspects = dict.fromkeys(one.aspect for one in request.outputs)
    unsuited = [name for name in aspects if not lowest <= round(CANVASES[name].aspect, 3) <= highest]
    if platform.name == "any" or not unsuited:
        return ()
    message = (
        f"The aspect ratio {listed(unsuited, 'and')} does not suit {platform.title}: the width must be {lowest:g} to "
        f"{highest:g} of the height. Post this version elsewhere."
    )
    return (Note(code="platform_aspect", message=message),)


def _size_notes(request: Request, platform: Platform) -> tuple[Note, ...]:
    """Whether the platform that a person chose does not accept the size of the frame."""
    width, height = CANVASES[request.outputs[0].aspect].at(request.resolution)
    shortest, longest = platform.sides.value
    if platform.name == "any" or (min(width, height) >= shortest and max(width, height) <= longest):
        return ()
    message = (
        f"{platform.title} accepts frames with sides of {shortest} to {longest} pixels; this one has {width}×{height}. "
        "Set another resolution, or post this version elsewhere."
    )
    return (Note(code="platform_size", message=message),)


def _codec_notes(request: Request, platform: Platform) -> tuple[Note, ...]:
    """Whether the platform that a person chose does not accept the codec."""
    if platform.name == "any" or request.codec in platform.codecs.value:
        return ()
    accepted = listed(platform.codecs.value, "and")
    message = f"{platform.title} does not accept {request.codec}; it accepts {accepted}. Post this video elsewhere."
    return (Note(code="platform_codec", message=message),)


def _override_notes(upload: SourceMedia) -> tuple[Note, ...]:
    """What a person should know about the video of a request that one run has changed."""
    if not upload.overrides:
        return ()
    values = ", ".join(f"{name}: {value}" for name, value in upload.overrides.items())
    message = f"This video was made with other values than its request has: {values}."
    return (Note(code="overridden", message=message),)


def _request_origins(upload: SourceMedia, remedied: Request) -> Iterator[tuple[str, Origin]]:
    """The origin of each field of the request."""
    asked = Request.model_validate(upload.asked)
    for name in Request.model_fields:
        if name in NOT_DECIDED:
            continue
        if getattr(remedied, name) != getattr(asked, name):
            yield name, "remedy"
        elif name in upload.asked:
            yield name, "override" if name in upload.overrides else "request"
        elif name == "archetype":
            yield name, "media" if remedied.edit_plan is None else "request"
        else:
            yield name, "default"


def _preset_origins(
    upload: SourceMedia, remedied: Request, documents: Documents, preset: Preset, branded: Mapping[str, Any]
) -> Iterator[tuple[str, Origin]]:
    """The origin of each setting of ``preset``, by its path. ``branded`` are the settings that the brand replaced."""
    asked = Request.model_validate(upload.asked)
    adjusted, own = dict(leaves(remedied.adjust)), dict(leaves(asked.adjust))
    person: Origin = "override" if "adjust" in upload.overrides else "request"
    by_brand, in_file = dict(leaves(branded)), dict(leaves(documents.preset))
    for path, value in leaves(preset.model_dump()):
        if "." not in path:
            continue
        if path in by_brand:
            yield path, "brand" if documents.brand is not None else "default"
        elif path == "transition.kind" and remedied.transition is not None:
            yield path, "override" if "transition" in upload.overrides else "request"
        elif path in adjusted:
            yield path, person if path in own and own[path] == adjusted[path] else "remedy"
        elif path == "audio.loudness" and value is None:
            yield path, "platform"
        else:
            yield path, "preset" if path in in_file else "default"
