"""Videos through the HTTP API: send files, queue a video, follow it, fetch it."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO
from urllib.parse import quote

import httpx
from typing_extensions import Self

from pytoon_pipeline.client.connection import ATTEMPTS, PAUSE_SECONDS, Connection, unreachable
from pytoon_pipeline.client.event_source import events_in
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.events import RenderEvent
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.renders import (
    Render,
    RenderList,
    RenderRequest,
    RenderSummary,
    RequestCheck,
    SignedLink,
    UploadedFile,
)
from pytoon_pipeline.contracts.upload_states import UploadState

# Files above this size are sent in pieces of it, so that a broken connection costs at most one.
PIECE = 8 << 20
TUS = {"Tus-Resumable": "1.0.0"}
POLL_SECONDS = 0.5
# Renders on a page of the list.
PAGE = 100


class Client:
    """The server at ``url`` for the holder of ``key``, which ``pytoon keys create`` prints.

    All methods raise ``ServerError`` for what the server refuses, with its code and hint, and ``TransientError`` when
    it does not answer.
    """

    def __init__(self, url: str, key: str) -> None:
        self._connection = Connection(url, key)
        self._url = url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def upload(self, file: Path) -> UploadedFile:
        """Sends a file. Sending it again gives the same id."""
        if file.stat().st_size <= PIECE:
            answer = self._connection.send("POST", "/v1/uploads", content=file.read_bytes())
            return UploadedFile.model_validate_json(answer.content)
        return self._in_pieces(file)

    def render(self, request: Mapping[str, Any], files: Mapping[str, Path], title: str | None = None) -> Render:
        """Sends files and queues a video of them. The same request of the same files is the same render.

        ``request`` is what a ``request.yaml`` holds; ``files`` are under the names that it uses.
        """
        return self._renders("POST", "", json=self._wanted(request, files, title))

    def check(self, request: Mapping[str, Any], files: Mapping[str, Path]) -> RequestCheck:
        """What a request decides, such as each setting of its preset. Nothing is queued."""
        answer = self._connection.send("POST", "/v1/renders/check", json=self._wanted(request, files, None))
        return RequestCheck.model_validate_json(answer.content)

    def get(self, render: str) -> Render:
        """A render by its id or name."""
        return self._renders("GET", f"/{render}")

    def quality(self, render: str) -> QcReport:
        """What quality control measured of a finished video, and its findings."""
        return QcReport.model_validate_json(self._connection.send("GET", f"/v1/renders/{render}/qc").content)

    def link(self, render: str, file: str, seconds: int = 86400) -> str:
        """The URL of a file of a finished video, for somebody without a key; it works for so many seconds."""
        path = f"/v1/renders/{render}/files/{quote(file, safe='')}/link"
        answer = self._connection.send("POST", path, params={"seconds": str(seconds)})
        return self._url.rstrip("/") + SignedLink.model_validate_json(answer.content).url

    def cancel(self, render: str) -> Render:
        """Ends a render that waits or is in progress."""
        return self._renders("POST", f"/{render}/cancel")

    def retry(self, render: str) -> Render:
        """Queues a failed or cancelled render again."""
        return self._renders("POST", f"/{render}/retry")

    def renders(self, status: UploadState | None = None, **filters: str | float) -> Iterator[RenderSummary]:
        """All renders, the newest first, or those with ``status`` and the other filters of the list."""
        parameters = {name: str(value) for name, value in filters.items()} | {"limit": str(PAGE)}
        if status is not None:
            parameters["status"] = status
        while True:
            page = RenderList.model_validate_json(
                self._connection.send("GET", "/v1/renders", params=parameters).content
            )
            yield from page.renders
            if page.next is None:
                return
            parameters = {**parameters, "cursor": page.next}

    def follow(self, render: str, after: int = 0) -> Iterator[RenderEvent]:
        """The events of a render that follow number ``after``, as they happen, without an end.

        After a broken connection it goes on with the next event: none is lost, none comes twice.
        """
        failures = 0
        while True:
            headers = {"Last-Event-ID": str(after)}
            try:
                with self._connection.stream("GET", f"/v1/renders/{render}/events", headers=headers) as answer:
                    for event in events_in(answer.iter_lines()):
                        after, failures = event.seq, 0
                        yield event
            except httpx.TransportError as error:
                failures += 1
                if failures == ATTEMPTS:
                    raise unreachable(self._url, error) from None
            time.sleep(PAUSE_SECONDS)

    def wait(self, render: str, seconds: float = 3600.0) -> Render:
        """The render when it has ended, whichever way. Raises ``TransientError`` when it has not after ``seconds``."""
        end = time.monotonic() + seconds
        while (found := self.get(render)).status == "waiting":
            if time.monotonic() > end:
                raise TransientError(
                    "not_finished", f"“{found.title}” has not ended after {seconds:g} seconds.", "Wait for longer."
                )
            time.sleep(POLL_SECONDS)
        return found

    def download(self, render: Render, folder: Path) -> list[Path]:
        """Fetches all files of a finished video into ``folder``. Raises ``InvalidInput`` where there is none."""
        if not render.links.files:
            reason = f": {render.reason}" if render.reason else ""
            raise InvalidInput("no_video", f"“{render.title}” has no video{reason}.", "See its status and its error.")
        folder.mkdir(parents=True, exist_ok=True)
        return [self._fetch(link, folder / Path(name).name) for name, link in render.links.files.items()]

    def _fetch(self, link: str, target: Path) -> Path:
        """A file, under its name only when all of it is there."""
        unfinished = target.with_name(f".{target.name}.part")
        with self._connection.stream("GET", link) as answer, unfinished.open("wb") as file:
            try:
                for chunk in answer.iter_bytes():
                    file.write(chunk)
            except httpx.TransportError as error:
                raise unreachable(self._url, error) from None
        return unfinished.replace(target)

    def _renders(self, method: str, path: str, **options: Any) -> Render:
        return Render.model_validate_json(self._connection.send(method, f"/v1/renders{path}", **options).content)

    def _wanted(self, request: Mapping[str, Any], files: Mapping[str, Path], title: str | None) -> dict[str, Any]:
        sent = {name: self.upload(file).id for name, file in files.items()}
        wanted = RenderRequest(title=title, files=sent, request=dict(request))
        return wanted.model_dump(mode="json", exclude_none=True)

    def _in_pieces(self, file: Path) -> UploadedFile:
        """Sends a file by tus, each piece again from where the server has it after a broken connection."""
        size = file.stat().st_size
        begun = self._connection.send("POST", "/v1/uploads/resumable", headers={**TUS, "Upload-Length": str(size)})
        place = begun.headers["location"]
        with file.open("rb") as content:
            while True:
                known = self._connection.send("HEAD", place, headers=TUS).headers
                if found := known.get("pytoon-upload-id"):
                    return UploadedFile(id=found, bytes=size)
                self._piece(place, content, int(known["upload-offset"]))

    def _piece(self, place: str, content: BinaryIO, offset: int) -> None:
        content.seek(offset)
        headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        self._connection.send("PATCH", place, headers=headers, content=content.read(PIECE))
