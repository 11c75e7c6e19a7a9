"""What a request leaves open, settled: archetype and preset."""

from collections.abc import Mapping, Sequence

from pytoon_pipeline.contracts.media import MediaInfo, SourceItem
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.render_spec import Archetype

# The preset of a request that names none.
DEFAULT_PRESETS: dict[Archetype, str] = {
    "hero": "clean-product",
    "overlay": "bold-offer",
    "meme": "classic-meme",
    "footage": "clean-talk",
    "edit_plan": "clean-product",
}


def archetype_of(request: Request, items: Sequence[SourceItem], infos: Mapping[str, MediaInfo]) -> Archetype:
    """What kind of video is wanted: as said, else footage where all media are clips, else hero."""
    if request.archetype is not None:
        return request.archetype
    if request.edit_plan is not None:
        return "edit_plan"
    media = [infos[item.sha256] for item in items if item.role == "media"]
    return "footage" if media and all(info.still is None for info in media) else "hero"


def preset_name(request: Request, items: Sequence[SourceItem], infos: Mapping[str, MediaInfo]) -> str:
    """Name of the preset that is used."""
    return request.preset or DEFAULT_PRESETS[archetype_of(request, items, infos)]
