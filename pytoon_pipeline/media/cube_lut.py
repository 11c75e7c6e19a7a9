"""Colour look-up tables in ``.cube`` files (Adobe, Cube LUT Specification 1.0, 2013), which anybody may have written.

What is read becomes a ``Lut`` over 0..1: a larger table, or one over another domain, is sampled anew. Between its
values, a table of three dimensions is interpolated in tetrahedra, which keeps greys grey (Kasson, Plouffe and Nin
1993), and one of one dimension in straight lines.
"""

from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.colour import Lut
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.runtime.files import FileKind, check_file, printable_name

# A table of 65 values a side has 8 MB as text. The specification allows 256, which no program writes.
MAX_BYTES, MAX_SIZES = 16 << 20, {1: 65536, 3: 65}
# Sizes of a ``Lut``. Videos have 8 bits: 33 values a side are what cameras and editors use.
SAMPLED = {1: 256, 3: 33}
SIZES = {"LUT_1D_SIZE": 1, "LUT_3D_SIZE": 3}
DOMAINS = ("DOMAIN_MIN", "DOMAIN_MAX")
RANGES = ("LUT_1D_INPUT_RANGE", "LUT_3D_INPUT_RANGE")
LUT_FILES = FileKind("LUTs", (".cube",), "--set look.lut=film.cube")
WIDEST, MAX_SHOWN = 1e6, 40
EXPORT = "Export the LUT again as a .cube file, of 33 values a side and without a shaper."

Values = NDArray[np.float64]
# Red, green and blue of each entry, with one axis for each dimension, and the ends of the domain.
Table = tuple[Values, Values, Values]


def read_lut(path: Path) -> Lut:
    """The table in a file. Raises ``InvalidInput`` with the line of what is wrong."""
    name = printable_name(path.name)[:80]
    check_file(path, kind=LUT_FILES)
    if (size := path.stat().st_size) > MAX_BYTES:
        raise InvalidInput("lut_too_large", f"The LUT “{name}” has {size / 1e6:.0f} MB; 16 MB are accepted.", EXPORT)
    data = path.read_bytes()
    if b"\0" in data[:4096]:
        raise InvalidInput("lut_invalid", f"“{name}” is no LUT: it is not text.", EXPORT)
    try:
        return parse_lut(data)
    except ValueError as error:
        raise InvalidInput("lut_invalid", f"The LUT “{name}” cannot be read: {error}.", EXPORT) from error


@lru_cache(maxsize=4)
def parse_lut(data: bytes) -> Lut:
    """The table in the text of a ``.cube`` file. Raises ``ValueError`` with the line of what is wrong."""
    values, lowest, highest = _table(data)
    dimensions: Literal[1, 3] = 1 if values.ndim == 2 else 3
    count = SAMPLED[dimensions]
    if len(values) <= count and not lowest.any() and (highest == 1).all():
        return Lut.of(dimensions, len(values), np.clip(values, 0, 1).astype(np.float32).tobytes())
    steps = np.linspace(0, 1, count)
    grid = (
        np.stack(np.meshgrid(*[steps] * 3, indexing="ij"), axis=-1) if dimensions == 3 else steps[:, None].repeat(3, 1)
    )
    sampled = interpolated(values, np.clip((grid - lowest) / (highest - lowest), 0, 1))
    return Lut.of(dimensions, count, np.clip(sampled, 0, 1).astype(np.float32).tobytes())


def interpolated(values: Values, rgb: Values) -> Values:
    """The colours ``rgb`` (0..1, in the last axis) after a table whose axes are red, green and blue, or all of them."""
    last = len(values) - 1
    scaled = np.clip(rgb, 0, 1) * last
    low = np.minimum(scaled.astype(np.int64), last - 1)
    share = scaled - low
    if values.ndim == 2:
        channels = np.arange(3)
        below, above = values[low, channels], values[low + 1, channels]
        return np.asarray(below + (above - below) * share)
    # From the lower corner of a cell to its upper one, along the axis of the largest share first.
    order = np.argsort(-share, axis=-1, kind="stable")
    corner, found = low.copy(), values[tuple(np.moveaxis(low, -1, 0))]
    result, before = found.copy(), found
    for step in range(3):
        axis = order[..., step : step + 1]
        np.put_along_axis(corner, axis, np.take_along_axis(corner, axis, -1) + 1, -1)
        after = values[tuple(np.moveaxis(corner, -1, 0))]
        result += (after - before) * np.take_along_axis(share, axis, -1)
        before = after
    return np.asarray(result)


