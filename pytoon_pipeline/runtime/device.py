"""Where models run and pictures are decoded: on a GPU or on the CPU, and why.

The device is no part of any fingerprint: the first result stands, wherever it was computed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pytoon_pipeline.runtime.gpus import Gpu, installed, why_none
from pytoon_pipeline.settings import DeviceChoice, Settings

# Messages of CUDA and its libraries when memory has run out; torch's own error is a RuntimeError of this kind, too.
OUT_OF_MEMORY = ("out of memory", "alloc_failed", "can't allocate memory", "not enough memory", "failed to allocate")
MAX_SHOWN = 120


@dataclass(frozen=True)
class Device:
    """``kind``, and ``reason``: a clause that says why this one."""

    kind: Literal["cuda", "cpu"]
    reason: str


def gpu_for_work(gpus: Callable[[], tuple[Gpu, ...]] = installed) -> Gpu | None:
    """The GPU that may be used, if there is one. Loads nothing heavy: whether torch can use it is not known yet."""
    return next(iter(gpus()), None) if Settings.load().device == "auto" else None


def choose(wanted: DeviceChoice, gpus: Callable[[], tuple[Gpu, ...]] = installed) -> Device:
    """``auto`` chooses one of the ``gpus`` where torch can use it.

    Loads torch only where the driver lists a GPU, and then initializes CUDA, which a fork does not survive.
    """
    if wanted == "cpu":
        return Device("cpu", "PYTOON_DEVICE is cpu")
    if not gpus():
        return Device("cpu", why_none())
    import torch

    if torch.version.cuda is None:
        return Device("cpu", f"torch {torch.__version__} is a build without CUDA")
    if not torch.cuda.is_available():
        return Device("cpu", f"torch {torch.__version__} cannot use the GPU: its CUDA needs a newer driver")
    return Device("cuda", f"torch {torch.__version__} can use {torch.cuda.get_device_name(0)}")


def out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` says that the machine or the GPU has too little memory."""
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in OUT_OF_MEMORY)


def failure(error: BaseException) -> str:
    """What happened to a device, as a clause: it has no memory left, or it does not work."""
    said = (str(error).splitlines() or [type(error).__name__])[0][:MAX_SHOWN]
    return f"{'ran out of memory' if out_of_memory(error) else 'cannot be used'} ({said})"


def gpu_name() -> str:
    """The GPU that torch uses, as results name it."""
    import torch

    return f"cuda:0 {torch.cuda.get_device_name(0)}"
