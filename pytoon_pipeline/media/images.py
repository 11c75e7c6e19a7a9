"""Still pictures: opened without trusting them, turned upright, in sRGB with transparency."""

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.errors import BadInput
from pytoon_pipeline.contracts.media import StillPicture
from pytoon_pipeline.contracts.preset import Limits

if TYPE_CHECKING:
    from PIL.Image import Image

# RGBA, shape (height, width, 4).
Rgba = NDArray[np.uint8]

SIGNATURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
# A picture is kept with at most this many pixels on a side: twice the height of a video, for zooms.
LARGEST_SIDE = 3840


def kind(path: Path) -> str | None:
    """PNG, JPEG or WEBP, judged by the first bytes; none for anything else."""
    with path.open("rb") as file:
        head = file.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return next((name for mark, name in SIGNATURES.items() if head.startswith(mark)), None)


def normalise(path: Path, limits: Limits, out: Path) -> StillPicture:
    """Writes an upright sRGB copy of a picture as PNG. Raises ``BadInput`` for what cannot be used."""
    from PIL import Image, ImageOps

    form = kind(path)
    assert form is not None
    # The limit is checked before anything is decoded; Pillow's own warning would come later.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings(), Image.open(path, formats=[form]) as image:
            warnings.simplefilter("ignore")
            _check(image, limits)
            original = f"{form} {image.width}×{image.height} {image.mode}"
            image.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
            image.load()
            upright = _standard(ImageOps.exif_transpose(image))
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise BadInput(
            "picture_damaged", f"This {form} picture is broken off or damaged.", "Export or upload it again."
        ) from error
    if max(upright.size) > LARGEST_SIDE:
        upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    upright.save(out, "PNG", compress_level=1)
    return StillPicture(
        width=upright.width, height=upright.height, transparent=upright.mode == "RGBA", original=original
    )


def read(path: Path) -> Rgba:
    """A picture that ``normalise`` wrote."""
    from PIL import Image

    with Image.open(path, formats=["PNG"]) as image:
        return np.array(image.convert("RGBA"), np.uint8)


def _check(image: "Image", limits: Limits) -> None:
    if image.width * image.height > limits.picture_pixels_max:
        raise BadInput(
            "picture_size",
            f"The picture has {image.width}×{image.height} pixels.",
            f"At most {limits.picture_pixels_max / 1e6:.0f} million are taken: make it smaller.",
        )
    if min(image.size) < limits.source_side_min:
        raise BadInput(
            "picture_size",
            f"The picture is {image.width}×{image.height} pixels.",
            f"Sides must be at least {limits.source_side_min} pixels.",
        )
    if getattr(image, "n_frames", 1) > 1:
        raise BadInput("animated_picture", "This picture is animated.", "Convert it to MP4, or save one frame of it.")


def _standard(image: "Image") -> "Image":
    """RGB, or RGBA where something shows through; 8 bits, in sRGB."""
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
        done = ImageCms.profileToProfile(base, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except ImageCms.PyCMSError:
        # A profile of another colour space, or a damaged one: viewers show the plain values too.
        return base
    return base if done is None else done
