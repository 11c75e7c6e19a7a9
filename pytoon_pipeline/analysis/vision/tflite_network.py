"""Networks of TensorFlow Lite, such as those in mediapipe's wheel, run by torch on any device and in batches.

Only the operators that these detectors have are known; each is defined in TensorFlow Lite's schema, which mediapipe's
wheel brings. Activations have the shape (pictures, height, width, channels), as there.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

# Element types, activations, paddings and formats of sparse dimensions in the schema.
FLOAT32, FLOAT16, INT32 = 0, 1, 2
TYPES = {FLOAT32: np.float32, FLOAT16: np.float16, INT32: np.int32}
RELU, RELU6 = 1, 3
SAME = 0
DENSE, SPARSE = 0, 1


class UnknownNetwork(RuntimeError):
    """The file has something that is not known here."""


class TfliteNetwork:
    """A network on a device of torch. Calling it with pictures returns its outputs, in their order."""

    def __init__(self, path: Path, device: str) -> None:
        import torch
        from mediapipe.tasks.metadata import schema_py_generated as schema

        model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
        graph = model.subgraphs[0]
        names = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
        self._input, self._outputs = int(graph.inputs[0]), [int(number) for number in graph.outputs]
        constants = {
            number: _constant(tensor, model.buffers[tensor.buffer].data)
            for number, tensor in enumerate(graph.tensors)
            if model.buffers[tensor.buffer].data is not None
        }
        steps: list[tuple[Callable[..., Tensor], Any, list[int], int]] = []
        for operator in graph.operators:
            code = model.operatorCodes[operator.opcodeIndex]
            name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
            inputs, output = [int(number) for number in operator.inputs], int(operator.outputs[0])
            if name in ("DEQUANTIZE", "DENSIFY"):
                # Of weights only: they are dense from here on, and floats are wide enough for all.
                constants[output] = constants[inputs[0]]
            elif name in OPERATORS:
                steps.append((OPERATORS[name], operator.builtinOptions, inputs, output))
            else:
                raise UnknownNetwork(f"{path.name} needs the operator {name}.")
        last = {number: step for step, (_, _, inputs, _) in enumerate(steps) for number in inputs}
        # With each step, what it is the last to need: it leaves the memory of the device.
        self._steps = [
            (*step, [one for one in step[2] if last[one] == index and one not in self._outputs])
            for index, step in enumerate(steps)
        ]
        self.size = int(graph.tensors[self._input].shape[1])
        self._constants: dict[int, Any] = {
            number: values.tolist()
            if values.dtype == np.int32
            else torch.from_numpy(values.astype(np.float32)).to(device)
            for number, values in constants.items()
        }

    def __call__(self, pictures: "Tensor") -> "list[Tensor]":
        """``pictures`` of shape (number, size, size, 3). Floats have all of their 24 bits, as on the CPU."""
        import torch

        values = {self._input: pictures}
        with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            for compute, options, inputs, output, done in self._steps:
                found = compute(options, *(self._constants.get(number, values.get(number)) for number in inputs))
                values[output] = found
                for number in done:
                    values.pop(number, None)
        return [values[number] for number in self._outputs]


def _constant(tensor: Any, data: NDArray[np.uint8]) -> NDArray[Any]:
    values = np.frombuffer(bytes(data), TYPES[tensor.type])
    shape = tuple(int(size) for size in tensor.shape)
    return values.reshape(shape) if tensor.sparsity is None else _dense(tensor.sparsity, values, shape)


def _dense(sparsity: Any, values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Weights of which only those that are not 0 are stored: row by row, with their places in the row."""
    *rows, row = sparsity.dimMetadata
    if any(one.format != DENSE for one in rows) or row.format != SPARSE or sparsity.blockMap is not None:
        raise UnknownNetwork("Its weights are stored in an unknown order.")
    starts, columns = np.asarray(row.arraySegments.values), np.asarray(row.arrayIndices.values)
    dense = np.zeros((int(np.prod(shape[:-1])), shape[-1]), values.dtype)
    dense[np.repeat(np.arange(len(dense)), np.diff(starts)), columns] = values
    return dense.reshape(shape)


def _activated(values: "Tensor", options: Any) -> "Tensor":
    if options.fusedActivationFunction == RELU:
        return values.relu()
    return values.clamp(0, 6) if options.fusedActivationFunction == RELU6 else values


def _convolution(options: Any, values: "Tensor", weights: "Tensor", bias: "Tensor", groups: int = 1) -> "Tensor":
    import torch.nn.functional as nn

    steps = options.strideH, options.strideW
    values = values.permute(0, 3, 1, 2)
    if options.padding == SAME:
        down, across = (
            max(0, (-(-size // step) - 1) * step + kernel - size)
            for size, step, kernel in zip(values.shape[2:], steps, weights.shape[1:3], strict=True)
        )
        values = nn.pad(values, (across // 2, across - across // 2, down // 2, down - down // 2))
    found = nn.conv2d(values, weights.permute(0, 3, 1, 2), bias, steps, groups=groups)
    return _activated(found.permute(0, 2, 3, 1), options)


def _depthwise(options: Any, values: "Tensor", weights: "Tensor", bias: "Tensor") -> "Tensor":
    return _convolution(options, values, weights.permute(3, 1, 2, 0), bias, values.shape[3])


def _pad(options: Any, values: "Tensor", sizes: Sequence[Sequence[int]]) -> "Tensor":
    import torch.nn.functional as nn

    return nn.pad(values, [size for pair in reversed(sizes) for size in pair])


def _add(options: Any, one: "Tensor", other: "Tensor") -> "Tensor":
    return _activated(one + other, options)


def _enlarged(options: Any, values: "Tensor", size: Sequence[int]) -> "Tensor":
    import torch.nn.functional as nn

    return nn.interpolate(
        values.permute(0, 3, 1, 2), tuple(size), mode="bilinear", align_corners=options.alignCorners
    ).permute(0, 2, 3, 1)


def _depth_to_space(options: Any, values: "Tensor") -> "Tensor":
    count, height, width, depth = values.shape
    side = int(options.blockSize)
    blocks = values.reshape(count, height, width, side, side, depth // side**2)
    return blocks.permute(0, 1, 3, 2, 4, 5).reshape(count, height * side, width * side, -1)


def _reshape(options: Any, values: "Tensor", shape: Sequence[int]) -> "Tensor":
    return values.reshape(len(values), *shape[1:])


def _joined(options: Any, *values: "Tensor") -> "Tensor":
    import torch

    return torch.cat(values, options.axis)


OPERATORS: dict[str, Callable[..., "Tensor"]] = {
    "ADD": _add,
    "CONCATENATION": _joined,
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "DEPTH_TO_SPACE": _depth_to_space,
    "PAD": _pad,
    "RESHAPE": _reshape,
    "RESIZE_BILINEAR": _enlarged,
}
