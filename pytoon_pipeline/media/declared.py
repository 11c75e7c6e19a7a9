"""The length of a stream: as the headers and the index of its file declare it, and as it was read.

Only what the writer of the file declared counts: libav fills in lengths that it estimates from what is there.
"""

from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.media import StreamLength
from pytoon_pipeline.media.preflight import Preflight, StreamStats
from pytoon_pipeline.media.structure import Structure

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream

# Containers whose headers declare the length of the whole. (That of MP3, MPEG and transport streams is estimated.)
DECLARING = ("matroska", "flv", "wav", "flac")
# Two headers of a movie agree within this many seconds.
AGREEMENT = 0.5


def stream_length(container: "InputContainer", stream: "Stream", file: Preflight) -> StreamLength:
    """The length of one stream, counted from the first time that was read."""
    structure = file.structure
    read = file.streams.get(stream.index, StreamStats(0, 0.0, 0.0, 0.0))
    seconds = _declared_seconds(container, stream, file, read)
    return StreamLength(
        declared_seconds=round(seconds, 6) if seconds is not None and seconds > 0 else None,
        declared_frames=_declared_frames(container.format.name, stream, structure),
        read_seconds=round(read.end - read.start, 6),
        packets=read.packets,
        gap_seconds=round(read.gaps, 6) if structure.damaged or file.corrupt else 0.0,
    )


def _declared_seconds(
    container: "InputContainer", stream: "Stream", file: Preflight, read: StreamStats
) -> float | None:  # fmt: skip
    form, structure = container.format.name, file.structure
    own = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
    if form.startswith("mov"):
        return None if structure.open_ended else _of_movie(stream.id, own, structure, read)
    if form == "avi":
        frames = _declared_frames(form, stream, structure)
        # Counted from the beginning, with empty frames before the first.
        return None if frames is None else frames * float(stream.time_base or 0) - max(0.0, read.start)
    if form.startswith("matroska") and (tag := _clock(stream.metadata.get("DURATION", ""))):
        return tag - max(0.0, read.start)
    # The whole may be as long as its longest stream: what another one fills is not missing.
    whole = structure.seconds
    if whole is None and any(name in form for name in DECLARING) and container.duration:
        whole = container.duration / 1_000_000
    if whole is None:
        return None
    missing = whole - max((one.end for one in file.streams.values()), default=0.0)
    return read.end - read.start + max(0.0, missing)


def _of_movie(track: int, own: float | None, structure: Structure, read: StreamStats) -> float | None:
    """A damaged edit list shortens what libav reports: then the headers of track and movie are used."""
    declared = structure.tracks.get(track, 0.0) - read.start
    agreed = structure.seconds is not None and structure.tracks.get(track, 0.0) <= structure.seconds + AGREEMENT
    if own is None or (agreed and declared > own + AGREEMENT):
        return declared if agreed and declared > 0 else own
    return own


def _declared_frames(form: str, stream: "Stream", structure: Structure) -> int | None:
    """Frames, or packets of audio, as an index or a header counts them.

    Of a truncated AVI file the header is used; of a complete one its index, which is more reliable.
    """
    if form == "avi":
        if structure.open_ended:
            return None
        counted = structure.indexed.get(stream.index)
        if structure.truncated or counted is None:
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
