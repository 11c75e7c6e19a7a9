"""The frames I/O manager: in memory within a run, from the store between runs."""

from pathlib import Path

import dagster as dg
import numpy as np

from pytoon_pipeline.analysis.vision import sampling
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.media import SourceItem, VideoStream
from pytoon_pipeline.defs.io_managers import Frames, FramesIOManager
from pytoon_pipeline.defs.items import ItemWork, collect_items
from pytoon_pipeline.defs.partitions import uploads
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.store.stages import Stage, StageOutput
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media

KEY = "0" * 32
ITEM = SourceItem(name="v.mp4", sha256="a" * 64, bytes=1, origin="here")


def test_frames_stay_in_memory_during_a_run_and_are_read_from_the_store_later(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    path = media.video(tmp_path / "v.mp4", 2)
    seen: list[tuple[bool, np.ndarray]] = []

    @dg.asset(partitions_def=uploads, io_manager_key="frames")
    def sampled(studio: Studio) -> Frames:
        video = probe(path).video
        assert isinstance(video, VideoStream)
        made = {}

        def make(room: Path) -> StageOutput:
            made[ITEM.sha256] = one = sampling.sample(path, video, load_limits(), room)
            return StageOutput(one.record, {"pictures": one.pictures, "thumbs": one.thumbs})

        done, _ = collect_items(studio.store, Stage("sampled", 1), [ITEM], lambda item: ItemWork(make, {}))
        return Frames(studio.store, done.artifact, made)

    @dg.asset(partitions_def=uploads, io_manager_key="io_manager")
    def looked(sampled: Frames) -> None:
        samples = sampled.samples(ITEM.sha256)
        seen.append((samples.held is not None, np.stack([image for _, image in samples])))

    studio = Studio(home=str(tmp_path / "home"))
    resources = {"studio": studio, "frames": FramesIOManager(studio=studio), "io_manager": dg.mem_io_manager}
    instance.add_dynamic_partitions("uploads", [KEY])
    dg.materialize([sampled, looked], instance=instance, partition_key=KEY, resources=resources)
    dg.materialize([sampled, looked], instance=instance, partition_key=KEY, resources=resources, selection=[looked])
    assert [held for held, _ in seen] == [True, False]
    assert np.array_equal(seen[0][1], seen[1][1])
    assert Store(tmp_path / "home" / "store", tmp_path / "home" / "work").latest("sampled", KEY)
