"""Networks of TensorFlow Lite in torch. That whole networks give the right results is tested with their detectors."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from pytoon_pipeline.analysis.vision import tflite_network
from pytoon_pipeline.analysis.vision.tflite_network import OPERATORS, SAME, UnknownNetwork

OPTIONS = SimpleNamespace(strideW=2, strideH=2, padding=SAME, fusedActivationFunction=0, blockSize=2)


def sparse_row(indices: list[int], segments: list[int]) -> SimpleNamespace:
    return SimpleNamespace(
        format=tflite_network.SPARSE,
        arraySegments=SimpleNamespace(values=segments),
        arrayIndices=SimpleNamespace(values=indices),
    )


def test_sparse_weights_become_dense() -> None:
    dense = SimpleNamespace(format=tflite_network.DENSE)
    sparsity = SimpleNamespace(blockMap=None, dimMetadata=[dense, sparse_row([1, 0, 3], [0, 1, 1, 3])])
    found = tflite_network._dense(sparsity, np.array([5, 6, 7], np.float16), (3, 4))
    assert found.tolist() == [[0, 5, 0, 0], [0, 0, 0, 0], [6, 0, 0, 7]]


def test_weights_in_blocks_are_refused() -> None:
    sparsity = SimpleNamespace(blockMap=[0], dimMetadata=[sparse_row([0], [0, 1])])
    with pytest.raises(UnknownNetwork):
        tflite_network._dense(sparsity, np.ones(1, np.float16), (1, 1))


def test_an_even_line_is_padded_at_its_end_only() -> None:
    """So TensorFlow does it: with a stride of 2 and a kernel of 3, a line of 4 needs one more pixel."""
    picture = torch.arange(16.0).reshape(1, 4, 4, 1)
    found = OPERATORS["CONV_2D"](OPTIONS, picture, torch.ones(1, 3, 3, 1), torch.zeros(1))
    assert found[0, :, :, 0].tolist() == [[45, 39], [66, 50]]


def test_each_channel_has_weights_of_its_own() -> None:
    picture = torch.ones(1, 2, 2, 2)
    weights = torch.tensor([1.0, 10.0]).reshape(1, 1, 1, 2)
    found = OPERATORS["DEPTHWISE_CONV_2D"](OPTIONS, picture, weights, torch.tensor([0.0, 1.0]))
    assert found.tolist() == [[[[1, 11]]]]


def test_depth_becomes_blocks_of_pixels() -> None:
    """Row by row, with the channels inside of each pixel."""
    found = OPERATORS["DEPTH_TO_SPACE"](OPTIONS, torch.arange(8.0).reshape(1, 1, 1, 8))
    assert found.tolist() == [[[[0, 1], [2, 3]], [[4, 5], [6, 7]]]]


def test_only_the_given_activation_is_used() -> None:
    for number, wanted in ((0, [-1, 9]), (tflite_network.RELU, [0, 9]), (tflite_network.RELU6, [0, 6])):
        options = SimpleNamespace(fusedActivationFunction=number)
        assert OPERATORS["ADD"](options, torch.tensor([-2.0, 4.0]), torch.tensor([1.0, 5.0])).tolist() == wanted
