"""What a frame of footage should look like: slow, in floating point, and independent of the renderer.

Code values become R'G'B' by the matrix of the source, HDR is tone mapped as ``media/dynamic_range`` documents it, and
BT.709 takes everything back. Only then is the window resampled, by Lanczos. Chroma lies on every other luma column and
between rows (the default siting of H.264), in the source and in the result.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.geometry import Box
from pytoon_pipeline.contracts.media import VideoStream

Values = NDArray[np.float32]
# Kr and Kb (ITU-R BT.601, BT.709, BT.2020).
WEIGHTS = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}
# Linear light from BT.2020 to BT.709 primaries (ITU-R BT.2087).
PRIMARIES = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
DIFFUSE_WHITE, PEAK, KNEE = 203.0, 1000.0, 0.6
MARGIN = 16


def reference(frame: Any, video: VideoStream, window: Box, width: int, height: int) -> tuple[Values, Values, Values]:
    """Y, Cb and Cr (0..255, unrounded) of ``window`` of a decoded frame, at ``height`` × ``width`` and half of it."""
    picture = np.rot90(to_bt709(frame, video), -(video.rotation // 90))
    rows, columns = picture.shape[:2]
    box = (window.x * columns, window.y * rows, window.width * columns, window.height * rows)
    # A chroma pixel spans two columns, and is sampled in the middle of the left one.
    sited = (box[0] - 0.5 * box[2] / width, *box[1:])
    y, u, v = (np.ascontiguousarray(picture[..., n]) for n in range(3))
    return (
        resized(y, box, width, height),
        resized(u, sited, width // 2, height // 2),
        resized(v, sited, width // 2, height // 2),
    )


def to_bt709(frame: Any, video: VideoStream) -> Values:
    """Limited-range BT.709 Y, Cb and Cr of every pixel, in the last axis."""
    rgb = _rgb(frame, video)
    if video.dynamic != "sdr":
        rgb = _tone_mapped(rgb, video.dynamic)
    kr, kb = WEIGHTS["bt709"]
    y = rgb @ np.array([kr, 1 - kr - kb, kb])
    cb, cr = (rgb[..., 2] - y) / (2 - 2 * kb), (rgb[..., 0] - y) / (2 - 2 * kr)
    return np.stack((16 + 219 * y, 128 + 224 * cb, 128 + 224 * cr), axis=-1).astype(np.float32)


def resized(plane: Values, box: tuple[float, float, float, float], width: int, height: int) -> Values:
    """The rectangle (x, y, w, h) of a plane at another size. Beyond the plane its edge is repeated."""
    from PIL import Image

    x, y, w, h = box
    padded = Image.fromarray(np.pad(plane, MARGIN, mode="edge"))
    limits = (x + MARGIN, y + MARGIN, x + w + MARGIN, y + h + MARGIN)
    return np.asarray(padded.resize((width, height), Image.Resampling.LANCZOS, limits))


def _rgb(frame: Any, video: VideoStream) -> NDArray[np.float64]:
    """R'G'B' 0..1 of every pixel."""
    if frame.format.is_rgb:
        return frame.to_ndarray(format="rgb24").astype(np.float64) / 255
    y, u, v = (_plane(frame, n) for n in range(3))
    rows, columns = y.shape
    u, v = (_at_luma(plane, rows, columns) for plane in (u, v))
    if video.full_range:
        luma, cb, cr = y / 255, (u - 128) / 255, (v - 128) / 255
    else:
        luma, cb, cr = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224
    kr, kb = WEIGHTS[video.matrix]
    red, blue = luma + (2 - 2 * kr) * cr, luma + (2 - 2 * kb) * cb
    green = (luma - kr * red - kb * blue) / (1 - kr - kb)
    return np.stack((red, green, blue), axis=-1).astype(np.float64)


def _plane(frame: Any, number: int) -> Values:
    """One plane of a planar frame on the scale of 8 bits."""
    plane, bits = frame.planes[number], frame.format.components[number].bits
    kind = np.dtype(np.uint8 if bits == 8 else "<u2")
    values = np.frombuffer(plane, kind).reshape(plane.height, -1)[:, : plane.width]
    return values.astype(np.float32) / 2 ** (bits - 8)


def _at_luma(chroma: Values, rows: int, columns: int) -> Values:
    """A chroma plane at every luma pixel."""
    across, down = chroma.shape[1] / ((columns + 1) // 2), chroma.shape[0] / rows
    if across > 1:
        return resized(chroma, (0, 0, columns, rows * down), columns, rows)
    return resized(chroma, (0.25, 0, columns / 2, rows * down), columns, rows)


def _tone_mapped(coded: NDArray[np.float64], dynamic: str) -> NDArray[np.float64]:
    """BT.709 R'G'B' of HDR code values (ITU-R BT.2100): highlights roll off above 0.6 of diffuse white."""
    code = np.clip(coded, 0, 1)
    if dynamic == "pq":
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        power = code ** (1 / m2)
        nits = 10000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    else:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        nits = PEAK * np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12) ** 1.2
    light = np.minimum(nits, PEAK) / DIFFUSE_WHITE @ PRIMARIES.T
    brightest = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
    peak = PEAK / DIFFUSE_WHITE
    over = np.clip((brightest - KNEE) / (peak - KNEE), 0, 1)
    slope = (peak - KNEE) / (1 - KNEE)
    mapped = np.where(brightest <= KNEE, brightest, KNEE + (1 - KNEE) * slope * over / (1 + (slope - 1) * over))
    return np.clip(light * mapped / brightest, 0, 1) ** (1 / 2.4)
