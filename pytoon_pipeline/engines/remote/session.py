"""One order at the server, from giving it to having all that it made."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from pytoon_pipeline.contracts.artifact import Artifact
from pytoon_pipeline.contracts.errors import TransientError
from pytoon_pipeline.engines.protocol import NamedFile, RenderJob
from pytoon_pipeline.engines.remote.client import ConnectionLost, EngineClient, protocol_error
from pytoon_pipeline.rendering.stages import SEGMENT, THUMBNAIL, Progress
from pytoon_pipeline.store.fingerprint import canonical, fingerprint, hash_files
from pytoon_pipeline.store.stages import StageKey
from pytoon_pipeline.store.store import Store

# What artifacts of a stage hold: the files, and the number that is their value and one of the parameters.
FILES = {SEGMENT.name: {"video", "frame_stats", "sheet"}, THUMBNAIL.name: {"thumbnail", "tiny", "small"}}
VALUE = {SEGMENT.name: "frames", THUMBNAIL.name: "frame"}

log = logging.getLogger("pytoon.remote")


class RemoteSession:
    """Knows how far it has come. Every try goes on from there: the server says what it lacks and how the order stands.

    ``artifacts`` are what ``keys`` give, once it is ``finished``; then they and their files are in the store.
    ``progress`` hears how many of them are ready.
    """

    def __init__(
        self,
        store: Store,
        scratch: Path,
        client: EngineClient,
        order: RenderJob,
        keys: Sequence[StageKey],
        progress: Progress,
        chunk: int,
    ) -> None:
        self.artifacts: tuple[Artifact, ...] = ()
        self.finished = False
        self._store, self._scratch, self._client = store, scratch, client
        self._job, self._keys, self._progress, self._chunk_bytes = order, keys, progress, chunk
        self._id, self._files = order.id, order.files
        # How often it got on; how much of each file is there; which event was heard last, and what it said.
        self._progress_count = 0
        self._offsets: dict[str, int] = {}
        self._last_event = self._ready = 0

    def resume(self) -> None:
        """Goes on to the end, or until the connection breaks. Raises ``Dropped`` when it broke and nothing was gained,
        and all that the server raises.
        """
        before = self._progress_count
        try:
            self.artifacts = self.artifacts or self._render_remotely()
            self._fetch_all()
            self.finished = True
        except ConnectionLost as dropped:
            # The server may have begun anew: it is asked again what it has.
            self.artifacts = ()
            if self._progress_count == before:
                raise
            log.info("remote engine: going on", extra={"event": "remote_dropped", "code": dropped.code})

    def _render_remotely(self) -> tuple[Artifact, ...]:
        state = self._client.submit(self._job)
        if state.missing:
            for name in state.missing:
                if name not in self._files:
                    raise protocol_error("it wants a file that the order does not name")
                self._send(self._files[name])
            state = self._client.submit(self._job)
        if state.missing:
            raise ConnectionLost(
                "remote_unreachable", "The remote engine lost files that it had.", "They are sent again."
            )
        return self._checked(self._follow_events())

    def _send(self, file: NamedFile) -> None:
        with self._store.path(file).open("rb") as source:
            at, whole = self._client.upload_progress(file)
            while not whole:
                self._record_progress(file, at)
                source.seek(at)
                at, whole = self._client.send_chunk(file, at, source.read(self._chunk_bytes))
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
            if event.ready is not None and event.ready > self._ready:
                self._progress_count += 1
                self._ready = event.ready
                self._progress(self._ready, len(self._keys))
        raise ConnectionLost(
            "remote_unreachable", "The remote engine stopped telling how it goes.", "It is asked again."
        )

    def _checked(self, artifacts: tuple[Artifact, ...]) -> tuple[Artifact, ...]:
        """Raises ``DependencyMissing`` for anything but what was asked for. Tools may differ: they stay recorded."""
        if len(artifacts) != len(self._keys):
            raise protocol_error("it made another number of parts")
        for artifact, key in zip(artifacts, self._keys, strict=True):
            stage = key.stage
            if (artifact.stage, artifact.version, artifact.inputs) != (stage.name, stage.version, key.inputs):
                raise protocol_error("it made something else")
            if artifact.parameters != json.loads(canonical(key.parameters)):
                raise protocol_error("it made something else")
            named = fingerprint(stage.name, stage.version, artifact.inputs, artifact.parameters, artifact.tools)
            value = {VALUE[stage.name]: key.parameters[VALUE[stage.name]]}
            if artifact.fingerprint != named or artifact.value != value or artifact.files.keys() != FILES[stage.name]:
                raise protocol_error("its results contradict themselves")
            try:
                for file in artifact.files.values():
                    NamedFile.model_validate(file.model_dump())
            except ValidationError as error:
                raise protocol_error("a file has no proper name") from error
        return artifacts

    def _fetch_all(self) -> None:
        for artifact in self.artifacts:
            for file in artifact.files.values():
                if not self._store.verify(file):
                    self._fetch(NamedFile(sha256=file.sha256, bytes=file.bytes))
            self._store.put_artifact(artifact)

    def _fetch(self, file: NamedFile) -> None:
        part = self._scratch / file.sha256
        with part.open("ab") as out:
            if out.tell() < file.bytes:
                for chunk in self._client.fetch(file, out.tell()):
                    out.write(chunk)
                    self._record_progress(file, out.tell())
                    if out.tell() > file.bytes:
                        break
            size = out.tell()
        if size < file.bytes:
            raise ConnectionLost(
                "remote_unreachable", "The remote engine sent only a part of a file.", "It is asked again."
            )
        if size > file.bytes or hash_files(part) != file.sha256:
            part.unlink()
            raise TransientError(
                "remote_damaged", "A file came from the remote engine damaged.", "It is fetched again."
            )
        self._store.adopt(part)

    def _record_progress(self, file: NamedFile, reached: int) -> None:
        if reached > self._offsets.get(file.sha256, 0):
            self._progress_count += 1
            self._offsets[file.sha256] = reached
