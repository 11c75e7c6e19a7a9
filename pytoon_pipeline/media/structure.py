"""The structure of a container: whether its top-level parts are complete, and the lengths that their headers declare.

Sizes in headers reveal a truncated file, also where no length is declared. The walkers read headers only, and stop at
the first invalid one. Offsets and numbers are untrusted: each is checked before use.
"""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pytoon_pipeline.media.ebml import walk_ebml

# Top-level boxes of MP4; boxes on the way to sample entries; and sample entries of encrypted streams.
TOP_BOXES = (
    b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"mfra", b"sidx", b"ssix", b"free", b"skip", b"wide", b"meta", b"udta",
    b"uuid", b"emsg", b"prft", b"pdin", b"pnot", b"PICT", b"junk",
)  # fmt: skip
HOLDERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex")
ENCRYPTED = (b"encv", b"enca", b"encs", b"drms", b"drmi")
TS_SYNC, TS_SIZES, TS_PACKETS_CHECKED = 0x47, ((188, 0), (192, 4), (204, 0)), 8
# libav searches no farther for the next packet (measured); what follows a larger hole is not read.
TS_RESYNC_BYTES = 131_072
ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
RIFF_UNKNOWN = (0, 0xFFFFFFFF)


@dataclass
class Structure:
    """``truncated``: the file ends before its parts do. ``damaged``: there is invalid data between them.

    ``open_ended``: no header at the front declares the length of the whole. ``tracks`` are declared ends in seconds by
    track number, ``seconds`` that of the whole; ``indexed`` counts entries of an index by stream.
    """

    truncated: bool = False
    damaged: bool = False
    encrypted: bool = False
    open_ended: bool = False
    seconds: float | None = None
    tracks: dict[int, float] = field(default_factory=dict)
    indexed: dict[int, int] = field(default_factory=dict)


def structure_of(path: Path) -> Structure:
    """Reads the structure of a file; an empty one for an unknown kind of file."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = Structure()
        head = data[:16]
        if head[:4] == b"\x1a\x45\xdf\xa3":
            return Structure(**asdict(walk_ebml(data)))
        if head[:4] == b"RIFF":
            _riff(data, found)
        elif head == ASF_HEADER:
            _asf(data, found)
        elif head[:4] == b"OggS":
            _ogg(data, found)
        elif head[:3] == b"GIF":
            _gif(data, found)
        elif head[4:8] in (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"pnot"):
            _mp4(data, found)
        elif size := _ts_size(data):
            _ts(data, *size, found)
        return found


# MP4 and MOV


def _boxes(data: mmap.mmap, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Boxes as ``(type, start of content, end)``; the end may lie behind that of the file. Stops at invalid data."""
    position = start
    while position + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, position)
        content = position + 8
        if size == 1 and position + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, content)
            content += 8
        elif size == 0:
            size = end - position
        if size < content - position or not all(32 <= letter < 127 or letter == 0xA9 for letter in kind):
            yield b"", position, position
            return
        yield kind, content, position + size
        position += size


def _mp4(data: mmap.mmap, found: Structure) -> None:
    fragmented = sized = ended = False
    for kind, start, end in _boxes(data, 0, len(data)):
        ended |= kind == b"mfra"
        if kind not in TOP_BOXES:
            found.damaged = True
        elif end > len(data):
            found.truncated = True
        if kind == b"moov":
            fragmented, sized = _movie(data, start, min(end, len(data)), found)
        elif kind == b"sidx":
            sized = True
        elif kind == b"moof":
            fragmented = True
    found.open_ended = fragmented and not sized
    # Data may be appended behind the index of fragments; invalid data before it stands where fragments were.
    found.truncated |= found.open_ended and found.damaged and not ended


def _movie(data: mmap.mmap, start: int, end: int, found: Structure) -> tuple[bool, bool]:
    """Reads a moov box. Returns whether there may be fragments, and whether their length is declared."""
    scale, tracks = 0, {}
    fragmented = sized = False
    waiting = [(start, end)]
    while waiting:
        for kind, begin, stop in _boxes(data, *waiting.pop()):
            stop = min(stop, end)
            if kind in HOLDERS:
                waiting.append((begin, stop))
                fragmented |= kind == b"mvex"
            elif kind == b"mehd":
                sized = True
            elif kind == b"stsd" and stop - begin >= 16:
                found.encrypted |= data[begin + 12 : begin + 16] in ENCRYPTED
            elif kind == b"mvhd" and stop - begin >= 32:
                form, place = (">IQ", 20) if data[begin] == 1 else (">II", 12)
                scale, length = struct.unpack_from(form, data, begin + place)
                found.seconds = length / scale if scale and length else None
            elif kind == b"tkhd" and stop - begin >= 36:
                form, place = (">I4xQ", 20) if data[begin] == 1 else (">I4xI", 12)
                track, length = struct.unpack_from(form, data, begin + place)
                tracks[track] = length
    if found.seconds is not None:
        found.tracks = {track: length / scale for track, length in tracks.items()}
    return fragmented, sized


