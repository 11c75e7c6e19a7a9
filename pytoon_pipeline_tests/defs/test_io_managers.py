"""The frames I/O manager: in memory within a run, from the store between runs."""

from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np

from pytoon_pipeline.analysis.results import Frames
from pytoon_pipeline.analysis.vision import sampling
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia, VideoStream
from pytoon_pipeline.contracts.stored import Stored, StoredItems
from pytoon_pipeline.defs.io_managers import ArtifactIOManager, FramesIOManager
from pytoon_pipeline.defs.partitions import uploads
from pytoon_pipeline.defs.resources import StoreResource, resources
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.store.items import ItemWork, compute_items
from pytoon_pipeline.store.stages import Stage, StageOutput, run_stage
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness import media

KEY = "0" * 32
ITEM = SourceItem(name="v.mp4", sha256="a" * 64, bytes=1, origin="here")


def managers(folder: Path) -> dict[str, Any]:
    """The resources of the code location with their home in ``folder``, and the I/O managers over them."""
    shared = resources(str(folder / "home"))
    return {
        **shared,
        "artifacts": ArtifactIOManager(store=shared["store"]),
        "frames": FramesIOManager(store=shared["store"]),
        "io_manager": dg.mem_io_manager,
    }


def test_frames_stay_in_memory_during_a_run_and_are_read_from_the_store_later(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    path = media.video(tmp_path / "v.mp4", 2)
    seen: list[tuple[bool, np.ndarray]] = []

    @dg.asset(partitions_def=uploads, io_manager_key="frames")
    def sampled(store: StoreResource) -> Frames:
        video = probe(path).video
        assert isinstance(video, VideoStream)
        made = {}

        def make(room: Path) -> StageOutput:
            one = sampling.sample(path, video, load_limits(), room)
            assert one.held is not None
            made[ITEM.sha256] = one.held
            return StageOutput(one.record, {"pictures": one.pictures, "thumbs": one.thumbs})

        done, _ = compute_items(store.artifacts, Stage("sampled", 1), [ITEM], lambda item: ItemWork(make, {}))
        return Frames(store.artifacts, done.artifact, made)

    @dg.asset(partitions_def=uploads, io_manager_key="io_manager")
    def looked(sampled: Frames) -> None:
        samples = sampled.samples(ITEM.sha256)
        seen.append((samples.held is not None, np.stack([image for _, image in samples])))

    shared = managers(tmp_path)
    instance.add_dynamic_partitions("uploads", [KEY])
    dg.materialize([sampled, looked], instance=instance, partition_key=KEY, resources=shared)
    dg.materialize([sampled, looked], instance=instance, partition_key=KEY, resources=shared, selection=[looked])
    assert [held for held, _ in seen] == [True, False]
    assert np.array_equal(seen[0][1], seen[1][1])
    assert Store(tmp_path / "home" / "store", tmp_path / "home" / "work").latest("sampled", KEY)


def test_an_input_is_what_its_annotation_asks_for(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    probed = SourceMedia(key=KEY, title="t", items=(ITEM,), request={})

    @dg.asset(partitions_def=uploads, io_manager_key="artifacts")
    def source_media(store: StoreResource) -> dg.MaterializeResult[Artifact]:
        done = run_stage(store.artifacts, Stage("source_media", 1), lambda room: StageOutput(probed), inputs={})
        return dg.MaterializeResult(value=done.artifact)

    @dg.asset(partitions_def=uploads, io_manager_key="artifacts")
    def by_item(store: StoreResource) -> dg.MaterializeResult[Artifact]:
        work = ItemWork(lambda room: StageOutput(ITEM), {})
        return dg.MaterializeResult(
            value=compute_items(store.artifacts, Stage("by_item", 1), [ITEM], lambda item: work)[0].artifact
        )

    seen: list[object] = []

    @dg.asset(partitions_def=uploads, io_manager_key="io_manager")
    def value(source_media: SourceMedia) -> None:
        seen.append(source_media)

    @dg.asset(partitions_def=uploads, io_manager_key="io_manager")
    def stored(source_media: Stored[SourceMedia], by_item: StoredItems[SourceItem]) -> None:
        seen.extend((source_media, by_item))

    @dg.asset(partitions_def=uploads, io_manager_key="io_manager")
    def plain(source_media: Artifact) -> None:
        seen.append(source_media)

    shared = managers(tmp_path)
    instance.add_dynamic_partitions("uploads", [KEY])
    for last in (value, stored, plain):
        dg.materialize([source_media, by_item, last], instance=instance, partition_key=KEY, resources=shared)
    read, typed, items, artifact = seen
    assert read == probed
    assert isinstance(artifact, Artifact)
    assert isinstance(typed, Stored)
    assert (typed.value, typed.fingerprint) == (probed, artifact.fingerprint)
    assert isinstance(items, StoredItems)
    assert items.values == {ITEM.sha256: ITEM}
