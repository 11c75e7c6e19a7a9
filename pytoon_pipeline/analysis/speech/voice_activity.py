"""Voice activity: the ranges of a recording that contain speech, in any language, also over music and noise.

The network is Silero VAD (https://github.com/snakers4/silero-vad, MIT): magnitudes of a short-time Fourier transform,
four convolutions and an LSTM cell give the probability of speech in each 32 ms. Its weights are a file of the package
``silero-vad``. NumPy evaluates them, because importing the package imports torch, which takes as long as the
network needs for eight minutes of audio. In double precision, so that the order of sums, which depends on the number of
processors, changes nothing that counts.
"""

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.analysis.speech.silence import time_ranges
from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.time import TimeRange, runs

PACKAGE = "silero-vad"
WEIGHTS = "silero_vad/data/silero_vad_16k.safetensors"
RATE = 16_000
# The network sees 32 ms of new samples and the last 4 ms before them.
WINDOW, CONTEXT = 512, 64
FOURIER, HOP, BINS = 256, 128, 129
# Name and stride of each convolution.
CONVOLUTIONS = (("conv1", 1), ("conv2", 2), ("conv3", 2), ("conv4", 1))
UNITS = 128
# Windows that pass the network together: memory does not grow with the length.
BATCH = 256
# Low, so that words are not missed: at 0.15 at least 0.95 of the words of four English talks are found with music or
# noise as loud as the voice (at 0.5: 0.86 of them), as is synthetic speech in ten languages. Film music, noise and
# silence stay below, or exceed it for less than 0.1 s.
MIN_PROBABILITY = 0.15
MIN_SPEECH_WINDOWS = 3
# Between windows of speech: a word's quiet middle, or a short pause.
MAX_GAP_WINDOWS = 8

Samples = NDArray[np.int16]
Values = NDArray[np.float64]
Weights = Mapping[str, Values]


def identity() -> str:
    """Name and version of the detector. Raises ``DependencyMissing`` when its package is not installed."""
    return f"{PACKAGE} {_installed().version}"


def speech_ranges(samples: Samples) -> tuple[TimeRange, ...]:
    """Ranges with speech in 16 kHz mono ``samples``, shape (n,): in order and disjoint, in seconds."""
    spoken = runs((speech_probabilities(samples) >= MIN_PROBABILITY).tolist(), MIN_SPEECH_WINDOWS, MAX_GAP_WINDOWS)
    seconds = WINDOW / RATE
    return time_ranges(((first * seconds, last * seconds) for first, last in spoken), len(samples) / RATE)


def speech_probabilities(samples: Samples) -> Values:
    """The probability of speech in each 32 ms of 16 kHz mono ``samples``, shape (windows,)."""
    if not len(samples):
        return np.zeros(0)
    weights = _load(Path(str(_installed().locate_file(WEIGHTS))))
    output, cell, found = np.zeros(UNITS), np.zeros(UNITS), []
    for windows in _batches(samples):
        outputs, cell = _recur(_encode(windows, weights), output, cell, weights)
        output = outputs[-1]
        hidden = np.maximum(outputs, 0)
        found.append(_sigmoid(hidden @ weights["final_conv.weight"].reshape(UNITS) + weights["final_conv.bias"]))
    return np.concatenate(found)


def _batches(samples: Samples) -> Iterator[Values]:
    """What the network sees, ``BATCH`` windows after the other, shape (windows, 576), with silence around all."""
    step = BATCH * WINDOW
    for first in range(0, len(samples), step):
        part = samples[max(0, first - CONTEXT) : first + step] / 32768
        before, after = max(0, CONTEXT - first), -min(step, len(samples) - first) % WINDOW
        yield np.lib.stride_tricks.sliding_window_view(np.pad(part, (before, after)), CONTEXT + WINDOW)[::WINDOW]


def _installed() -> Distribution:
    try:
        return distribution(PACKAGE)
    except PackageNotFoundError as error:
        raise DependencyMissing(
            "package_missing", f"The package {PACKAGE} is not installed.", "Install pytoon-pipeline again with pip."
        ) from error


def _load(path: Path) -> dict[str, Values]:
    """The tensors of a file in the safetensors format: 8 bytes length, a JSON header, then the values."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = {name: entry for name, entry in json.loads(data[8:start]).items() if name != "__metadata__"}
    return {
        name: np.frombuffer(data[start:][slice(*entry["data_offsets"])], np.float32)
        .reshape(entry["shape"])
        .astype(np.float64)
        for name, entry in header.items()
    }


def _encode(windows: Values, weights: Weights) -> Values:
    """What the LSTM cell reads of each window: shape (windows, 576) in, (windows, units) out."""
    mirrored = np.concatenate([windows, windows[:, -2 : -2 - CONTEXT : -1]], axis=1)
    frames = np.lib.stride_tricks.sliding_window_view(mirrored, FOURIER, axis=1)[:, ::HOP]
    count, steps, _ = frames.shape
    parts = frames.reshape(count * steps, FOURIER) @ weights["stft_conv.weight"][:, 0].T
    values = np.sqrt(np.square(parts[:, :BINS]) + np.square(parts[:, BINS:])).reshape(count, steps, BINS)
    for name, stride in CONVOLUTIONS:
        values = _convolve(values, weights[f"{name}.weight"], weights[f"{name}.bias"], stride)
    return values[:, 0]


def _convolve(values: Values, kernel: Values, bias: Values, stride: int) -> Values:
    """A convolution of width 3 over the middle axis of (windows, steps, channels), and the rectifier."""
    count, steps, channels = values.shape
    padded = np.pad(values, ((0, 0), (1, 1), (0, 0)))
    places = range(0, steps, stride)
    patches = np.stack([padded[:, place : place + 3] for place in places], axis=1).reshape(-1, 3 * channels)
    result = patches @ kernel.transpose(2, 1, 0).reshape(3 * channels, -1) + bias
    return np.maximum(result, 0).reshape(count, len(places), -1)


def _recur(encoded: Values, output: Values, cell: Values, weights: Weights) -> tuple[Values, Values]:
    """The outputs of the LSTM cell, window after window, shape (windows, units), and its last state.

    ``output`` and ``cell`` are those of the window before.
    """
    entered = encoded @ weights["lstm_cell.weight_ih"].T + weights["lstm_cell.bias_ih"] + weights["lstm_cell.bias_hh"]
    recurrent = np.ascontiguousarray(weights["lstm_cell.weight_hh"].T)
    outputs = np.empty((len(entered), UNITS))
    for index, one in enumerate(entered):
        gates = one + output @ recurrent
        opened = _sigmoid(gates)
        candidate = np.tanh(gates[2 * UNITS : 3 * UNITS])
        cell = opened[UNITS : 2 * UNITS] * cell + opened[:UNITS] * candidate
        output = opened[3 * UNITS :] * np.tanh(cell)
        outputs[index] = output
    return outputs, cell


def _sigmoid(values: Values) -> Values:
    return (np.tanh(values / 2) + 1) / 2
