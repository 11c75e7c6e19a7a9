"""The share of the machine that one run may use."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import count_held, slot


@dataclass(frozen=True)
class MachineShare:
    """What the run of an upload may use; ``title`` is that of the upload, for those who wait for it."""

    home: Home
    title: str

    @property
    def threads(self) -> int:
        """The number of processors that this run may use now."""
        return Capacity.of_machine().threads(count_held(self.home.video_runs))

    def encoder_slot(self) -> AbstractContextManager[None]:
        """Waits for one of the encoders that the machine can run at once."""
        return slot(self.home.slots, "encoder", Capacity.of_machine().encoders, "render", self.title)

    def transcriber_slot(self) -> AbstractContextManager[None]:
        """Waits for one of the transcribers that the machine can run at once."""
        return slot(self.home.slots, "transcriber", Capacity.of_machine().transcribers, "transcription", self.title)
