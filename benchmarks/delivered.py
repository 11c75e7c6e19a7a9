"""The plan of a delivered video, from its manifest and the home that made it."""

from pathlib import Path

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.operations.remake import sources
from pytoon_pipeline.operations.remake.manifest import read_manifest
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store
from pytoon_pipeline_tests.harness.timelines import Timeline


def delivered(manifest: Path, folder: Path) -> Timeline:
    """The plan of ``manifest``, which lies in the outbox of its home. Upright copies of pictures go into ``folder``."""
    home = Home(manifest.resolve().parents[2])
    read = read_manifest(manifest, load_limits())
    files = sources.find(read, Store(home.store, home.work), None, Store(folder / "found", folder / "work"))
    return Timeline(read.spec, sources.probe(files, load_limits(), folder).pictures)
