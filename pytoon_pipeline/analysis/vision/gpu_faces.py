"""Faces in many pictures at once with torch: mediapipe's full-range detector, with the weights in its wheel.

mediapipe runs this network on the CPU only. Its graph around the network is small: a square around the picture is read
between its pixels, each cell of a grid proposes a face, and proposals that overlap are averaged. Bazarevsky et al.,
"BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.vision.gpu_batches import in_batches
from pytoon_pipeline.analysis.vision.tflite_network import TfliteNetwork

if TYPE_CHECKING:
    import torch
    from torch import Tensor

WEIGHTS = "modules/face_detection/face_detection_full_range_sparse.tflite"
# Pictures at once: the widest layer takes 1.2 MB of each.
BATCH = 64
# Cells of the grid in each direction. A proposal is its centre from that of its cell, its size and six landmarks, in
# pixels of the square; its score is a logit, cut at so many.
CELLS, MAX_LOGIT = 48, 100.0
# Proposals that share more than this part of their union are one face.
SAME_FACE = 0.3
# Where pixels are read between others has so many steps from one to the next, as in OpenCV.
STEPS = 32


class Proposal(NamedTuple):
    """A face as fractions of the picture: left, top, width, height, then x and y of each landmark; and its score."""

    place: NDArray[np.float64]
    score: float


def faces(pictures: "Tensor", min_score: float) -> Iterator[list[Proposal]]:
    """The faces in each of BGR ``pictures``, shape (number, height, width, 3), the most certain first.

    Only proposals leave the device. Raises torch's ``RuntimeError`` when it fails.
    """
    network = _network(pictures.device)
    for found in in_batches(lambda batch: _found(network, batch, min_score), pictures, BATCH):
        yield from found


def _found(network: TfliteNetwork, pictures: "Tensor", min_score: float) -> list[list[Proposal]]:
    places, logits = network(_squares(pictures, network.size))
    scores = logits[:, :, 0].clamp(-MAX_LOGIT, MAX_LOGIT).sigmoid()
    of, cell = (scores >= min_score).nonzero(as_tuple=True)
    certain = scores[of, cell].double().numpy(force=True)
    proposed = places[of, cell].double().numpy(force=True) / network.size
    number, cells = of.numpy(force=True), cell.numpy(force=True)
    return [
        _distinct(_placed(proposed[mine], cells[mine], pictures.shape[1:3]), certain[mine])
        for mine in (number == one for one in range(len(pictures)))
    ]


@lru_cache(maxsize=1)
def _network(device: "torch.device") -> TfliteNetwork:
    import mediapipe

    return TfliteNetwork(Path(mediapipe.__file__).parent / WEIGHTS, str(device))


def _squares(pictures: "Tensor", size: int) -> "Tensor":
    """RGB from -1 to 1, shape (number, size, size, 3), of the square around each picture; black beyond its edges."""
    import torch

    height, width = pictures.shape[1:3]
    side = max(width, height)
    rows, below = _read(height, side, size, pictures.device)
    columns, right = _read(width, side, size, pictures.device)
    padded = torch.nn.functional.pad(pictures.flip(3), (0, 0, 1, 2, 1, 2)).int()
    upper, lower = padded[:, rows], padded[:, rows + 1]
    below, right = below[:, None, None], right[:, None]
    upper, lower = (line[:, :, columns] * (STEPS - right) + line[:, :, columns + 1] * right for line in (upper, lower))
    total = upper * (STEPS - below) + lower * below
    levels = (total + STEPS**2 // 2) // STEPS**2
    return levels.float() * (2 / 255) - 1


def _read(length: int, side: int, size: int, device: "torch.device") -> "tuple[Tensor, Tensor]":
    """After which pixel of a line, with one more before it, each of ``size`` is read, and by how many steps."""
    import torch

    places = np.rint(((length - side) / 2 + np.arange(size) * (side / size)) * STEPS).astype(np.int64)
    after = np.clip(places // STEPS + 1, 0, length + 1)
    inside = (places // STEPS >= -1) & (places // STEPS <= length)
    step = np.where(inside, places % STEPS, 0)
    return torch.from_numpy(after).to(device), torch.from_numpy(step.astype(np.int32)).to(device)


def _placed(proposed: NDArray[np.float64], cells: NDArray[np.int64], shape: Sequence[int]) -> NDArray[np.float64]:
    """Proposals as fractions of the picture: left, top, right, bottom, and the landmarks."""
    centres = np.stack((cells % CELLS + 0.5, cells // CELLS + 0.5), 1) / CELLS
    middle, half = proposed[:, :2] + centres, proposed[:, 2:4] / 2
    landmarks = proposed[:, 4:] + np.tile(centres, 6)
    found = np.hstack((middle - half, middle + half, landmarks))
    height, width = shape
    side = max(width, height)
    sizes = np.array([width, height] * 8)
    return (found * side - (side - sizes) / 2) / sizes


def _distinct(places: NDArray[np.float64], scores: NDArray[np.float64]) -> list[Proposal]:
    """Each group of proposals that overlap the best of them as one: their mean, weighted by their scores."""
    found = []
    order = np.argsort(-scores, kind="stable")
    while len(order):
        same = _overlap(places[order[0]], places[order]) > SAME_FACE
        group = order[same]
        if not len(group):
            break
        mean = np.average(places[group], axis=0, weights=scores[group])
        mean[2:4] -= mean[:2]
        found.append(Proposal(mean, float(scores[order[0]])))
        order = order[~same]
    return found


def _overlap(one: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """The parts of their unions that a box and each of others share. Boxes are left, top, right and bottom."""
    shared = np.maximum(0, np.minimum(one[2:4], others[:, 2:4]) - np.maximum(one[:2], others[:, :2])).prod(1)
    areas = np.maximum(0, others[:, 2:4] - others[:, :2]).prod(1)
    union = areas + np.maximum(0, one[2:4] - one[:2]).prod() - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
