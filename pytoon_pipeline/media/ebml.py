"""The structure of Matroska and WebM: whether the elements fit into each other and into the file."""

import mmap
from dataclasses import dataclass

SEGMENT, CLUSTER, TRACKS, TRACK = 0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE
ENCODINGS, ENCODING, ENCRYPTION = 0x6D80, 0x6240, 0x5035
MASTERS = (SEGMENT, CLUSTER, TRACKS, TRACK, ENCODINGS, ENCODING)
NEXT_CLUSTER = CLUSTER.to_bytes(4, "big")
# Elements of a segment; one of them ends a cluster of unknown size.
TOP = (CLUSTER, TRACKS, 0x114D9B74, 0x1549A966, 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367)


@dataclass
class Outline:
    """Whether the file ends before its elements do, holds bytes that belong to none, or is encrypted."""

    truncated: bool = False
    damaged: bool = False
    encrypted: bool = False


def walk_ebml(data: mmap.mmap) -> Outline:
    """Reads the headers of all elements down to single blocks."""
    found, size = Outline(), len(data)
    position, segment, inside = 0, size, size
    while position < min(size, segment):
        inside = inside if position < inside else size
        header = _header(data, position)
        if header is None:
            # The rest of a header at the very end is truncated; anything else is invalid.
            if size - position < 12 and data[position] >= 0x10:
                found.truncated = True
                break
            found.damaged, position, inside = True, _next_cluster(data, position), size
            # Invalid data up to the very end of a segment of unknown length stands where something else was.
            found.truncated |= position == size == segment
            continue
        element, content, length = header
        end = size if length is None else content + length
        if element == SEGMENT:
            found.truncated |= end > size
            segment = end
        elif element in TOP:
            inside = end if length is not None else size
        if element == ENCRYPTION:
            found.encrypted = True
        if element in MASTERS:
            position = content
        elif length is None or (end > inside and inside < size):
            found.damaged, position, inside = True, _next_cluster(data, position), size
        else:
            found.truncated |= end > size
            position = end
    return found


def _next_cluster(data: mmap.mmap, position: int) -> int:
    """Where the next cluster begins."""
    place = data.find(NEXT_CLUSTER, position + 1)
    return place if place >= 0 else len(data)


def _header(data: mmap.mmap, position: int) -> tuple[int, int, int | None] | None:
    """Id of the element at ``position``, where its content begins, and its length; none where that is left open."""
    first = data[position]
    id_bytes = 9 - first.bit_length()
    place = position + id_bytes
    if id_bytes > 4 or place >= len(data) or not data[place]:
        return None
    length_bytes = 9 - data[place].bit_length()
    content = place + length_bytes
    if content > len(data):
        return None
    length = int.from_bytes(data[place:content], "big") & ((1 << 7 * length_bytes) - 1)
    unknown = length == (1 << 7 * length_bytes) - 1
    return int.from_bytes(data[position:place], "big"), content, None if unknown else length
