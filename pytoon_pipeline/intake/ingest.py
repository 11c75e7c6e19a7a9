"""Ingest: an upload's files go into the store, and the upload into the catalog."""

import hashlib
import re
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, Literal

from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.access import DEFAULT_TENANT
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import Role, SourceItem, SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.intake.folder import FILE_FIELDS
from pytoon_pipeline.intake.outputs import format_suffix
from pytoon_pipeline.intake.uploads import Upload
from pytoon_pipeline.runtime.files import check_files, printable_name
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.store.fingerprint import hash_files, hash_value
from pytoon_pipeline.store.store import Store, run_to_end

IngestOutcome = Literal["new", "changed", "known"]
PreflightSteps = Callable[[Request, Sequence[SourceItem]], Generator[None, None, None]]

KEY_DIGITS = 32
# Digits of the key at the end of a name in the inbox.
DIGITS = 8
SUBMITTED = re.compile(rf"-[0-9a-f]{{{DIGITS}}}(?=\.[^.]+$|$)")


def ingest(home: Home, store: Store, upload: Upload, *, pending: bool) -> tuple[SourceMedia, IngestOutcome]:
    """Stores the files of an upload and registers it. Raises ``InvalidInput``.

    With ``pending``, an upload that is known with an equivalent request stays as it is, under its first title.
    """
    return run_to_end(ingest_in_steps(home, store, upload, pending=pending))


def ingest_in_steps(
    home: Home,
    store: Store,
    upload: Upload,
    *,
    pending: bool,
    preflight: PreflightSteps | None = None,
    admit: Callable[[str, float], None] | None = None,
    tenant: str = DEFAULT_TENANT,
    by: str | None = None,
) -> Generator[None, None, tuple[SourceMedia, IngestOutcome]]:
    """``ingest`` in steps, for files that take longer than the caller has. ``by`` is who asks, for the audit log.

    What ``preflight`` refuses is not registered. Neither is what ``admit`` refuses: it is asked about the key of an
    upload that is not known yet, and the longest that its video may be, in seconds.
    """
    from pytoon_pipeline.media.generators import generation_of

    if upload.request.highlights is not None:
        raise InvalidInput(
            "highlights_by_render",
            "highlights: an upload that is queued cannot have them.",
            "Remove highlights from the request, or render the talk: pytoon render FILE --highlights 3",
        )
    request = upload.request.model_dump(mode="json", exclude_unset=True)
    source = yield from store_upload(store, upload.files, upload.title, request, tenant)
    source = source.model_copy(update={"title": source.title.removesuffix(f"-{source.key[:DIGITS]}") or source.title})
    if preflight is not None:
        yield from preflight(upload.request, source.items)
    registry, uploads = Registry(home), Uploads(home, by)
    for (file, _), item in zip(upload.files, source.items, strict=True):
        registry.note(item, generation_of(file), upload.request.licence)
    asked = source
    while True:
        known = uploads.find(asked.key)
        source = _with_edits(asked, known or uploads.find(asked.key[:KEY_DIGITS]))
        outcome: IngestOutcome = "new" if known is None else "known" if _equivalent(known, source) else "changed"
        if outcome != "known" and admit is not None:
            admit(source.key, upload.request.max_seconds)
        # Another process may have added the same meanwhile; then it is known.
        if (outcome == "known" and pending) or uploads.register_after(known, source, pending=pending):
            return source, outcome


def _with_edits(source: SourceMedia, known: SourceMedia | None) -> SourceMedia:
    """The upload with the edits of transcripts that are known for its media."""
    edits = known.edits if known is not None else None
    return source if edits is None else source.model_copy(update={"items": (*source.items, edits)})


def without_digits(name: str) -> str:
    """The name of an entry of the inbox as people know it: without the digits that ``submit`` adds."""
    return SUBMITTED.sub("", name) or name


def store_upload(
    store: Store, files: Sequence[tuple[Path, Role]], title: str, request: dict[str, Any], tenant: str = DEFAULT_TENANT
) -> Generator[None, None, SourceMedia]:
    """Copies files into the store in steps. Returns the upload that they form; it is not registered yet.

    The key is the first 32 hex digits of SHA-256 over the media bytes in order; for one file that is the hash of the
    file, and without media that of the request. Each tenant but the first has keys of its own for the same files.
    Raises ``InvalidInput`` for what is not a file with content.
    """
    from pytoon_pipeline.media.generators import generation_of

    items, digest = [], hashlib.sha256()
    check_files([path for path, _ in files])
    for path, role in files:
        file = yield from store.put_in_steps(path, *([digest] if role == "media" else []))
        items.append(
            SourceItem(
                name=printable_name(path.name),
                sha256=file.sha256,
                bytes=file.bytes,
                origin="generated" if generation_of(path) else "uploaded",
                role=role,
                path=printable_name(str(path.resolve())),
            )
        )
    content = digest.hexdigest() if any(item.role == "media" for item in items) else hash_value(request)
    if tenant != DEFAULT_TENANT:
        content = hash_value([tenant, content])
    key = _key(content, request)
    return SourceMedia(key=key, tenant=tenant, title=printable_name(title), items=tuple(items), request=request)


def key_of(files: Sequence[tuple[Path, Role]], request: dict[str, Any]) -> str:
    """The key of an upload of these files, without storing them."""
    media = [path for path, role in files if role == "media"]
    return _key(hash_files(*media) if media else hash_value(request), request)


def _key(digest: str, request: dict[str, Any]) -> str:
    parts = (request.get("variant"), format_suffix(request))
    return "-".join([digest[:KEY_DIGITS], *filter(None, parts)])


def canonical_request(request: Request, items: Sequence[SourceItem]) -> dict[str, Any]:
    """The request as it matters for the plan: files by content, so that renaming a file changes nothing.

    Edit plans refer to files by name; there names matter.
    """
    values = request.model_dump(mode="json", exclude={"variant", "licence"})
    if request.edit_plan is None:
        media = [item.sha256 for item in items if item.role == "media"]
        for media_request, sha256 in zip(values["media"], media, strict=False):
            media_request["file"] = sha256
        if request.colours.reference in (names := [entry.file for entry in request.media]):
            values["colours"]["reference"] = names.index(str(request.colours.reference)) + 1
    for name, given in (("logo", request.logo), ("voice", request.voice)):
        if given is not None:
            values[name]["file"] = next((item.sha256 for item in items if item.role == name), given.file)
    voices = [item.sha256 for item in items if item.role == "voice"]
    for number, sha256 in zip(request.item_voices, voices, strict=False):
        values["media"][number]["voice"]["file"] = sha256
    subtitles = [item.sha256 for item in items if item.role in ("subtitles", "transcript", "edits")]
    values |= {item.role: item.sha256 for item in items if item.role in FILE_FIELDS}
    return values | ({"subtitles": subtitles} if subtitles else {})


def _equivalent(one: SourceMedia, other: SourceMedia) -> bool:
    """Whether two uploads ask for the same video."""
    first, second = (
        (
            canonical_request(Request.model_validate(upload.request), upload.items),
            [(item.role, item.sha256) for item in upload.items],
        )
        for upload in (one, other)
    )
    return first == second
