"""Music that a request chooses by mood or track: its file, and what a person should know about it."""

from pathlib import Path

from pytoon_pipeline.config.music_library import chosen_track
from pytoon_pipeline.contracts.errors import about
from pytoon_pipeline.contracts.music import MusicChoice
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.runtime.atomic import atomic_path
from pytoon_pipeline.runtime.files import check_file
from pytoon_pipeline.runtime.home import Home


def chosen_music(choice: MusicChoice) -> tuple[Path, tuple[Note, ...]]:
    """The file of the music: that of a track, or of a bed, which is synthesised on its first use.

    Raises ``InvalidInput`` for a track that does not exist.
    """
    with about("music"):
        found = chosen_track(choice)
        if found is not None:
            check_file(found.path)
            licence = f"licence: {found.track.licence}" if found.track.licence else "no licence on record"
            facts = f"{found.track.tempo:g} beats per minute, {licence}"
            message = f"The music is “{found.name[:60]}” of the library ({facts})."
            return found.path, (Note(code="music_chosen", message=message),)
    path = _bed(choice)
    message = f"The music is the bed “{path.name}”, which Pytoon has synthesised. It needs no licence."
    return path, (Note(code="music_chosen", message=message),)


def _bed(choice: MusicChoice) -> Path:
    # Imports NumPy, which definitions must load without.
    from pytoon_pipeline.media.music_beds import bed_name, write_bed

    path = Home.locate().beds / bed_name(choice)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as scratch:
            write_bed(choice, scratch)
    return path
