"""Generating items, and generating an item of an upload again with another seed."""

from pathlib import Path

from pytoon_pipeline.catalog.finding import find_key
from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.provenance import ItemRecord
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.results import GenerateResult
from pytoon_pipeline.contracts.suggestions import one_hint
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.shell_words import shell_word
from pytoon_pipeline.service.quotas import admission
from pytoon_pipeline.service.renders import Workplace
from pytoon_pipeline.store.opening import open_store


def generate(generator: str, prompt: str, seed: int, out: Path) -> GenerateResult:
    """Writes a generated picture to ``out`` as PNG.

    Raises ``InvalidInput`` for an unknown generator, a bad prompt, or a folder that does not exist.
    """
    from pytoon_pipeline.media import generators

    generation = generators.generation_request(generator, prompt, seed)
    if not out.parent.exists():
        create, here = (shell_word(printable_name(name)) for name in (str(out.parent), out.name))
        raise InvalidInput(
            "folder_missing",
            f"There is no folder “{printable_name(str(out.parent))}”.",
            one_hint(f"To create it, type: mkdir -p {create}", f"To save the picture here, write: --out {here}"),
        )
    generators.generate(generation, out)
    return GenerateResult(file=str(out), **generation.model_dump())


def regenerate_item(at: Workplace, name: str, item: str, reason: str) -> str:
    """``regenerate`` for a render of a tenant. Returns its key. Raises ``TransientError`` beyond the tenant's quota."""
    from pytoon_pipeline.operations import regeneration

    key, uploads = at.key(name), Uploads(at.home, at.by)
    seconds = Request.model_validate(uploads.get(key).request).max_seconds
    with admission(at.quotas) as admitted:
        admitted.ask(key, seconds)
        regeneration.regenerate(at.store, uploads, Registry(at.home), key, item, reason)
        admitted.queued = True
    return key


def regenerate(home: Home, name: str, item: str, reason: str) -> ItemRecord:
    """Replaces the generated item ``item`` of an upload, which is then pending. Raises ``InvalidInput``."""
    from pytoon_pipeline.operations import regeneration

    uploads = Uploads(home)
    store, key = open_store(home), find_key(home, name)
    return regeneration.regenerate(store, uploads, Registry(home), key, item, reason)
