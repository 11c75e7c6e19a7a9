"""Still images: opened without trusting them, turned upright, in sRGB with transparency."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import StillPicture
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.media.signatures import picture_form

if TYPE_CHECKING:
    from PIL.Image import Image

# RGBA, shape (height, width, 4).
Rgba = NDArray[np.uint8]

# Pillow's own names of formats that people call differently.
FORMATS = {"HEIC": "HEIF"}
# Bytes per pixel that decoding takes, as measured.
DECODED_BYTES = {"WEBP": 16, "HEIF": 10, "AVIF": 10}
# Images are stored with at most this many pixels on a side: twice the height of a video, for zooms.
MAX_SIDE = 3840
# A progressive JPEG holds its image in some ten scans. Each is as much work as a whole image, and a hundred bytes are
# enough for one. By chance the marker of a scan occurs once in 65,536 bytes of appended data, such as a film.
MAX_SCANS, SCAN, BYTES_PER_SCAN = 100, b"\xff\xda", 32_768
# Inspection decodes images up to this size, which takes half a second.
INSPECTED_PIXELS = 30_000_000
# Large images are converted in strips of this many pixels.
STRIP_PIXELS = 4_000_000


def kind(path: Path) -> str | None:
    """PNG, JPEG, WEBP, HEIC or AVIF, by the first bytes; none for anything else."""
    return picture_form(path)


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator["tuple[Image, str]"]:
    """An image within the limits, not decoded yet, and a description of it.

    Raises ``InvalidInput``, also when decoding fails inside the ``with`` block.
    """
    from PIL import Image

    form = kind(path)
    assert form is not None
    if form == "HEIC":
        import pi_heif

        pi_heif.register_heif_opener()
    # The limit is checked before anything is decoded; Pillow's own warning would come later.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=[FORMATS.get(form, form)]) as image:
                _check(image, limits)
                if image.info.get("progressive"):
                    _check_scans(path)
                yield image, f"{form} {image.width}×{image.height} {image.mode}"
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise InvalidInput(
            "picture_damaged",
            f"This {form} picture is incomplete or damaged.",
            "Copy or export it again, and use the new file.",
        ) from error


def inspect(path: Path, limits: Limits) -> StillPicture:
    """The facts of an image. One that is not huge is decoded, to check that it can be. Raises ``InvalidInput``."""
    with _opened(path, limits) as (image, original):
        width, height = image.size
        if width * height <= INSPECTED_PIXELS:
            image.load()
        return StillPicture(width=width, height=height, transparent="A" in image.mode, original=original)


def normalise(path: Path, limits: Limits, out: Path) -> StillPicture:
    """Writes an upright sRGB copy of an image as PNG. Raises ``InvalidInput`` for an image that cannot be used."""
    from PIL import Image

    with _opened(path, limits) as (image, original):
        image.draft("RGB", (MAX_SIDE, MAX_SIDE))
        image.load()
        upright = _upright(image)
    if max(upright.size) > MAX_SIDE:
        upright.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    upright.save(out, "PNG", compress_level=1)
    return StillPicture(
        width=upright.width, height=upright.height, transparent=upright.mode == "RGBA", original=original
    )


def read(path: Path) -> Rgba:
    """An image that ``normalise`` wrote."""
    from PIL import Image

    with Image.open(path, formats=["PNG"]) as image:
        return np.array(image.convert("RGBA"), np.uint8)


def read_stored(path: Path) -> NDArray[np.uint8]:
    """An image that ``normalise`` wrote, with the channels that it has: RGBA, or RGB when it is opaque."""
    from PIL import Image

    with Image.open(path, formats=["PNG"]) as image:
        return np.asarray(image if image.mode == "RGB" else image.convert("RGBA"), np.uint8)


def _check(image: "Image", limits: Limits) -> None:
    if image.width * image.height > limits.picture_pixels_max:
        raise InvalidInput(
            "picture_size",
            f"The picture is too large: {image.width}×{image.height} pixels.",
            f"Make it smaller: a picture may have at most {limits.picture_pixels_max / 1e6:.0f} million pixels.",
        )
    if _decoded_bytes(image) > limits.picture_bytes_max:
        raise InvalidInput(
            "picture_size",
            f"Decoding a {image.format} picture of {image.width}×{image.height} pixels needs too much memory.",
            "Make it smaller, or save it as a baseline JPEG.",
        )
    if min(image.size) < limits.source_side_min:
        raise InvalidInput(
            "picture_size",
            f"The picture is too small: {image.width}×{image.height} pixels.",
            f"Use a picture with at least {limits.source_side_min} pixels on each side.",
        )
    if getattr(image, "n_frames", 1) > 1:
        raise InvalidInput("animated_picture", "This picture is animated.", "Convert it to MP4, or export one frame.")


def _check_scans(path: Path) -> None:
    with path.open("rb") as file:
        scans = sum(piece.count(SCAN) for piece in iter(lambda: file.read(1 << 20), b""))
    if scans > MAX_SCANS + path.stat().st_size // BYTES_PER_SCAN:
        raise InvalidInput("picture_damaged", f"This JPEG picture has too many scans ({scans}).", "Export it again.")


def _decoded_bytes(image: "Image") -> int:
    """Memory that decoding takes, as measured with Pillow 13.

    WebP is decoded into four copies, HEIC and AVIF into three. Of a progressive JPEG all coefficients are held, two
    bytes each.
    """
    bytes_per_pixel = 1 if image.mode in ("1", "L", "P") else 4
    bytes_per_pixel = DECODED_BYTES.get(image.format or "", bytes_per_pixel)
    if image.info.get("progressive"):
        bytes_per_pixel += 2 * len(image.getbands())
    return bytes_per_pixel * image.width * image.height


def _upright(image: "Image") -> "Image":
    """A standard copy, upright. A large one is made smaller strip by strip, so that memory holds the large one once."""
    from PIL import Image

    width, height = image.size
    factor = max(1, max(image.size) // MAX_SIDE)
    rows = factor * max(1, STRIP_PIXELS // (factor * width))
    upright = Image.new("RGBA", (-(-width // factor), -(-height // factor)))
    for top in range(0, height, rows):
        strip = _standard(image.crop((0, top, width, min(top + rows, height)))).convert("RGBA")
        upright.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    if upright.getchannel("A").getextrema()[0] == 255:
        upright = upright.convert("RGB")
    return _transposed(upright, image)


def _transposed(copy: "Image", original: "Image") -> "Image":
    """``copy``, upright as the EXIF tag Orientation of ``original`` says. Damaged tags count as absent."""
    from PIL import ImageOps
    from PIL.ExifTags import Base

    try:
        copy.getexif()[Base.Orientation] = original.getexif().get(Base.Orientation, 1)
        ImageOps.exif_transpose(copy, in_place=True)
    except (OSError, ValueError, SyntaxError, TypeError, struct.error):
        copy.getexif().clear()
    return copy


def _standard(image: "Image") -> "Image":
    """RGB, or RGBA where anything is transparent; 8 bits, in sRGB."""
    from PIL import Image

    profile = image.info.get("icc_profile")
    transparent = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if image.mode.startswith("I") or image.mode == "F":
        # Pillow would cut 16-bit greys off at 255.
        values = np.asarray(image, np.float32)
        image = Image.fromarray(np.clip(np.round(values / 257), 0, 255).astype(np.uint8), "L")
        profile = None
    alpha = image.convert("RGBA").getchannel("A") if transparent else None
    if profile:
        image = _to_srgb(image, profile)
    image = image.convert("RGB")
    if alpha is not None and alpha.getextrema()[0] < 255:  # type: ignore[operator]
        image.putalpha(alpha)
    return image


def _to_srgb(image: "Image", profile: bytes) -> "Image":
    from PIL import ImageCms

    base = image.convert("RGB") if image.mode not in ("RGB", "CMYK", "L") else image
    try:
        source: Any = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(base, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except ImageCms.PyCMSError:
        # A profile of another colour space, or a damaged one: viewers show the values as they are, too.
        return base
    return base if converted is None else converted
