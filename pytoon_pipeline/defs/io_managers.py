"""Handing results from asset to asset: by their fingerprint in the store, and frames also in memory."""

import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import PrivateAttr

from pytoon_pipeline.contracts.analysis import SampledFrames
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.defs.items import parts_of
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.analysis.vision.sampling import Samples


class ArtifactIOManager(dg.ConfigurableIOManager):
    """Artifacts are in the store before they get here; what is written is the link from the key to the fingerprint."""

    studio: dg.ResourceDependency[Studio]

    def handle_output(self, context: dg.OutputContext, obj: Artifact) -> None:
        self.studio.store.set_latest(context.asset_key.to_user_string(), context.partition_key, obj.fingerprint)

    def load_input(self, context: dg.InputContext) -> Artifact:
        return self.studio.store.latest(context.asset_key.to_user_string(), context.partition_key)


class Frames:
    """The collection of ``sampled_frames`` and the pictures of each item, decoded only when somebody looks."""

    def __init__(self, store: Store, artifact: Artifact, made: "Mapping[str, Samples] | None" = None) -> None:
        self.artifact = artifact
        self._store = store
        self._held = {item: samples.held for item, samples in (made or {}).items()}

    @cached_property
    def parts(self) -> dict[str, Artifact]:
        """The artifact of each item."""
        return parts_of(self._store, self.artifact)

    def samples(self, item: str) -> "Samples":
        """The pictures of one item."""
        from pytoon_pipeline.analysis.vision.sampling import Samples

        part = self.parts[item]
        return Samples(
            part.read(SampledFrames),
            self._store.path(part.files["pictures"]),
            self._store.path(part.files["thumbs"]),
            self._held.get(item),
        )


class FramesIOManager(dg.ConfigurableIOManager):
    """Keeps the last frames of a run in this process for the steps that follow; others read them from the store."""

    studio: dg.ResourceDependency[Studio]

    _last: tuple[tuple[Any, ...], Frames] | None = PrivateAttr(default=None)

    def handle_output(self, context: dg.OutputContext, obj: Frames) -> None:
        self.studio.store.set_latest(
            context.asset_key.to_user_string(), context.partition_key, obj.artifact.fingerprint
        )
        self._last = ((context.run_id, context.asset_key, context.partition_key, os.getpid()), obj)

    def load_input(self, context: dg.InputContext) -> Frames:
        wanted = (context.step_context.run_id, context.asset_key, context.partition_key, os.getpid())
        if self._last is not None and self._last[0] == wanted:
            return self._last[1]
        store = self.studio.store
        return Frames(store, store.latest(context.asset_key.to_user_string(), context.partition_key))
