"""Generating items, and generating an item of an upload again with another seed."""

from pathlib import Path

from pytoon_pipeline.catalog.finding import find_key
from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.provenance import ItemRecord
from pytoon_pipeline.contracts.results import GenerateResult
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store


def generate(generator: str, prompt: str, seed: int, out: Path) -> GenerateResult:
    """Writes a generated picture to ``out`` as PNG. Raises ``InvalidInput`` for an unknown generator or bad prompt."""
    from pytoon_pipeline.media import generators

    generation = generators.generation_request(generator, prompt, seed)
    generators.generate(generation, out)
    return GenerateResult(file=str(out), **generation.model_dump())


def regenerate(home: Home, name: str, item: str, reason: str) -> ItemRecord:
    """Replaces the generated item ``item`` of an upload, which is then pending. Raises ``InvalidInput``."""
    from pytoon_pipeline.operations import regeneration

    uploads = Uploads(home)
    store, key = Store(home.store, home.work), find_key(home, name)
    return regeneration.regenerate(store, uploads, Registry(home), key, item, reason)
