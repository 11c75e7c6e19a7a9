"""What files are used for: which roles are analysed, and whether a file fits its role."""

from collections.abc import Mapping, Sequence

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import NO_MEDIA, MediaInfo, Role, SourceItem
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.media import probing

# Items that are shown: their frames are sampled.
VISUAL_ROLES: tuple[Role, ...] = ("media", "background", "logo")
# Items that may show a subject: they are searched for faces, detail and cuts.
SUBJECT_ROLES: tuple[Role, ...] = ("media", "background")


def check_roles(items: Sequence[SourceItem], infos: Mapping[str, MediaInfo]) -> None:
    """Checks that each file can be used in its role. ``infos`` holds probed facts by SHA-256.

    Raises ``InvalidInput`` for music or a voice without audio, and for a logo that is not a picture.
    """
    for item in items:
        if item.role not in NO_MEDIA:
            _check_role(item, infos[item.sha256])


def check_usable(items: Sequence[SourceItem], infos: Mapping[str, MediaInfo], limits: Limits) -> None:
    """Checks that each clip is within the limits and each file fits its role. Raises ``InvalidInput``."""
    for item in items:
        if item.role in SUBJECT_ROLES and infos[item.sha256].still is None:
            probing.accept(infos[item.sha256], limits)
    check_roles(items, infos)


def _check_role(item: SourceItem, info: MediaInfo) -> None:
    if item.role in ("music", "voice") and info.audio is None:
        raise InvalidInput(
            "no_sound",
            f"{item.role}: “{item.name[:80]}” has no audio.",
            "Use an audio file, such as WAV, MP3 or M4A.",
        )
    if item.role == "logo" and info.still is None:
        raise InvalidInput(
            "no_picture", f"The logo “{item.name[:80]}” is not a picture.", "Use a PNG, JPEG or WebP file."
        )
