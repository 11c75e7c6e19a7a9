"""The NVIDIA GPUs of this machine, as the driver's management library (NVML) reports them.

Asking it imports nothing heavy and occupies no memory of the GPU: processes that only look may ask.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Gpu:
    """A GPU: its memory and what of it is used, in bytes, and the share of the last moments in which it was busy."""

    name: str
    memory_bytes: int
    used_bytes: int
    busy: float | None


@cache
def installed() -> tuple[Gpu, ...]:
    """The GPUs as they were when this process first asked."""
    return measure()


def measure() -> tuple[Gpu, ...]:
    """The GPUs now; none without a driver."""
    from pynvml import NVMLError, nvmlDeviceGetCount, nvmlDeviceGetHandleByIndex

    try:
        with _library():
            return tuple(_gpu(nvmlDeviceGetHandleByIndex(number)) for number in range(nvmlDeviceGetCount()))
    except NVMLError:
        return ()


def why_none() -> str:
    """Why ``measure`` finds no GPU, as a clause."""
    from pynvml import NVMLError, NVMLError_DriverNotLoaded, NVMLError_LibraryNotFound

    try:
        with _library():
            return "the driver lists no GPU"
    except (NVMLError_LibraryNotFound, NVMLError_DriverNotLoaded):
        return "this machine has no NVIDIA driver"
    except NVMLError as error:
        return f"NVIDIA's driver does not work ({error})"


@contextmanager
def _library() -> Iterator[None]:
    from pynvml import nvmlInit, nvmlShutdown

    nvmlInit()
    try:
        yield
    finally:
        nvmlShutdown()


def _gpu(handle: object) -> Gpu:
    from pynvml import (
        NVMLError,
        nvmlDeviceGetMemoryInfo,
        nvmlDeviceGetName,
        nvmlDeviceGetUtilizationRates,
    )

    memory = nvmlDeviceGetMemoryInfo(handle)
    try:
        busy = nvmlDeviceGetUtilizationRates(handle).gpu / 100
    except NVMLError:
        # Parts of a GPU (MIG) do not report it.
        busy = None
    return Gpu(nvmlDeviceGetName(handle), int(memory.total), int(memory.used), busy)
