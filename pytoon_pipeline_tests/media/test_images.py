"""Still pictures of every kind: read as viewers show them, or rejected."""

import base64
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.media import images
from pytoon_pipeline.media.colour import yuv
from pytoon_pipeline.rendering.yuva import from_pixels

LIMITS = load_limits()
# A red picture of 320×240 pixels: the installed libheif reads HEIC and does not write it.
RED_HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJp"
    "bG9jAAAAAERAAAEAAQAAAAABegABAAAAAAAAADwAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAAB"
    "AAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAPPAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAPLoCQGEA"
    "AQArQgEBA3AAAAMAkAAAAwAAAwA8oAoIDxZbqSSmubgIaDAgAAADAyAAAAMAIWIAAQAHRAHBcrBiQAAAABNjb2xybmNseAABAA0ABoAA"
    "AAAUaXNwZQAAAAAAAAFAAAAA8AAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAAERtZGF0AAAAOCgBrwQSFqg0"
    "/Hk46//4bI/IQFv6pG/sE5nR3Apirqfo7gZgxT1QQJMNNMAABvSHAAADAAADAARk"
)


def normal(path: Path) -> np.ndarray:
    images.normalise(path, LIMITS, path.with_suffix(".out.png"))
    return images.read(path.with_suffix(".out.png"))


def corner(path: Path) -> Path:
    """Red in the upper left quarter of a white picture, 200×100."""
    pixels = np.full((100, 200, 3), 255, np.uint8)
    pixels[:50, :100] = (255, 0, 0)
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_common_picture_formats_are_read(tmp_path: Path, name: str) -> None:
    picture = normal(corner(tmp_path / name))
    assert picture.shape == (100, 200, 4)
    assert np.abs(picture[10, 10].astype(int) - (255, 0, 0, 255)).max() < 12


@pytest.mark.parametrize(("orientation", "place"), [(1, (10, 10)), (3, (-10, -10)), (6, (10, -10)), (8, (-10, 10))])
def test_exif_rotation(tmp_path: Path, orientation: int, place: tuple[int, int]) -> None:
    image = Image.open(corner(tmp_path / "a.png"))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    red = normal(tmp_path / "turned.jpg")[place]
    assert red[0] > 230
    assert red[1] < 40


def test_transparency_is_kept(tmp_path: Path) -> None:
    pixels = np.zeros((80, 80, 4), np.uint8)
    pixels[20:60, 20:60] = (0, 128, 255, 255)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    still = images.normalise(tmp_path / "a.png", LIMITS, tmp_path / "out.png")
    assert still.transparent
    picture = images.read(tmp_path / "out.png")
    assert picture[0, 0, 3] == 0
    assert tuple(picture[40, 40]) == (0, 128, 255, 255)


def test_cmyk_16_bit_grey_palette_and_profiles(tmp_path: Path) -> None:
    Image.new("CMYK", (100, 100), (0, 255, 255, 0)).save(tmp_path / "cmyk.jpg")
    red = normal(tmp_path / "cmyk.jpg")[50, 50]
    assert red[0] > 200
    assert red[1] < 60
    Image.fromarray(np.full((90, 90), 128 * 257, np.uint16)).save(tmp_path / "deep.png")
    assert abs(int(normal(tmp_path / "deep.png")[5, 5, 0]) - 128) <= 1
    Image.new("P", (90, 90), 3).save(tmp_path / "palette.png")
    assert normal(tmp_path / "palette.png").shape == (90, 90, 4)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    Image.new("RGB", (90, 90), (10, 200, 30)).save(tmp_path / "odd.png", icc_profile=profile)
    assert normal(tmp_path / "odd.png")[5, 5, 1] > 150, "a profile of another space is left alone"


def test_a_huge_photo_is_reduced(tmp_path: Path) -> None:
    Image.new("RGB", (6000, 4000), (9, 99, 200)).save(tmp_path / "big.jpg")
    assert max(normal(tmp_path / "big.jpg").shape) == images.MAX_SIDE


