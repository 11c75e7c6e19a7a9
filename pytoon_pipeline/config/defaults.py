"""What a request leaves open: the archetype and the preset."""

from collections.abc import Mapping, Sequence

from pytoon_pipeline.contracts.archetypes import ARCHETYPES, Archetype
from pytoon_pipeline.contracts.media import MediaInfo, SourceItem
from pytoon_pipeline.contracts.request import Request


def archetype_of(request: Request, items: Sequence[SourceItem], infos: Mapping[str, MediaInfo]) -> Archetype:
    """The archetype of an upload; ``infos`` describe its files by their SHA-256."""
    return archetype_for(request, [infos[item.sha256].still is not None for item in items if item.role == "media"])


def archetype_for(request: Request, stills: Sequence[bool]) -> Archetype:
    """The request's archetype, else footage where all media are clips, else hero. ``stills``: which are pictures."""
    if request.archetype is not None:
        return request.archetype
    if request.edit_plan is not None:
        return "edit_plan"
    return "footage" if stills and not any(stills) else "hero"


def preset_name(request: Request, archetype: Archetype) -> str:
    """The name of the request's preset, else the archetype's default."""
    return request.preset or ARCHETYPES[archetype].default_preset