# AVI and WAV


def _chunks(data: mmap.mmap, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    position = start
    while position + 8 <= end:
        kind, size = struct.unpack_from("<4sI", data, position)
        if not all(32 <= letter < 127 for letter in kind):
            yield b"", position, position
            return
        yield kind, position + 8, position + 8 + size
        position += 8 + size + size % 2


def _riff(data: mmap.mmap, found: Structure) -> None:
    position = 0
    while data[position : position + 4] == b"RIFF":
        (size,) = struct.unpack_from("<I", data, position + 4)
        end = len(data) if size in RIFF_UNKNOWN else position + 8 + size
        # Some writers leave out the last padding.
        found.truncated |= end > len(data) + 1
        for kind, start, stop in _chunks(data, position + 12, min(end, len(data))):
            if not kind:
                found.damaged = True
            elif kind == b"LIST" and data[start : start + 4] == b"movi":
                _frames(data, start + 4, min(stop, len(data)), found)
            elif kind == b"idx1":
                for (stream,) in struct.iter_unpack(
                    "<2s14x", data[start : start + (min(stop, len(data)) - start) // 16 * 16]
                ):
                    if stream.isdigit():
                        found.indexed[int(stream)] = found.indexed.get(int(stream), 0) + 1
        position = end + end % 2
    found.open_ended = not found.indexed and not found.truncated


def _frames(data: mmap.mmap, start: int, end: int, found: Structure) -> None:
    for kind, begin, stop in _chunks(data, start, end):
        if not kind or stop > end + 1:
            found.damaged = True
        elif kind == b"LIST":
            _frames_of_record(data, begin + 4, stop, found)


def _frames_of_record(data: mmap.mmap, start: int, end: int, found: Structure) -> None:
    if any(not kind for kind, _, _ in _chunks(data, start, end)):
        found.damaged = True


# Others


def _asf(data: mmap.mmap, found: Structure) -> None:
    at = data.find(ASF_PROPERTIES, 0, 1 << 16)
    if at < 0 or at + 88 > len(data):
        return
    size, length, preroll = struct.unpack_from("<Q16xQ8xQ", data, at + 40)
    found.truncated = size > len(data)
    found.seconds = max(0.0, length / 1e7 - preroll / 1e3) or None


def _ogg(data: mmap.mmap, found: Structure) -> None:
    position = 0
    while position + 27 <= len(data):
        if data[position : position + 4] != b"OggS":
            found.damaged = True
            position = data.find(b"OggS", position)
            if position < 0:
                return
            continue
        table = data[position + 27 : position + 27 + data[position + 26]]
        position += 27 + data[position + 26] + sum(table)
    found.truncated = position != len(data)


def _gif(data: mmap.mmap, found: Structure) -> None:
    found.truncated = True
    try:
        position = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
        while True:
            mark = data[position]
            if mark == 0x3B:
                found.truncated = False
                return
            if mark == 0x2C:
                flags = data[position + 9]
                position += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
            elif mark == 0x21:
                position += 2
            else:
                found.damaged, found.truncated = True, False
                return
            while data[position]:
                position += 1 + data[position]
            position += 1
    except IndexError:
        return


def _ts_size(data: mmap.mmap) -> tuple[int, int] | None:
    """Size of packets of a transport stream, and where in the file the first begins."""
    for size, before in TS_SIZES:
        for offset in range(before, before + size):
            marks = (data[place] for n in range(TS_PACKETS_CHECKED) if (place := offset + n * size) < len(data))
            if len(data) >= TS_PACKETS_CHECKED * size and all(mark == TS_SYNC for mark in marks):
                return size, offset
    return None


def _ts(data: mmap.mmap, size: int, offset: int, found: Structure) -> None:
    whole, rest = divmod(len(data) - offset, size)
    marks = data[offset : offset + whole * size : size]
    found.damaged = marks.count(TS_SYNC) != whole
    sync = bytes([TS_SYNC])
    hole = max(map(len, marks[: marks.rfind(sync)].split(sync)))
    # Where the last packets are invalid, something was appended.
    found.truncated = hole * size > TS_RESYNC_BYTES or (
        rest > 4 and marks[-1] == TS_SYNC and data[offset + whole * size] == TS_SYNC
    )
    found.open_ended = True
