"""Passes results on: by fingerprint through the store, and sampled frames also in memory.

Assets read all results but frames from the store themselves, see ``defs/stage.py``. For anything else that loads the
result of an asset, the type it asks for decides what it gets, see ``StoreResource.read``.
"""

import os
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from pytoon_pipeline.analysis.results import Frames
from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.base import Record
from pytoon_pipeline.defs.resources import StoreResource


class ArtifactIOManager(dg.ConfigurableIOManager):
    """Stages put their artifacts into the store; this writes the link from the key to the fingerprint."""

    store: dg.ResourceDependency[StoreResource]

    def handle_output(self, context: dg.OutputContext, obj: Artifact) -> None:
        self.store.set_latest(context, obj.fingerprint)

    def load_input(self, context: dg.InputContext) -> Artifact | Record:
        """The latest result of the upstream asset, as the type that the asset asks for."""
        name = context.asset_key.to_user_string()
        return self.store.read(name, context.partition_key, context.dagster_type.typing_type)


class FramesIOManager(dg.ConfigurableIOManager):
    """Keeps the last frames in this process for the steps that follow; other processes read them from the store."""

    store: dg.ResourceDependency[StoreResource]

    _last: tuple[tuple[Any, ...], Frames] | None = PrivateAttr(default=None)

    def handle_output(self, context: dg.OutputContext, obj: Frames) -> None:
        self.store.set_latest(context, obj.fingerprint)
        self._last = ((context.asset_key, context.partition_key, os.getpid(), obj.fingerprint), obj)

    def load_input(self, context: dg.InputContext) -> Frames:
        artifact = self.store.latest(context.asset_key.to_user_string(), context.partition_key)
        wanted = (context.asset_key, context.partition_key, os.getpid(), artifact.fingerprint)
        if self._last is not None and self._last[0] == wanted:
            return self._last[1]
        return Frames(self.store.artifacts, artifact)
