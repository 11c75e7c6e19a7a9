"""Which analysis each file of an upload needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pytoon_pipeline.contracts.archetypes import ARCHETYPES, Archetype
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import NO_MEDIA, MediaInfo, Role, SourceItem

PICTURES: tuple[Role, ...] = ("media", "background", "logo")
LOOKED_AT: tuple[Role, ...] = ("media", "background")


@dataclass(frozen=True)
class Needs:
    """Items by what they are looked at for, each once, in order of the upload.

    ``words`` are transcribed, ``speech`` searched for speech and silence, ``pictures`` sampled, ``subjects`` searched
    for faces, detail and cuts.
    """

    words: tuple[str, ...]
    speech: tuple[str, ...]
    pictures: tuple[str, ...]
    subjects: tuple[str, ...]


def check_roles(items: Sequence[SourceItem], infos: Mapping[str, MediaInfo]) -> None:
    """Raises ``InvalidInput`` for a file that cannot be what it is used for, such as music without sound."""
    for item in items:
        if item.role not in NO_MEDIA:
            _fits(item, infos[item.sha256])


def needs(archetype: Archetype, items: Sequence[SourceItem], infos: Mapping[str, MediaInfo]) -> Needs:
    """What a video of this archetype needs to know about each file."""
    media = [item.sha256 for item in items if item.role == "media"]
    heard = [item for item in media if infos[item].audio is not None and infos[item].video is not None]
    words = tuple(dict.fromkeys(heard)) if ARCHETYPES[archetype].transcribes else ()
    voices = [item.sha256 for item in items if item.role == "voice"]
    return Needs(
        words=words,
        speech=tuple(dict.fromkeys([*words, *voices])),
        pictures=_of(items, PICTURES),
        subjects=_of(items, LOOKED_AT),
    )


def _of(items: Sequence[SourceItem], roles: Sequence[Role]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.sha256 for item in items if item.role in roles))


def _fits(item: SourceItem, info: MediaInfo) -> None:
    if item.role in ("music", "voice") and info.audio is None:
        raise InvalidInput(
            "no_sound", f"{item.role}: “{item.name[:80]}” has no sound.", "Give a sound file, such as WAV, MP3 or M4A."
        )
    if item.role == "logo" and info.still is None:
        raise InvalidInput(
            "no_picture", f"The logo “{item.name[:80]}” is not a picture.", "Give a PNG, JPEG or WebP file."
        )
