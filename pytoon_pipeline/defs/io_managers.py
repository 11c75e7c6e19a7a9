"""Passes results from asset to asset: by fingerprint through the store, and sampled frames also in memory.

The annotation of an asset's input decides what the asset gets:

- a record type, ``RenderSpec``: the record;
- ``Stored[RenderSpec]``: the record with its artifact (fingerprint and files);
- ``StoredItems[Metadata]``: the same for each item of the upload, for stages that work item by item;
- ``Frames``: the sampled frames of each item;
- ``Artifact``, or no annotation: the artifact itself.
"""

import os
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from pytoon_pipeline.analysis.results import Frames
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.stored import Stored, StoredItems
from pytoon_pipeline.defs.resources import StoreResource
from pytoon_pipeline.store.items import item_artifacts
from pytoon_pipeline.store.store import Store


class ArtifactIOManager(dg.ConfigurableIOManager):
    """Stages put their artifacts into the store; this writes the link from the key to the fingerprint."""

    store: dg.ResourceDependency[StoreResource]

    def handle_output(self, context: dg.OutputContext, obj: Artifact) -> None:
        self.store.set_latest(context, obj.fingerprint)

    def load_input(self, context: dg.InputContext) -> Artifact | Record:
        """The latest result of the upstream asset, as the type that the asset asks for."""
        return as_type(self.store.artifacts, self.store.latest(context), context.dagster_type.typing_type)


def as_type(store: Store, artifact: Artifact, wanted: Any) -> Artifact | Record:
    """``artifact`` as the type ``wanted``; see the module's docstring.

    Raises ``DependencyMissing`` when the artifact of an item is no longer in the store.
    """
    if not isinstance(wanted, type) or wanted is Artifact or not issubclass(wanted, Record):
        return artifact
    if issubclass(wanted, Stored):
        return wanted.of(artifact)
    if issubclass(wanted, StoredItems):
        return wanted.of(artifact, item_artifacts(store, artifact))
    return artifact.read(wanted)


class FramesIOManager(dg.ConfigurableIOManager):
    """Keeps the last frames in this process for the steps that follow; other processes read them from the store."""

    store: dg.ResourceDependency[StoreResource]

    _last: tuple[tuple[Any, ...], Frames] | None = PrivateAttr(default=None)

    def handle_output(self, context: dg.OutputContext, obj: Frames) -> None:
        self.store.set_latest(context, obj.fingerprint)
        self._last = ((context.asset_key, context.partition_key, os.getpid(), obj.fingerprint), obj)

    def load_input(self, context: dg.InputContext) -> Frames:
        artifact = self.store.latest(context)
        wanted = (context.asset_key, context.partition_key, os.getpid(), artifact.fingerprint)
        if self._last is not None and self._last[0] == wanted:
            return self._last[1]
        return Frames(self.store.artifacts, artifact)
