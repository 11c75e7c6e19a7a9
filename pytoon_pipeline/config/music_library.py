"""The library of music: a folder of tracks beside the presets, with the mood, the tempo and the licence of each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import Field

from pytoon_pipeline.config.documents import inside, read_document
from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.errors import InvalidInput, about, field_error
from pytoon_pipeline.contracts.music import MAX_TEMPO, MIN_TEMPO, Mood, MusicChoice, Track
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.suggestions import did_you_mean, listed
from pytoon_pipeline.runtime.files import printable_name

MUSIC, LIBRARY = "music", "library.yaml"
# A track suits a tempo that is at most this share away.
MAX_DEVIATION = 0.1


class _Tracks(Record):
    tracks: dict[str, Track] = Field(default_factory=dict)


@dataclass(frozen=True)
class LibraryTrack:
    """A track and its file."""

    name: str
    path: Path
    track: Track


def load_library() -> tuple[LibraryTrack, ...]:
    """The tracks by name, without their files having been read. Raises ``InvalidInput`` for wrong entries."""
    folder = presets_folder() / MUSIC
    path = folder / LIBRARY
    entries: dict[str, Any] = read_document(path) if path.is_file() else {}
    tracks = validate(_Tracks, {"tracks": entries}, f"{MUSIC}/{LIBRARY}", "invalid_library").tracks
    return tuple(LibraryTrack(name, inside(folder, name), tracks[name]) for name in sorted(tracks))


def chosen_track(choice: MusicChoice) -> LibraryTrack | None:
    """The track that ``choice`` means; None for a bed. Raises ``InvalidInput`` for a track that does not exist."""
    if choice.seed is not None:
        return None
    library = load_library()
    if choice.track is None:
        return next((one for one in library if _suits(one.track, choice)), None)
    found = next((one for one in library if one.name == choice.track), None)
    if found is None:
        raise _unknown_track(choice.track, [one.name for one in library])
    return found


def check_licence(request: Request) -> None:
    """Raises ``InvalidInput`` for music of which no licence is known. The beds are Pytoon's own and need none."""
    music = request.music
    if music is None or request.licence is not None:
        return
    if isinstance(music, str):
        name, remedy = music, "If it may be used, say so: --set licence='…'"
    else:
        with about("music"):
            found = chosen_track(music)
        if found is None or found.track.licence is not None:
            return
        name, remedy = found.name, f"Write its licence into {MUSIC}/{LIBRARY}, or: --set licence='…'"
    raise field_error(
        "music", "music_licence",
        f"“{printable_name(name)[:60]}” has no licence on record, so platforms may mute or block the video.",
        f"{remedy} For music without a licence to clear, write: --set music='{{mood: calm, seed: 1}}'",
    )  # fmt: skip


def _suits(track: Track, choice: MusicChoice) -> bool:
    if track.mood != choice.mood:
        return False
    return choice.tempo is None or abs(track.tempo - choice.tempo) <= MAX_DEVIATION * choice.tempo


def _unknown_track(wanted: str, names: list[str]) -> InvalidInput:
    known = f"Choose from: {', '.join(names)}." if names else f"{MUSIC}/{LIBRARY} lists no tracks."
    moods = listed(get_args(Mood), "or")
    by_mood = f"Or choose by mood: {moods}, at {MIN_TEMPO} to {MAX_TEMPO} beats per minute."
    hint = f"{did_you_mean(wanted, names)}{known} {by_mood}"
    name = printable_name(wanted)[:60]
    return field_error("music.track", "unknown_track", f"there is no track “{name}” in the music library.", hint)
