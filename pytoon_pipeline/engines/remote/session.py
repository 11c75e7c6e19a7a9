"""One job on the server, from submitting it to storing its results."""

import json
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from pathlib import Path

from pydantic import ValidationError

from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.engines.protocol import JobRequest, NamedFile
from pytoon_pipeline.engines.remote.client import ConnectionLost, EngineClient, protocol_error
from pytoon_pipeline.rendering.stages import SEGMENT, THUMBNAIL, Progress
from pytoon_pipeline.store.fingerprint import canonical, fingerprint, hash_files
from pytoon_pipeline.store.stages import StageKey
from pytoon_pipeline.store.store import Store

# For each stage: the file roles of its artifacts, and the parameter that is also their value.
FILES = {SEGMENT.name: {"video", "frame_stats", "contact_sheet"}, THUMBNAIL.name: {"thumbnail", "tiny", "small"}}
VALUE = {SEGMENT.name: "frames", THUMBNAIL.name: "frame"}

# Files that are fetched at once: they are small, and each request waits for the network.
FETCHES = 4

log = logging.getLogger("pytoon.remote")


class RemoteSession:
    """A job and its progress. Each attempt resumes from there: the server reports missing files and the job's state.

    When the session is ``finished``, ``artifacts`` are the results of ``keys`` and are in the store with their files.
    ``progress`` receives the number of finished frames and the total, as the server counts them.
    """

    def __init__(
        self,
        store: Store,
        scratch: Path,
        client: EngineClient,
        job: JobRequest,
        keys: Sequence[StageKey],
        progress: Progress,
        chunk_bytes: int,
    ) -> None:
        self.artifacts: tuple[Artifact, ...] = ()
        self.finished = False
        self._store, self._scratch, self._client = store, scratch, client
        self._job, self._keys, self._progress, self._chunk_bytes = job, keys, progress, chunk_bytes
        self._id, self._files = job.id, job.files
        # How often there was progress, the bytes transferred of each file, and the last event with its finished frames.
        self._progress_count = 0
        self._offsets: dict[str, int] = {}
        self._last_event = self._ready = 0

    def resume(self) -> None:
        """Continues to the end, or until the connection breaks.

        Raises ``ConnectionLost`` when it breaks without any progress, and all errors of the server.
        """
        before = self._progress_count
        try:
            self.artifacts = self.artifacts or self._render_remotely()
            self._fetch_all()
            self.finished = True
        except ConnectionLost as error:
            # The server may have restarted: ask again what it has.
            self.artifacts = ()
            if self._progress_count == before:
                raise
            log.info("remote engine: resuming", extra={"event": "remote_dropped", "code": error.code})

    def _render_remotely(self) -> tuple[Artifact, ...]:
        status = self._client.submit(self._job)
        if status.missing:
            for name in status.missing:
                if name not in self._files:
                    raise protocol_error("it requested a file that is not part of the job")
                self._send(self._files[name])
            status = self._client.submit(self._job)
        if status.missing:
            raise ConnectionLost(
                "remote_unreachable", "The remote engine lost uploaded files.", "They are uploaded again automatically."
            )
        return self._validated(self._follow_events())

    def _send(self, file: NamedFile) -> None:
        with self._store.path(file).open("rb") as source:
            offset, complete = self._client.upload_progress(file)
            while not complete:
                self._record_progress(file, offset)
                source.seek(offset)
                offset, complete = self._client.send_chunk(file, offset, source.read(self._chunk_bytes))
        self._record_progress(file, file.bytes)

    def _follow_events(self) -> tuple[Artifact, ...]:
        for event in self._client.events(self._id, self._last_event):
            if event is None:
                self._progress_count += 1
                continue
            self._last_event = event.n
            if event.error is not None:
                self._last_event = 0
                raise event.error.to_error()
            if event.artifacts is not None:
                return event.artifacts
            if event.ready is not None and event.total and event.ready > self._ready:
                self._progress_count += 1
                self._ready = event.ready
                self._progress(self._ready, event.total)
        raise ConnectionLost(
            "remote_unreachable",
            "The event stream of the remote engine ended early.",
            "Pytoon reconnects automatically.",
        )

    def _validated(self, artifacts: tuple[Artifact, ...]) -> tuple[Artifact, ...]:
        """Raises ``DependencyMissing`` for any other results than requested. Tools may differ; they are recorded."""
        if len(artifacts) != len(self._keys):
            raise protocol_error("it returned a different number of results than requested")
        for artifact, key in zip(artifacts, self._keys, strict=True):
            stage = key.stage
            if (artifact.stage, artifact.version, artifact.inputs) != (stage.name, stage.version, key.inputs):
                raise protocol_error("it returned results that were not requested")
            if artifact.parameters != json.loads(canonical(key.parameters)):
                raise protocol_error("it returned results that were not requested")
            expected = fingerprint(stage.name, stage.version, artifact.inputs, artifact.parameters, artifact.tools)
            value = {VALUE[stage.name]: key.parameters[VALUE[stage.name]]}
            if (
                artifact.fingerprint != expected
                or artifact.value != value
                or artifact.files.keys() != FILES[stage.name]
            ):
                raise protocol_error("its results are inconsistent")
            try:
                for file in artifact.files.values():
                    NamedFile.model_validate(file.model_dump())
            except ValidationError as error:
                raise protocol_error("a file name is not a SHA-256 hash") from error
        return artifacts

    def _fetch_all(self) -> None:
        files = {file.sha256: file for artifact in self.artifacts for file in artifact.files.values()}
        missing = [
            NamedFile(sha256=one.sha256, bytes=one.bytes) for one in files.values() if not self._store.verify(one)
        ]
        with ThreadPoolExecutor(FETCHES, thread_name_prefix="fetch") as pool:
            # Each in the context of this thread, so that it stops with it.
            fetching = [pool.submit(copy_context().run, self._fetch, file) for file in missing]
            try:
                for one in as_completed(fetching):
                    one.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        for artifact in self.artifacts:
            self._store.put_artifact(artifact)

    def _fetch(self, file: NamedFile) -> None:
        path = self._scratch / file.sha256
        with path.open("ab") as out:
            if out.tell() < file.bytes:
                for chunk in self._client.fetch(file, out.tell()):
                    out.write(chunk)
                    self._record_progress(file, out.tell())
                    if out.tell() > file.bytes:
                        break
            size = out.tell()
        if size < file.bytes:
            raise ConnectionLost(
                "remote_unreachable",
                "The remote engine sent only part of a file.",
                "The download resumes automatically.",
            )
        if size > file.bytes or hash_files(path) != file.sha256:
            path.unlink()
            raise TransientError(
                "remote_damaged",
                "A file from the remote engine arrived damaged.",
                "It is downloaded again automatically.",
            )
        self._store.adopt(path)

    def _record_progress(self, file: NamedFile, offset: int) -> None:
        if offset > self._offsets.get(file.sha256, 0):
            self._progress_count += 1
            self._offsets[file.sha256] = offset
