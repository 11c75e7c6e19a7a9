"""What a colour correction does to a pixel: exposure as a curve of luma, white balance as a gain of each channel.

Gains in linear light are gains of coded values too, as far as the transfer function is a power (von Kries adaptation in
the space of the camera). Luma keeps black and white in their places: brightening is a gain with a shoulder (Reinhard et
al. 2002, equation 4), darkening the curve of Schlick (1994). Chroma follows luma, so that an exposure changes no hue.
White stays white: its light was clipped, and a gain would colour it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.colour import ColourCorrection, Lut
from pytoon_pipeline.media.colour import KB, KG, KR
from pytoon_pipeline.media.colour_conversion import rgb_from
from pytoon_pipeline.media.cube_lut import applied

GAMMA = 2.2
# The shoulder begins at this linear luminance.
SHOULDER = 0.6
# From the first to the second coded luma, white balance fades out.
WHITE = 0.9, 1.0
# Darker luma than this has the chroma gain of it.
DARK = 1 / 64

Values = NDArray[np.float64]


def coded_gains(correction: ColourCorrection) -> Values:
    """Factors of coded red, green and blue. A grey keeps its luma."""
    red, blue = correction.temperature + correction.tint, correction.tint - correction.temperature
    gains = 2 ** (np.array([red, 0.0, blue]) / GAMMA)
    return np.asarray(gains / (gains @ np.array([KR, KG, KB])))


def exposed(luma: Values, stops: float) -> Values:
    """Coded luma (0..1) at another exposure. Beyond 0 and 1 it goes on in a straight line."""
    inside = np.clip(luma, 0, 1)
    light, gain = inside**GAMMA, 2.0**stops
    bright = light * gain / (1 + (gain - 1) * light) if gain < 1 else _shouldered(light * gain, gain)
    return np.asarray(bright ** (1 / GAMMA) + luma - inside)


def _shouldered(light: Values, white: float) -> Values:
    """Luminance that reaches 1 at ``white``: unchanged up to the shoulder."""
    most = (white - SHOULDER) / (1 - SHOULDER)
    above = np.maximum(light - SHOULDER, 0) / (1 - SHOULDER)
    return np.asarray(
        np.where(light <= SHOULDER, light, SHOULDER + (1 - SHOULDER) * above * (1 + above / most**2) / (1 + above))
    )


@dataclass(frozen=True)
class Balance:
    """A correction as a matrix and curves of coded luma (0..1).

    With luma y and chroma c, the result is ``matrix @ (luma, chroma * c)``, where chroma gains ``tinted`` times the
    first column of the matrix instead of luma.
    """

    matrix: Values
    luma: Values
    chroma: Values
    tinted: Values

    @classmethod
    def of(cls, correction: ColourCorrection, luma: Values) -> "Balance":
        """The curves at the values ``luma``."""
        to_rgb = rgb_from("bt709")
        bright = exposed(luma, correction.exposure)
        base = np.maximum(luma, DARK)
        ratio = exposed(base, correction.exposure) / base
        first, last = WHITE
        share = np.clip((last - bright) / (last - first), 0, 1)
        matrix = np.linalg.inv(to_rgb) @ np.diag(coded_gains(correction)) @ to_rgb
        return cls(matrix, bright, ratio, bright * share)


def corrected(rgb: NDArray[np.float32], correction: ColourCorrection, lut: Lut | None = None) -> NDArray[np.float32]:
    """Coded R, G, B (0..255) in the last axis after ``correction`` and ``lut``, unrounded."""
    to_rgb = rgb_from("bt709")
    planes = np.moveaxis(rgb / 255, -1, 0).reshape(3, -1)
    y, u, v = np.linalg.inv(to_rgb) @ planes
    balance = Balance.of(correction, y)
    (yy, yu, yv), *rows = balance.matrix
    u, v = u * balance.chroma, v * balance.chroma
    out = [yy * balance.luma + yu * u + yv * v, *(a * balance.tinted + b * u + c * v for a, b, c in rows)]
    values = np.moveaxis(np.clip(to_rgb @ np.stack(out), 0, 1).reshape(3, *rgb.shape[:-1]), 0, -1)
    if lut is not None and correction.lut:
        values = values + correction.lut * (applied(values, lut) - values)
    return (255 * values).astype(np.float32)
