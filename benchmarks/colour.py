"""What colour correction does to photos: to two versions of each with other light, and to the photos themselves.

``python -m benchmarks.colour FOLDER``: each photo of the folder gets a warm and a cool version (a cast of 0.4 stops
either way), and with the casts a lighter and a darker one (0.6 stops). How far two versions are apart is the mean
CIEDE2000 of their pixels. The hue of skin is that of the mean colour inside the faces that the detector finds.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.vision.faces import detect
from pytoon_pipeline.analysis.vision.light import LightMeter
from pytoon_pipeline.contracts.colour import ColourCorrection, ColourMeasure
from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.media.colour import linear
from pytoon_pipeline.media.colour_balance import corrected
from pytoon_pipeline.media.frames import YuvFrame
from pytoon_pipeline.media.rgb_planes import planes_from_rgb
from pytoon_pipeline.planning.colour_balance import evened, matched
from pytoon_pipeline.rendering.colour import correct
from pytoon_pipeline_tests.harness.machine import machine

KINDS = {".jpeg", ".jpg", ".png"}
SIDE = 480
CAST, EXPOSURE = 0.4, 0.6
# The middle of a face's box: skin rather than hair and eyes.
SKIN = Box(0.25, 0.55, 0.5, 0.25)
# Detections below this score are also flowers.
FACE_SCORE = 0.75
# Smaller faces have too few pixels, and greyer ones no hue: the chroma of skin in CIELAB is 15 and more.
FACE_PIXELS, SKIN_CHROMA = 24, 8.0

Pixels = NDArray[np.uint8]


def read(path: Path) -> Pixels:
    """A photo as RGB, at most ``SIDE`` pixels on its longer side."""
    from PIL import Image, ImageOps

    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(upright, np.uint8)


def lit(photo: Pixels, temperature: float, exposure: float) -> Pixels:
    """A photo in another light, as a camera would clip it."""
    stops = np.array([temperature + exposure, exposure, exposure - temperature])
    light = np.clip(linear(photo) * 2**stops, 0, 1)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(255 * coded), np.uint8)


def measured(photo: Pixels) -> ColourMeasure | None:
    meter = LightMeter()
    meter.add(np.ascontiguousarray(photo[:, :, ::-1]))
    return meter.measure


def after(photo: Pixels, correction: ColourCorrection | None) -> Pixels:
    if correction is None:
        return photo
    return np.asarray(np.round(corrected(photo.astype(np.float32), correction)), np.uint8)


def even(photo: Pixels) -> Pixels:
    light = measured(photo)
    return photo if light is None else after(photo, evened(light).correction)


def match(photo: Pixels, reference: Pixels) -> Pixels:
    light, wanted = measured(photo), measured(reference)
    return photo if light is None or wanted is None else after(photo, matched(light, wanted))


def apart(one: Pixels, other: Pixels) -> float:
    from skimage.color import deltaE_ciede2000, rgb2lab

    return float(deltaE_ciede2000(rgb2lab(one), rgb2lab(other)).mean())


def skins(photo: Pixels) -> list[tuple[slice, slice]]:
    """Where the skin of the faces is that the detector finds."""
    rows, columns = photo.shape[:2]
    found = []
    for face in detect([(0.0, np.ascontiguousarray(photo[:, :, ::-1]))])[0]:
        x, y = face.box.x + SKIN.x * face.box.width, face.box.y + SKIN.y * face.box.height
        width, height = SKIN.width * face.box.width, SKIN.height * face.box.height
        area = (
            slice(max(0, round(y * rows)), round((y + height) * rows)),
            slice(max(0, round(x * columns)), round((x + width) * columns)),
        )
        if min(face.score / FACE_SCORE, face.box.width * columns / FACE_PIXELS, chroma(photo[area]) / SKIN_CHROMA) >= 1:
            found.append(area)
    return found


def _opponent(skin: Pixels) -> tuple[float, float]:
    from skimage.color import rgb2lab

    a, b = rgb2lab(skin).reshape(-1, 3).mean(axis=0)[1:]
    return float(a), float(b)


def chroma(skin: Pixels) -> float:
    return float(np.hypot(*_opponent(skin)))


def turned(one: Pixels, other: Pixels) -> float:
    """Degrees between the hues of two patches in CIELAB."""
    (a, b), (c, d) = _opponent(one), _opponent(other)
    return abs((float(np.degrees(np.arctan2(d, c) - np.arctan2(b, a))) + 180) % 360 - 180)


def pairs(
    photos: dict[str, Pixels], exposure: float, change: Callable[[Pixels, Pixels], tuple[Pixels, Pixels]]
) -> dict:
    """How far versions are apart, before and after ``change``, on average over the photos."""
    before, changed = [], []
    for photo in photos.values():
        one, other = lit(photo, CAST, exposure), lit(photo, -CAST, -exposure)
        before.append(apart(one, other))
        changed.append(apart(*change(one, other)))
    less = 1 - mean(changed) / mean(before)
    return {"before": round(mean(before), 2), "after": round(mean(changed), 2), "less": round(less, 3)}


def untouched(photos: dict[str, Pixels]) -> dict[str, object]:
    """What evening changes in photos as they are."""
    changes = {name: apart(photo, even(photo)) for name, photo in photos.items()}
    kept = sum(one == 0 for one in changes.values())
    most = sorted(changes, key=lambda name: -changes[name])[:5]
    return {
        "photos": len(photos),
        "unchanged": kept,
        "mean_ciede2000": round(mean(changes.values()), 2),
        "most": {name: round(changes[name], 1) for name in most},
    }


def skin(photos: dict[str, Pixels]) -> dict[str, object]:
    """How far evening turns the hue of skin: in photos as they are, and in their versions, from the photo's; and how
    far versions are from it that are matched to the photo.
    """
    originals, versions, repaired, referred = {}, [], [], []
    for name, photo in photos.items():
        for number, area in enumerate(skins(photo)):
            originals[f"{name} {number + 1}"] = round(turned(photo[area], even(photo)[area]), 1)
            for cast in (CAST, -CAST):
                version = lit(photo, cast, 0)
                versions.append(turned(photo[area], version[area]))
                repaired.append(turned(photo[area], even(version)[area]))
                referred.append(turned(photo[area], match(version, photo)[area]))
    return {
        "faces": originals,
        "largest_degrees": max(originals.values(), default=None),
        "versions_degrees": {
            "before": round(mean(versions), 1),
            "even": round(mean(repaired), 1),
            "reference": round(mean(referred), 1),
        },
    }


def cost() -> float:
    """Milliseconds per frame of 1080×1920 pixels, the best of 20."""
    noise = np.random.default_rng(0).integers(0, 255, (1920, 1080, 3), np.uint8)
    frame, one = YuvFrame(*planes_from_rgb(noise)), ColourCorrection(temperature=0.3, exposure=0.3)
    luma = np.empty_like(frame.y)
    correct(frame, one, out=luma)
    times = []
    for _ in range(20):
        began = time.perf_counter()
        correct(frame, one, out=luma)
        times.append(time.perf_counter() - began)
    return round(1000 * min(times), 2)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.colour FOLDER")
    files = sorted(path for path in Path(sys.argv[1]).iterdir() if path.suffix.lower() in KINDS)
    photos = {path.name: read(path) for path in files}
    result = {
        "white_balance": {
            "even": pairs(photos, 0, lambda one, other: (even(one), even(other))),
            "reference": pairs(photos, 0, lambda one, other: (match(one, other), other)),
        },
        "white_balance_and_exposure": {
            "even": pairs(photos, EXPOSURE, lambda one, other: (even(one), even(other))),
            "reference": pairs(photos, EXPOSURE, lambda one, other: (match(one, other), other)),
        },
        "untouched": untouched(photos),
        "skin": skin(photos),
        "milliseconds_per_frame": cost(),
        "machine": machine(),
    }
    print(json.dumps(result, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
