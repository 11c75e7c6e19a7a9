"""Which other presets an upload may be rendered with."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pytoon_pipeline.config.defaults import archetype_for, preset_name
from pytoon_pipeline.config.presets import load_preset, preset_names
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.archetypes import Archetype
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.intake.folder import CLIPS

Suits = Mapping[str, Sequence[Archetype]]


def preset_suits() -> Suits:
    """The archetypes that each preset is made for, by its name. A preset that cannot be read cannot be offered."""
    found: dict[str, Sequence[Archetype]] = {}
    try:
        names = preset_names()
    except (PytoonError, OSError):
        return found
    for name in names:
        try:
            found[name] = load_preset(name).suits
        except (PytoonError, OSError):
            continue
    return found


def other_presets(upload: SourceMedia, suits: Suits) -> list[str]:
    """Names of the presets made for the archetype of an upload, except its own. None for a request that this version
    refuses.
    """
    try:
        request = validate(Request, dict(upload.asked), "The request", "invalid_request")
    except PytoonError:
        return []
    files = (Path(item.name) for item in upload.items if item.role == "media")
    archetype = archetype_for(request, [file.suffix.lower() not in CLIPS for file in files])
    own = preset_name(request, archetype)
    return [name for name, made_for in suits.items() if archetype in made_for and name != own]
