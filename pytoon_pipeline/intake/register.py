"""From what a person gave to a registered upload, and what is new about it."""

from collections.abc import Callable, Generator, Sequence
from typing import Any, Literal

from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.media import SourceItem, SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.intake.admission import store_upload
from pytoon_pipeline.intake.uploads import Upload
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.store import Store, run_to_end

IngestOutcome = Literal["new", "changed", "known"]
Examine = Callable[[Request, Sequence[SourceItem]], Generator[None, None, None]]


def ingest(home: Home, store: Store, upload: Upload, *, pending: bool) -> tuple[SourceMedia, IngestOutcome]:
    """Keeps the upload's files, where they come from and what is asked for. Raises ``InvalidInput``."""
    return run_to_end(ingest_in_steps(home, store, upload, pending=pending))


def ingest_in_steps(
    home: Home, store: Store, upload: Upload, *, pending: bool, examine: Examine | None = None
) -> Generator[None, None, tuple[SourceMedia, IngestOutcome]]:
    """The same piece by piece. What ``examine`` refuses is not registered.

    With ``pending``, what is known already with a request that means the same stays as it is, under its first name.
    """
    from pytoon_pipeline.media.generators import generation_of

    request = upload.request.model_dump(mode="json", exclude_unset=True)
    given = yield from store_upload(store, upload.files, upload.title, request)
    if examine is not None:
        yield from examine(upload.request, given.items)
    registry, uploads = Registry(home), Uploads(home)
    for (file, _), item in zip(upload.files, given.items, strict=True):
        registry.note(item, generation_of(file), upload.request.licence)
    known = uploads.find(given.key)
    news: IngestOutcome = "new" if known is None else "known" if _same(known, given) else "changed"
    if news != "known" or not pending:
        uploads.register(given, pending=pending)
    return given, news


def canonical_request(request: Request, items: Sequence[SourceItem]) -> dict[str, Any]:
    """The request as it counts for the plan: files by content, so that a new name alone changes nothing.

    Edit plans refer to files by name; there names count.
    """
    values = request.model_dump(mode="json", exclude={"variant", "licence"})
    if request.edit_plan is None:
        media = [item.sha256 for item in items if item.role == "media"]
        for wish, item in zip(values["media"], media, strict=False):
            wish["file"] = item
    beside = [item.sha256 for item in items if item.role == "subtitles"]
    values |= {item.role: item.sha256 for item in items if item.role in ("background", "music", "voice")}
    return values | ({"subtitles": beside} if beside else {})


def _same(one: SourceMedia, other: SourceMedia) -> bool:
    """Whether two uploads ask for the same video."""
    given, wanted = (
        (
            canonical_request(Request.model_validate(upload.request), upload.items),
            [(i.role, i.sha256) for i in upload.items],
        )
        for upload in (one, other)
    )
    return given == wanted
