"""Pictures that expand to gigabytes, and pictures with false headers."""

import random
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO

from PIL import Image

from pytoon_pipeline_tests.harness.hostile_files.base import Recipe, base, files, picture


def picture_bombs(rng: random.Random) -> Iterator[Recipe]:
    yield files("2 giga square.png", png(2**31 - 1, 2**31 - 1, 8, 6, b""))
    yield files("30000 square 1 bit.png", png(30_000, 30_000, 1, 0, zeros(30_000 * 3751)))
    large = png(10_900, 10_900, 8, 6, zeros(10_900 * 43_601))
    yield files("119 megapixels.png", large)
    yield files("119 megapixels, broken off.png", large[: -len(large) // 20])
    yield files("119 megapixels, 16 bits.png", png(10_900, 10_900, 16, 0, zeros(10_900 * 21_801)))
    yield files("119 megapixels, 1 bit.png", png(10_900, 10_900, 1, 0, zeros(10_900 * 1364)))
    small = png(64, 64, 8, 2, zeros(64 * 193))
    for name, kind, content in (
        ("text bomb", b"zTXt", b"Comment\0\0" + zeros(100 << 20)),
        ("long text", b"iTXt", b"Comment\0\1\0\0\0" + zeros(100 << 20)),
        ("profile bomb", b"iCCP", b"icc\0\0" + zeros(100 << 20)),
        ("deep origin", b"tEXt", b"pytoon:generation\0" + b"[" * 200_000),
        ("frames", b"acTL", struct.pack(">II", 2**31 - 1, 0)),
    ):
        yield files(f"{name}.png", small[:33] + chunk(kind, content) + small[33:])
    yield files("sixty texts.png", small[:33] + chunk(b"zTXt", b"Comment\0\0" + zeros(1 << 20)) * 99 + small[33:])
    yield files("no size.png", png(0, 0, 8, 2, b""))
    yield files("seven bits.png", png(100, 100, 7, 2, zeros(99_999)))
    yield files("thin.png", png(1_000_000, 64, 8, 0, zeros(64 * 1_000_001)))
    jpeg = bytearray(base("shot.jpg"))
    at = jpeg.find(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = b"\xff\xdc\xff\xdc"
    yield files("65500 square.jpg", bytes(jpeg))
    yield files("two thousand scans.jpg", many_scans(2000))
    webp = bytearray(picture("webp", (64, 64), lossless=True))
    at = webp.find(b"VP8L") + 9
    webp[at : at + 4] = struct.pack("<I", 10_899 | 10_899 << 14)
    yield files("119 megapixels.webp", bytes(webp))
    solid = BytesIO()
    Image.new("RGB", (8000, 8000), "red").save(solid, "WEBP", lossless=True, method=0, quality=0)
    yield files("64 megapixels in 40 bytes.webp", solid.getvalue())
    yield files("65535 square.gif", gif(65_535, 65_535, 3))
    yield files("20000 square.gif", gif(20_000, 20_000, 3))
    yield files("5000 square, many frames.gif", gif(5900, 5900, 4000))
    yield files("hundred thousand frames.gif", gif(64, 64, 100_000))
    yield files("tiff.png", b"II*\0\x08\0\0\0\xff\xff" + rng.randbytes(9999))


def png(width: int, height: int, bits: int, colour: int, data: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@cache
def zeros(count: int) -> bytes:
    """``count`` zeros, deflated."""
    deflate = zlib.compressobj(1)
    whole, rest = divmod(count, 1 << 20)
    parts = [deflate.compress(bytes(1 << 20)) for _ in range(whole)]
    return b"".join([*parts, deflate.compress(bytes(rest)), deflate.flush()])


def many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    out = BytesIO()
    Image.new("L", (9000, 9000), 128).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    last = data.rfind(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def gif(width: int, height: int, frames: int) -> bytes:
    """Frames of one pixel on a large canvas, a tenth of a second each."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x21\xf9\4\0\x0a\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x4c\1\0"
    return head + frame * frames + b"\x3b"
