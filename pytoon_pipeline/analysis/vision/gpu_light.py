"""Tones and light of many pictures at once with torch, as ``ToneMeter`` and ``LightMeter`` measure them one by one.

Pictures are made small as OpenCV does it, to one level of 255; from there on, each step gives the same numbers.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from pytoon_pipeline.analysis.vision.gpu_batches import in_batches
from pytoon_pipeline.analysis.vision.light import BLACK, CLIPPED, DARK, MID_GREY, MIN_SHARE, NORM, LightSamples
from pytoon_pipeline.analysis.vision.tones import BLACK as NO_COLOUR
from pytoon_pipeline.analysis.vision.tones import CELL, EDGE, GRID, TONE_PERCENTILES, ToneSamples
from pytoon_pipeline.media.colour import KB, KG, KR, linear

if TYPE_CHECKING:
    from torch import Tensor

SIDE = GRID * CELL
# Pictures at once: what is measured in between takes about 4 MB of each.
BATCH = 64
# OpenCV's Gaussian of a standard deviation of 1 reaches so far in floats.
REACH = 4


def measure(pictures: "Tensor") -> Iterator[tuple[ToneSamples, LightSamples]]:
    """Tones and light of BGR ``pictures``, shape (number, height, width, 3), at least ``SIDE`` in both directions.

    Only what is measured leaves the device. Raises torch's ``RuntimeError`` when it fails.
    """
    import torch

    table = torch.from_numpy(linear(np.arange(256, dtype=np.uint8))).to(pictures.device)
    weights = torch.tensor((KR, KG, KB), dtype=torch.float64, device=pictures.device)

    def of(batch: "Tensor") -> tuple[ToneSamples, LightSamples]:
        rgb = _small(batch)
        light = table[rgb]
        levels = (light * weights).sum(3)
        return _tones(rgb, levels), _light(rgb, light, levels)

    return in_batches(of, pictures, BATCH)


def _small(pictures: "Tensor") -> "Tensor":
    """RGB, shape (number, ``SIDE``, ``SIDE``, 3), each pixel the mean over its area, as indices."""
    height, width = pictures.shape[1:3]
    values = pictures.flip(3).double().permute(0, 3, 1, 2)
    values = _means(height, values) @ values @ _means(width, values).T
    return values.round().long().permute(0, 2, 3, 1)


def _means(length: int, like: "Tensor") -> "Tensor":
    """The matrix, shape (``SIDE``, length), that takes the mean of a line over ``SIDE`` areas."""
    import torch

    step, pixels = length / SIDE, np.arange(length)
    first = np.arange(SIDE)[:, None] * step
    shared = np.maximum(0, np.minimum(first + step, pixels + 1) - np.maximum(first, pixels))
    return torch.from_numpy(shared / step).to(like.device)


def _tones(rgb: "Tensor", levels: "Tensor") -> ToneSamples:
    import torch

    count = len(rgb)
    cells = levels.reshape(count, GRID, CELL, GRID, CELL).transpose(2, 3).reshape(count, GRID**2, CELL**2)
    shares = torch.tensor(TONE_PERCENTILES, dtype=torch.float64, device=rgb.device) / 100
    dark, bright = torch.quantile(cells, shares, dim=2)
    coloured = (rgb > NO_COLOUR).any(3)
    darker = coloured & (levels <= _median(levels, coloured)[:, None, None])
    found = coloured.flatten(1).any(1)
    colours = _mean(rgb.double(), darker)[found]
    strips = torch.stack((rgb[:, :EDGE], rgb[:, -EDGE:]), 1).double()
    edges = strips.reshape(count, 2, EDGE, GRID, CELL, 3).mean((2, 4))
    return ToneSamples(*(one.numpy(force=True) for one in (dark, bright, colours, edges)))


def _median(values: "Tensor", of: "Tensor") -> "Tensor":
    """The median of the chosen values of each picture; of none, infinite."""
    ordered = values.masked_fill(~of, float("inf")).flatten(1).sort(1).values
    count = of.flatten(1).sum(1, keepdim=True)
    return (ordered.gather(1, (count - 1).clamp(min=0) // 2) + ordered.gather(1, count // 2))[:, 0] / 2


def _mean(values: "Tensor", of: "Tensor") -> "Tensor":
    """The mean of the chosen pixels of each picture, shape (number, 3)."""
    return (values * of[..., None]).sum((1, 2)) / of.sum((1, 2))[:, None].clamp(min=1)


def _light(rgb: "Tensor", light: "Tensor", levels: "Tensor") -> LightSamples:
    import torch

    highest = rgb.amax(3)
    lit = (highest > DARK) & (highest < CLIPPED)
    tells = lit.double().mean((1, 2)) >= MIN_SHARE
    changes, inside = _changes(light, lit)
    estimates = torch.stack(
        (_cast(light, lit, 1), _cast(light, lit, NORM), _cast(changes, inside, NORM)), 1
    )[tells]  # fmt: skip
    flat = levels.flatten(1)
    exposure = (flat + BLACK).log2().mean(1) - float(np.log2(MID_GREY))
    measured = torch.stack((exposure, torch.quantile(flat, 0.99, dim=1), (highest >= CLIPPED).double().mean((1, 2))), 1)
    return LightSamples(estimates.numpy(force=True), measured.numpy(force=True))


def _cast(light: "Tensor", of: "Tensor", norm: int) -> "Tensor":
    """Temperature and tint of the chosen pixels of each picture, in stops, shape (number, 2)."""
    import torch

    red, green, blue = (_mean(light**norm, of) ** (1 / norm)).clamp(min=BLACK).log2().unbind(1)
    return torch.stack(((red - blue) / 2, (red + blue) / 2 - green), 1)


def _changes(light: "Tensor", lit: "Tensor") -> "tuple[Tensor, Tensor]":
    """How much each channel changes and where that counts; the light itself where nothing changes."""
    import torch
    import torch.nn.functional as nn

    kernel = torch.exp(-(torch.arange(-REACH, REACH + 1, dtype=torch.float64, device=light.device) ** 2) / 2)
    smooth = _filtered(light.permute(0, 3, 1, 2), kernel / kernel.sum(), kernel / kernel.sum())
    rise, mean = (torch.tensor(one, dtype=torch.float64, device=light.device) for one in ([-1, 0, 1], [1, 2, 1]))
    changes = torch.hypot(_filtered(smooth, mean, rise), _filtered(smooth, rise, mean)).permute(0, 2, 3, 1)
    inside = nn.max_pool2d((~lit).double()[:, None], 5, 1, 2)[:, 0] == 0
    flat = (changes * inside[..., None]).amax((1, 2, 3)) <= BLACK
    flat = flat[:, None, None]
    return torch.where(flat[..., None], light, changes), torch.where(flat, lit, inside)


def _filtered(values: "Tensor", down: "Tensor", across: "Tensor") -> "Tensor":
    """``values``, shape (number, channels, height, width), convolved by two lines; edges mirror what is inside."""
    import torch.nn.functional as nn

    channels = values.shape[1]
    reach = len(down) // 2
    values = nn.pad(values, (reach, reach, reach, reach), "reflect")
    values = nn.conv2d(values, down.reshape(1, 1, -1, 1).expand(channels, 1, -1, 1), groups=channels)
    return nn.conv2d(values, across.reshape(1, 1, 1, -1).expand(channels, 1, 1, -1), groups=channels)
