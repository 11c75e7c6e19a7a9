"""The transcript of an upload: reading it, and storing what people change in it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pytoon_pipeline.analysis.results import CorrectedByItem, MetadataByItem
from pytoon_pipeline.analysis.stages.correction import TranscriptCorrection, stored_edits
from pytoon_pipeline.analysis.transcript.applying import apply_all
from pytoon_pipeline.analysis.transcript.document import MAX_BYTES, edited_sentences, write_document
from pytoon_pipeline.analysis.transcript.files import Source, edits_of_file
from pytoon_pipeline.catalog.finding import find_key
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.analysis import CorrectedTranscript, merged_changes
from pytoon_pipeline.contracts.errors import DependencyMissing, InvalidInput
from pytoon_pipeline.contracts.media import SPEAKING, SourceItem
from pytoon_pipeline.contracts.transcript_edits import TranscriptEdit, TranscriptEdits
from pytoon_pipeline.contracts.transcript_results import Sentence, SourceTranscript, TranscriptResult
from pytoon_pipeline.intake.ingest import KEY_DIGITS
from pytoon_pipeline.runtime.files import check_file
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.scratch import scratch_dir
from pytoon_pipeline.store.items import item_artifacts
from pytoon_pipeline.store.opening import open_store

EDITS_NAME = "edits.json"
Edits = Mapping[str, tuple[TranscriptEdit, ...]]


class _Transcripts:
    """The transcripts of an upload as they were last computed, and the lengths of its files. Raises ``InvalidInput``
    for an upload without any.
    """

    def __init__(self, home: Home, name: str) -> None:
        self.home, self.store = home, open_store(home)
        self.key, self.uploads = find_key(home, name), Uploads(home)
        self.upload = self.uploads.get(self.key)
        self.name = self.uploads.name(self.key)
        try:
            corrected = self.store.latest(TranscriptCorrection.stage.name, self.key)
            known = CorrectedByItem.of(corrected, item_artifacts(self.store, corrected)).values
            # A clip in which nobody talks was not transcribed.
            self.found = {item: one for item, one in known.items() if one.words or one.transcriber is not None}
            metadata = self.store.latest("metadata", self.key)
            probed = MetadataByItem.of(metadata, item_artifacts(self.store, metadata)).values
        except DependencyMissing:
            self.found, probed = {}, {}
        if not self.found:
            raise InvalidInput(
                "no_transcript",
                f"“{self.name}” has no transcript.",
                f"Talking videos and voice-overs get one when they are rendered: pytoon render {self.path}",
            )
        self.seconds = {item: probed[item].audio_seconds for item in self.found}

    @property
    def path(self) -> str:
        """What a person rendered, for another rendering."""
        places = [Path(item.path) for item in self.upload.items if item.role == "media" and item.path]
        if not places:
            return "PATH"
        return str(places[0] if len(places) == 1 else places[0].parent)

    def items(self) -> Iterator[SourceItem]:
        """The files that have a transcript, each content once."""
        by_content = {item.sha256: item for item in reversed(self.upload.items) if item.role in SPEAKING}
        return (item for item in reversed(by_content.values()) if item.sha256 in self.found)


def transcript(home: Home, name: str) -> TranscriptResult:
    """The transcripts of the upload that ``name`` stands for. Raises ``InvalidInput``."""
    known = _Transcripts(home, name)
    return _result(known, _edits(known), changed=False)


def apply_file(home: Home, name: str, path: Path) -> TranscriptResult:
    """Stores what a transcript, a subtitle file or a JSON file changes. Raises ``InvalidInput``; nothing is stored
    then.
    """
    check_file(path)
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    return apply_bytes(home, name, data, path.name)


def apply_bytes(home: Home, name: str, data: bytes, file: str) -> TranscriptResult:
    """Stores what the bytes of a file of this name change. Raises as ``apply_file``."""
    known = _Transcripts(home, name)
    sources = {
        item: Source(one.before_edits, known.seconds[item], one.disfluencies) for item, one in known.found.items()
    }
    before = _edits(known)
    new = edits_of_file(data, file, sources)
    edits = before | {item: _with_unseen(one, before.get(item, ()), known.found[item]) for item, one in new.items()}
    edits = {item: one for item, one in edits.items() if one}
    for item, one in edits.items():
        _check(known.found[item], one)
    if edits != before:
        _store(known, edits)
    return _result(known, edits, changed=edits != before)


def _edits(known: _Transcripts) -> dict[str, tuple[TranscriptEdit, ...]]:
    return {item: one for item, one in stored_edits(known.store, known.upload).items() if item in known.found}


def _with_unseen(
    new: Sequence[TranscriptEdit], before: Sequence[TranscriptEdit], transcript: CorrectedTranscript
) -> tuple[TranscriptEdit, ...]:
    """New edits, and those made before in speech that this video cannot show and its transcript does not have."""
    kept = [edit for edit in before if not _is_seen(edit, transcript)]
    kept = [edit for edit in kept if not any(one.start < edit.end and edit.start < one.end for one in new)]
    return tuple(sorted((*new, *kept), key=lambda edit: edit.start))


def _is_seen(edit: TranscriptEdit, transcript: CorrectedTranscript) -> bool:
    """Whether an edit is in speech that was transcribed."""
    if transcript.transcribed is None:
        return True
    spans = [one.span for one in transcript.transcribed]
    spans += [(word.start, word.end) for word in transcript.before_edits]
    return any(start < edit.end and edit.start < end for start, end in spans)


def _check(transcript: CorrectedTranscript, edits: Sequence[TranscriptEdit]) -> None:
    """Raises ``InvalidInput`` for edits that leave no word."""
    if transcript.before_edits and not apply_all(transcript.before_edits, transcript.disfluencies, edits).words:
        raise InvalidInput(
            "transcript_invalid",
            "The transcript cannot be applied: nothing would be left of the video.",
            "Keep at least one sentence.",
        )


def _store(known: _Transcripts, edits: Edits) -> None:
    """Replaces the edits of an upload and of its variants, which share its media."""
    record = TranscriptEdits(items=dict(edits))
    with scratch_dir(known.home.work) as scratch:
        written = scratch / EDITS_NAME
        written.write_text(json.dumps(record.model_dump(mode="json"), ensure_ascii=False, sort_keys=True))
        file = known.store.put(written)
    item = SourceItem(name=EDITS_NAME, sha256=file.sha256, bytes=file.bytes, role="edits")
    digits = known.key[:KEY_DIGITS]
    for key, upload in known.uploads.all().items():
        if not key.startswith(digits):
            continue
        others = [one for one in upload.items if one.role != "edits"]
        items = (*others, item) if edits else tuple(others)
        known.uploads.register(upload.model_copy(update={"items": items}), pending=False)


def _result(known: _Transcripts, edits: Edits, changed: bool) -> TranscriptResult:
    sources = tuple(_source(item, known, edits.get(item.sha256, ())) for item in known.items())
    texts = (
        write_document(one.file, one.sha256, one.seconds, _edited(known.found[one.sha256], one.edits))
        for one in sources
    )
    return TranscriptResult(
        key=known.key,
        name=known.name,
        title=known.upload.title,
        path=known.path,
        sources=sources,
        text="\n".join(texts),
        changed=changed,
    )


def _source(item: SourceItem, known: _Transcripts, edits: Sequence[TranscriptEdit]) -> SourceTranscript:
    edited = _edited(known.found[item.sha256], edits)
    return SourceTranscript(
        file=item.name,
        sha256=item.sha256,
        seconds=known.seconds[item.sha256],
        language=edited.language,
        transcriber=edited.transcriber,
        timing=edited.timing,
        sentences=tuple(_sentences(edited)),
        edits=tuple(edits),
        changes=edited.changes,
        cuts=edited.cuts,
        unfitting=edited.unfitting,
    )


def _edited(found: CorrectedTranscript, edits: Sequence[TranscriptEdit]) -> CorrectedTranscript:
    """The transcript with ``edits`` in place of those with which it was computed."""
    applied = apply_all(found.before_edits, found.disfluencies, [edit for edit in edits if _is_seen(edit, found)])
    return found.model_copy(
        update={
            "words": tuple(applied.words),
            "cuts": tuple(applied.cuts),
            "changes": merged_changes(found.corrections, applied.changes),
            "unfitting": tuple(applied.unfitting),
        }
    )


def _sentences(found: CorrectedTranscript) -> Iterable[Sentence]:
    for words in edited_sentences(found):
        text = " ".join(word.text for word in words)
        yield Sentence(start=words[0].start, end=words[-1].end, text=text, words=words)