def pdf(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\n" + b"0" * 500)


def broken(path: Path) -> None:
    corner(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def bomb(path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(path)


def animated(path: Path) -> None:
    frames = [Image.new("RGB", (80, 80), (n * 40, 0, 0)) for n in range(4)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("cut.jpg", broken, "picture_damaged"),
        ("cut.webp", broken, "picture_damaged"),
        ("bomb.png", bomb, "picture_size"),
        ("tiny.png", lambda path: Image.new("RGB", (9, 9)).save(path), "picture_size"),
        ("moving.webp", animated, "animated_picture"),
        ("moving.png", animated, "animated_picture"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, name: str, make: object, code: str) -> None:
    make(tmp_path / name)  # type: ignore[operator]
    with pytest.raises(InvalidInput) as raised:
        images.normalise(tmp_path / name, LIMITS, tmp_path / "out.png")
    assert raised.value.code == code
    assert raised.value.hint


def test_the_format_is_decided_by_the_content(tmp_path: Path) -> None:
    pdf(tmp_path / "paper.png")
    assert images.kind(tmp_path / "paper.png") is None
    corner(tmp_path / "a.png").rename(tmp_path / "a.mp4")
    assert images.kind(tmp_path / "a.mp4") == "PNG"


@pytest.mark.parametrize("colour", ["#ff0000", "#00ff00", "#0000ff", "#ffffff", "#000000", "#8040c0"])
def test_colours_become_bt709(colour: str) -> None:
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    picture = np.full((8, 8, 4), (red, green, blue, 255), np.uint8)
    sheet = from_pixels(picture)
    found = [int(plane[2, 2]) for plane in (sheet.y, sheet.u, sheet.v)]
    assert found == pytest.approx(yuv(colour), abs=0.51)


@pytest.mark.parametrize("factor", [1.0, 0.6])
def test_opaque_pixels_become_planes_as_by_definition(factor: float) -> None:
    """The same as by way of RGBA in floating point, which images with transparency take."""
    small = np.random.default_rng(1).integers(0, 256, (40, 30, 3)).astype(np.uint8)
    picture = np.asarray(Image.fromarray(small).resize((300, 400)))
    clear = np.dstack((picture, np.full(picture.shape[:2], 255, np.uint8)))
    # One pixel that is not quite opaque makes the whole image one with transparency.
    clear[0, 0, 3] = 254
    expected, sheet = from_pixels(clear, factor), from_pixels(picture, factor)
    assert sheet.a is None
    for plane, other in zip((sheet.y, sheet.u, sheet.v), (expected.y, expected.u, expected.v), strict=True):
        difference = np.abs(plane.astype(int) - other)[1:, 1:]
        assert difference.max() <= 1
        assert difference.mean() < 0.01


def refused(path: Path, out: Path) -> str:
    with pytest.raises(InvalidInput) as raised:
        images.normalise(path, LIMITS, out)
    return raised.value.code


def test_a_jpeg_with_too_many_scans_is_rejected(tmp_path: Path) -> None:
    buffer = BytesIO()
    Image.new("L", (200, 200), 128).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    last = data.rindex(b"\xff\xda")
    path = tmp_path / "a.jpg"
    path.write_bytes(data[:last] + data[last:-2] * 200 + data[-2:])
    assert refused(path, tmp_path / "out.png") == "picture_damaged"


@pytest.mark.parametrize(
    ("name", "size", "options"),
    [
        ("a.webp", (7000, 6000), {"lossless": True, "method": 0, "quality": 0}),
        ("a.jpg", (9000, 8000), {"progressive": True}),
    ],
)
def test_the_memory_to_decode_a_picture_is_limited(
    tmp_path: Path, name: str, size: tuple[int, int], options: Any
) -> None:
    path = tmp_path / name
    Image.new("RGB", size, "red").save(path, **options)
    assert path.stat().st_size < 2_000_000
    assert refused(path, tmp_path / "out.png") == "picture_size"


def test_large_pictures_are_equal_when_processed_in_strips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = tmp_path / "a.png", tmp_path / "out.png"
    ramp = np.random.default_rng(1).integers(0, 255, (301, 9001, 4), np.uint8)
    ramp[:200, :, 3] = 255
    Image.fromarray(ramp).save(path)
    assert images.normalise(path, LIMITS, out).transparent
    whole = images.read(out)
    monkeypatch.setattr(images, "STRIP_PIXELS", 100_000)
    images.normalise(path, LIMITS, out)
    assert whole.shape == (129, 3840, 4)
    assert np.array_equal(images.read(out), whole)


def test_damaged_tags_of_a_photo_do_not_matter(tmp_path: Path) -> None:
    # Two entries: Orientation 6, and XResolution, a fraction, as text.
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0) + struct.pack("<HHI4s", 0x011A, 2, 3, b"no\0\0")
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 2) + entries + bytes(4)
    path, out = tmp_path / "a.jpg", tmp_path / "out.png"
    Image.new("RGB", (200, 100), "red").save(path, exif=exif)
    still = images.normalise(path, LIMITS, out)
    assert (still.width, still.height) == (100, 200)


def test_photos_of_phones_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(RED_HEIC)
    Image.new("RGB", (320, 240), (200, 40, 40)).save(tmp_path / "a.avif")
    for name, form in (("a.jpg", "HEIC"), ("a.avif", "AVIF")):
        still = images.inspect(tmp_path / name, LIMITS)
        assert (still.width, still.height) == (320, 240)
        assert still.original == f"{form} 320×240 RGB"
        assert np.abs(normal(tmp_path / name)[..., :3].mean((0, 1)) - (200, 40, 40)).max() < 8


def test_a_photo_that_is_cut_off_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(RED_HEIC[:-40])
    with pytest.raises(InvalidInput, match="HEIC picture is incomplete") as raised:
        normal(tmp_path / "a.heic")
    assert raised.value.code == "picture_damaged"
