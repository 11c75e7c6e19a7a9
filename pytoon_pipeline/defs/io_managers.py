"""Passes results from asset to asset: by fingerprint through the store, and sampled frames also in memory.

The annotation of an asset's input decides what the asset gets:

- a record type, ``RenderSpec``: the record;
- ``Stored[RenderSpec]``: the record with its artifact (fingerprint and files);
- ``StoredItems[Metadata]``: the same for each item of the upload, for stages that work item by item;
- ``Frames``: the sampled frames of each item;
- ``Artifact``, or no annotation: the artifact itself.
"""

import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import PrivateAttr

from pytoon_pipeline.contracts.analysis import SampledFrames
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.contracts.stored import Stored, StoredItems
from pytoon_pipeline.defs.items import parts_of
from pytoon_pipeline.defs.resources import Studio
from pytoon_pipeline.store.store import Store

if TYPE_CHECKING:
    from pytoon_pipeline.analysis.vision.sampling import Samples


class ArtifactIOManager(dg.ConfigurableIOManager):
    """Stages put their artifacts into the store; this writes the link from the key to the fingerprint."""

    studio: dg.ResourceDependency[Studio]

    def handle_output(self, context: dg.OutputContext, obj: Artifact) -> None:
        self.studio.store.set_latest(context.asset_key.to_user_string(), context.partition_key, obj.fingerprint)

    def load_input(self, context: dg.InputContext) -> Artifact | Record:
        """The latest result of the upstream asset, as the type that the asset asks for."""
        artifact = self.studio.store.latest(context.asset_key.to_user_string(), context.partition_key)
        return as_type(self.studio.store, artifact, context.dagster_type.typing_type)


def as_type(store: Store, artifact: Artifact, wanted: Any) -> Artifact | Record:
    """``artifact`` as the type ``wanted``; see the module's docstring.

    Raises ``DependencyMissing`` when the artifact of an item is no longer in the store.
    """
    if not isinstance(wanted, type) or wanted is Artifact or not issubclass(wanted, Record):
        return artifact
    if issubclass(wanted, Stored):
        return wanted.of(artifact)
    if issubclass(wanted, StoredItems):
        parts = parts_of(store, artifact)
        items = {item: {"artifact": part, "value": part.value} for item, part in parts.items()}
        return wanted.model_validate({"artifact": artifact, "items": items})
    return artifact.read(wanted)


class Frames:
    """The collection of ``sampled_frames`` and the pictures of each item, decoded on first use."""

    def __init__(self, store: Store, artifact: Artifact, computed: "Mapping[str, Samples] | None" = None) -> None:
        self.artifact = artifact
        self._store = store
        self._held = {item: samples.held for item, samples in (computed or {}).items()}

    @property
    def fingerprint(self) -> str:
        return self.artifact.fingerprint

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
    """Keeps the last frames in this process for the steps that follow; other processes read them from the store."""

    studio: dg.ResourceDependency[Studio]

    _last: tuple[tuple[Any, ...], Frames] | None = PrivateAttr(default=None)

    def handle_output(self, context: dg.OutputContext, obj: Frames) -> None:
        self.studio.store.set_latest(context.asset_key.to_user_string(), context.partition_key, obj.fingerprint)
        self._last = ((context.asset_key, context.partition_key, os.getpid(), obj.fingerprint), obj)

    def load_input(self, context: dg.InputContext) -> Frames:
        store = self.studio.store
        artifact = store.latest(context.asset_key.to_user_string(), context.partition_key)
        wanted = (context.asset_key, context.partition_key, os.getpid(), artifact.fingerprint)
        if self._last is not None and self._last[0] == wanted:
            return self._last[1]
        return Frames(store, artifact)