def applied(rgb: Values, lut: Lut) -> Values:
    """Coded red, green and blue (0..1) after ``lut``. What is outside 0..1 stays as far outside."""
    inside = np.clip(rgb, 0, 1)
    return np.asarray(interpolated(lut_values(lut), inside) + rgb - inside)


@lru_cache(maxsize=4)
def lut_values(lut: Lut) -> Values:
    shape = (lut.size,) * lut.dimensions + (3,)
    return np.frombuffer(lut.decoded(), np.float32).reshape(shape).astype(np.float64)


def _table(data: bytes) -> Table:
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not text in UTF-8, from byte {error.start} on") from error
    entries = (
        (number, text.split()) for number, text in enumerate(lines, 1) if text.strip() and text.strip()[0] != "#"
    )
    header: dict[str, list[float]] = {}
    rows: list[list[float]] = []
    for number, words in entries:
        if not _is_number(words[0]):
            if rows:
                raise ValueError(f"line {number} has “{printable_name(words[0])[:MAX_SHOWN]}” among the values")
            _read_header(header, number, words)
            continue
        rows.append(_numbers(words, number, 3))
        if len(rows) == 1:
            expected = _count(header)
        if len(rows) > expected:
            raise ValueError(f"line {number} is one value too many: there should be {expected}")
    expected = _count(header)
    if len(rows) < expected:
        raise ValueError(f"it ends after {len(rows)} of {expected} values")
    return _shaped(header, np.array(rows))


def _read_header(header: dict[str, list[float]], number: int, words: list[str]) -> None:
    name, rest = words[0], words[1:]
    if name == "TITLE":
        return
    if name in header:
        raise ValueError(f"line {number} has {name} again")
    if name in SIZES:
        if SIZES.keys() & header.keys():
            raise ValueError(f"line {number} begins a second table; a shaper is not supported")
        header[name] = _numbers(rest, number, 1)
        size, most = header[name][0], MAX_SIZES[SIZES[name]]
        if size != int(size) or not 2 <= size <= most:
            raise ValueError(f"line {number}: {name} is {size:g}, and must be 2 to {most}")
    elif name in (*DOMAINS, *RANGES):
        header[name] = _numbers(rest, number, 3 if name in DOMAINS else 2)
    else:
        raise ValueError(f"line {number} has “{printable_name(name)[:MAX_SHOWN]}”, which is not known")


def _count(header: dict[str, list[float]]) -> int:
    name = next(iter(SIZES.keys() & header.keys()), None)
    if name is None:
        raise ValueError("it has no LUT_1D_SIZE or LUT_3D_SIZE before its values")
    return int(header[name][0] ** SIZES[name])


def _shaped(header: dict[str, list[float]], rows: Values) -> Table:
    span = next((header[name] for name in RANGES if name in header), [0.0, 1.0])
    lowest = np.array(header.get("DOMAIN_MIN", [span[0]] * 3))
    highest = np.array(header.get("DOMAIN_MAX", [span[1]] * 3))
    if not (lowest < highest).all():
        raise ValueError("the lower end of its domain is not below the upper one")
    if "LUT_1D_SIZE" in header:
        return rows, lowest, highest
    size = int(header["LUT_3D_SIZE"][0])
    # Red changes fastest.
    return np.ascontiguousarray(rows.reshape(size, size, size, 3).transpose(2, 1, 0, 3)), lowest, highest


def _is_number(word: str) -> bool:
    return word[0] in "+-.0123456789" or word.lower() in ("nan", "inf", "infinity")


def _numbers(words: list[str], number: int, count: int) -> list[float]:
    if len(words) != count:
        raise ValueError(f"line {number} has {len(words)} numbers, and must have {count}")
    try:
        values = [float(word) for word in words]
    except ValueError:
        raise ValueError(f"line {number} has something that is no number") from None
    if not all(isfinite(value) and abs(value) <= WIDEST for value in values):
        raise ValueError(f"line {number} has a number that is infinite or much too large")
    return values
