"""What a request leaves open: the archetype and the preset."""

from collections.abc import Mapping, Sequence

from pytoon_pipeline.contracts.archetypes import ARCHETYPES, Archetype
from pytoon_pipeline.contracts.media import MediaInfo, SourceItem
from pytoon_pipeline.contracts.request import Request


def archetype_of(request: Request, items: Sequence[SourceItem], infos: Mapping[str, MediaInfo]) -> Archetype:
    """The request's archetype, else footage where all media are clips, else hero."""
    if request.archetype is not None:
        return request.archetype
    if request.edit_plan is not None:
        return "edit_plan"
    media = [infos[item.sha256] for item in items if item.role == "media"]
    return "footage" if media and all(info.still is None for info in media) else "hero"


def preset_name(request: Request, archetype: Archetype) -> str:
    """The name of the request's preset, else the archetype's default."""
    return request.preset or ARCHETYPES[archetype].default_preset
