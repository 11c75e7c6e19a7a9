"""What headers and index of a file promise of a stream, beside what was read of it.

Only what a writer has said counts: libav fills in lengths that it estimates from what there is.
"""

from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.media import Promise
from pytoon_pipeline.media.preflight import Preflight, StreamStats
from pytoon_pipeline.media.structure import Structure

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream

# Containers whose headers say how long the whole is. (MP3, MPEG and transport streams are estimated.)
TELLING = ("matroska", "flv", "wav", "flac")
# Two headers of a movie agree within this many seconds.
AGREEMENT = 0.5


def stream_promise(container: "InputContainer", stream: "Stream", rehearsal: Preflight) -> Promise:
    """The promise of one stream; its ``seconds`` run from the first moment that was read."""
    structure = rehearsal.structure
    read = rehearsal.streams.get(stream.index, StreamStats(0, 0.0, 0.0, 0.0))
    seconds = _promised(container, stream, rehearsal, read)
    return Promise(
        seconds=round(seconds, 6) if seconds is not None and seconds > 0 else None,
        frames=_frames(container.format.name, stream, structure),
        read_seconds=round(read.end - read.start, 6),
        packets=read.packets,
        gap_seconds=round(read.gaps, 6) if structure.damaged or rehearsal.corrupt else 0.0,
    )


def _promised(
    container: "InputContainer", stream: "Stream", rehearsal: Preflight, read: StreamStats
) -> float | None:  # fmt: skip
    form, structure = container.format.name, rehearsal.structure
    own = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
    if form.startswith("mov"):
        return None if structure.open_ended else _of_movie(stream.id, own, structure, read)
    if form == "avi":
        frames = _frames(form, stream, structure)
        # Counted from the beginning, with empty pictures before the first.
        return None if frames is None else frames * float(stream.time_base or 0) - max(0.0, read.start)
    if form.startswith("matroska") and (tag := _clock(stream.metadata.get("DURATION", ""))):
        return tag - max(0.0, read.start)
    # The whole may be as long as its longest stream: what another one fills is not missing.
    whole = structure.seconds
    if whole is None and any(name in form for name in TELLING) and container.duration:
        whole = container.duration / 1_000_000
    if whole is None:
        return None
    missing = whole - max((one.end for one in rehearsal.streams.values()), default=0.0)
    return read.end - read.start + max(0.0, missing)


def _of_movie(track: int, own: float | None, structure: Structure, read: StreamStats) -> float | None:
    """An edit list that was damaged shortens what libav shows: then the headers of track and movie say more."""
    said = structure.tracks.get(track, 0.0) - read.start
    agreed = structure.seconds is not None and structure.tracks.get(track, 0.0) <= structure.seconds + AGREEMENT
    if own is None or (agreed and said > own + AGREEMENT):
        return said if agreed and said > 0 else own
    return own


def _frames(form: str, stream: "Stream", structure: Structure) -> int | None:
    """Pictures, or packets of sound, that an index or a header counts.

    The header of an AVI file is believed where it broke off; where it is whole, its index tells better.
    """
    if form == "avi":
        if structure.open_ended:
            return None
        counted = structure.indexed.get(stream.index)
        if structure.broken_off or counted is None:
            return stream.frames or None
        return min(counted, stream.frames or counted) if stream.type == "video" else None
    return stream.frames or None if form.startswith("mov") and stream.type == "video" else None


def _clock(text: str) -> float | None:
    """Seconds of ``hours:minutes:seconds``."""
    try:
        hours, minutes, seconds = map(float, text.split(":"))
    except ValueError:
        return None
    return 3600 * hours + 60 * minutes + seconds
