"""The share of the machine that one run may use."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.device import gpu_for_work
from pytoon_pipeline.runtime.gpus import Gpu
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import count_held, slot

# Memory of the GPU is shared out in parts of this size. The name of what waits for it.
GPU_UNIT_BYTES, GPU_WORK = 1 << 30, "user of the GPU"


@dataclass(frozen=True)
class MachineShare:
    """What the run of an upload may use; ``title`` is that of the upload, for those who wait for it.

    ``gpu`` finds the GPU that may be used, when one is wanted.
    """

    home: Home
    title: str
    gpu: Callable[[], Gpu | None] = gpu_for_work

    @property
    def threads(self) -> int:
        """The number of processors that this run may use now."""
        return Capacity.of_machine().threads(count_held(self.home.video_runs))

    def encoder_slot(self) -> AbstractContextManager[None]:
        """Waits for one of the encoders that the machine can run at once."""
        return slot(self.home.slots, "encoder", Capacity.of_machine().encoders, "render", self.title)

    def transcriber_slot(self, gpu_bytes: int = 0) -> AbstractContextManager[None]:
        """Waits for one of the transcribers that the machine can run at once; for one that runs on a GPU where there is
        one, for so much of its memory.
        """
        if gpu_bytes and self.gpu() is not None:
            return self.gpu_slot(gpu_bytes)
        return slot(self.home.slots, "transcriber", Capacity.of_machine().transcribers, "transcription", self.title)

    @contextmanager
    def gpu_slot(self, needed: int) -> Iterator[None]:
        """Waits for so many bytes of the GPU's memory, or for all of it where it has less. Does not wait without a GPU.

        One that needs much is not overtaken for ever by those that need little: while it waits, nobody else gets any.
        """
        gpu = self.gpu()
        if gpu is None:
            yield
            return
        units = max(1, gpu.memory_bytes // GPU_UNIT_BYTES)
        wanted = min(units, -(-needed // GPU_UNIT_BYTES))
        with ExitStack() as held:
            with slot(self.home.slots, "gpu-turn", 1, GPU_WORK, self.title):
                held.enter_context(slot(self.home.slots, "gpu", units, GPU_WORK, self.title, wanted))
            yield
