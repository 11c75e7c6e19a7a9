"""The analysis ``sampled_frames``: the one decode of each file that every detector shares."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from pytoon_pipeline.analysis.results import PICTURE, PICTURES, THUMBS, MetadataByItem
from pytoon_pipeline.analysis.roles import VISUAL_ROLES
from pytoon_pipeline.analysis.stages.analysis import Analysis, Column, listed
from pytoon_pipeline.contracts.analysis import SampledFrames
from pytoon_pipeline.contracts.media import SourceItem
from pytoon_pipeline.contracts.preset import Limits
from pytoon_pipeline.media.losses import check_complete
from pytoon_pipeline.runtime.device import choose
from pytoon_pipeline.runtime.versions import version
from pytoon_pipeline.settings import DeviceChoice
from pytoon_pipeline.store.items import ItemWork
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store

# Of a GPU: the frames that decoding 4K refers to, scaling, pictures for the steps that follow, and CUDA itself.
GPU_BYTES = 3 << 30


@dataclass(frozen=True)
class FrameSampling(Analysis[SampledFrames]):
    """Samples the frames of everything that is shown. The pictures that this process decodes are held in memory.

    The ``device`` decides nothing that the store knows a result by: the first result stands. ``slot`` waits for so many
    bytes of a GPU's memory.
    """

    stage = Stage("sampled_frames", 8, "by_rule")
    libraries = ("pyav",)
    columns = (
        Column("time", "double", "Presentation time in seconds from the first frame."),
        Column("jpeg", "binary", "The frame, upright, scaled to at most 480 pixels on its longer side."),
    )
    record = SampledFrames

    store: Store
    limits: Limits
    metadata: MetadataByItem
    device: DeviceChoice = "cpu"
    slot: Callable[[int], AbstractContextManager[object]] = nullcontext

    def covers(self, item: SourceItem) -> bool:
        return item.role in VISUAL_ROLES

    def work(self, item: SourceItem) -> ItemWork:
        info = self.metadata.items[item.sha256].value.info
        return ItemWork(
            lambda scratch: self._compute(item, scratch),
            {"media": item.sha256},
            info.model_dump(mode="json", include={"video", "still"}),
            {"av": version("av"), "opencv": version("opencv-contrib-python")},
        )

    def _compute(self, item: SourceItem, scratch: Path) -> StageOutput:
        from pytoon_pipeline.analysis.vision.sampling import sample, sample_still
        from pytoon_pipeline.media import images

        stored = self.metadata.items[item.sha256]
        info = stored.value.info
        if info.still is not None:
            samples = sample_still(images.read(self.store.path(stored.files[PICTURE])), scratch)
        else:
            assert info.video is not None
            device = choose(self.device)
            with self.slot(GPU_BYTES) if device.kind == "cuda" else nullcontext():
                samples = sample(self.store.path(item.stored), info.video, self.limits, scratch, device)
            check_complete(info, self.limits, samples.record)
        files = {PICTURES: samples.pictures, THUMBS: samples.thumbs}
        return StageOutput(samples.record, files, device=samples.record.device, held=samples.held)

    def summary(self, values: Sequence[SampledFrames]) -> Mapping[str, int | float | str]:
        return {
            "samples": sum(one.samples for one in values),
            "frames": sum(one.frames for one in values),
            "damaged_packets": sum(one.damaged for one in values),
            "fallback": listed(one.device_fallback for one in values),
        }

    def rows(self, values: Sequence[SampledFrames]) -> int:
        return sum(one.samples for one in values)
