"""Files that people apply to a transcript: its text, subtitles, or JSON with edits or segments."""

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from pytoon_pipeline.analysis.transcript.applying import with_keeps
from pytoon_pipeline.analysis.transcript.difference import covered_seconds, edits_of_document, edits_of_subtitles
from pytoon_pipeline.analysis.transcript.document import MAX_BYTES, Section, read_document
from pytoon_pipeline.contracts.analysis import Disfluency, Word
from pytoon_pipeline.contracts.transcript_edits import TranscriptEdit, checked_edits, refused, word_problem
from pytoon_pipeline.media import subtitles

MAX_TIME = 1e6


class Source(NamedTuple):
    """What a file is applied to: the words of a source, its length in seconds, and what rules cut out of it."""

    words: Sequence[Word]
    seconds: float
    disfluencies: Sequence[Disfluency] = ()


# By the SHA-256 of the source.
Sources = Mapping[str, Source]


def edits_of_file(data: bytes, name: str, sources: Sources) -> dict[str, tuple[TranscriptEdit, ...]]:
    """The edits in a file called ``name``, by the SHA-256 of their source.

    A file that does not say which source it belongs to needs an upload with a single one. Raises ``InvalidInput`` for a
    file that cannot be used as a whole; nothing of it is applied then.
    """
    if len(data) > MAX_BYTES:
        raise refused(f"{name[:80]} is larger than {MAX_BYTES / 1e6:g} MB", "Apply the transcript of one video.")
    suffix = PurePath(name).suffix.lower()
    if suffix in subtitles.SUFFIXES:
        item, words, seconds = _only(sources, name)
        cues = [(cue.start, cue.end, cue.text) for cue in subtitles.parse(data, name)]
        return {item: edits_of_subtitles(cues, words, seconds)}
    if suffix == ".json":
        return _edits_of_json(data, name, sources)
    found = {}
    for section in read_document(data, name):
        item = _owner(section, sources, name)
        if item in found:
            raise refused(f"{name[:80]} has two transcripts of the same source", "Keep one of them.")
        source = sources[item]
        edits = edits_of_document(section, source.words, source.seconds)
        start, end = covered_seconds(section, source.words)
        found[item] = with_keeps(edits, [one for one in source.disfluencies if one.overlaps(start, end)])
    return found


def _edits_of_json(data: bytes, name: str, sources: Sources) -> dict[str, tuple[TranscriptEdit, ...]]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise refused(f"{name[:80]} is not valid JSON", "Save it as JSON in UTF-8.") from error
    if not isinstance(document, Mapping) or not {"items", "edits", "segments"} & set(document):
        raise refused(f"{name[:80]} has neither edits nor segments", "docs/transcripts.md shows the format.")
    if isinstance(document.get("items"), Mapping):
        unknown = [item for item in document["items"] if item not in sources]
        if unknown:
            raise _other_upload(name)
        return {item: checked_edits(edits, sources[item].seconds) for item, edits in document["items"].items()}
    item, words, seconds = _only(sources, name)
    if "edits" in document:
        return {item: checked_edits(document["edits"], seconds)}
    return {item: edits_of_subtitles(_segments(document["segments"]), words, seconds)}


def _segments(values: object) -> list[tuple[float, float, str]]:
    """Start, end and text of the segments of a transcript in JSON, as recognisers write it."""
    if not isinstance(values, list) or not values:
        raise refused("segments is not a list of objects", "docs/transcripts.md shows the format.")
    found: list[tuple[float, float, str]] = []
    for number, value in enumerate(values, 1):
        fields = value if isinstance(value, Mapping) else {}
        start, end, text = (fields.get(field) for field in ("start", "end", "text"))
        if not (isinstance(start, int | float) and isinstance(end, int | float) and isinstance(text, str)):
            raise refused(f"segment {number} has no start, end and text", "Correct this segment, or remove it.")
        if not 0 <= start < end < MAX_TIME:
            raise refused(f"segment {number} does not end after its start", "Correct this segment, or remove it.")
        if found and start < found[-1][0]:
            raise refused(f"segment {number} begins before the one before it", "Sort the segments by time.")
        for reason in filter(None, map(word_problem, text.split())):
            raise refused(f"segment {number}: {reason}", "Correct this segment, or remove it.")
        found.append((float(start), float(end), text))
    return found


def _owner(section: Section, sources: Sources, name: str) -> str:
    """The source that a section belongs to. Raises ``InvalidInput`` for one of another upload."""
    if section.digits is None:
        return _only(sources, name)[0]
    for item in sources:
        if item.startswith(section.digits):
            return item
    raise _other_upload(name)


def _only(sources: Sources, name: str) -> tuple[str, Sequence[Word], float]:
    if len(sources) != 1:
        reason = f"{name[:80]} does not say to which of {len(sources)} clips it belongs"
        raise refused(reason, "Keep the lines “# source: …” of the exported transcript.")
    ((item, source),) = sources.items()
    return item, source.words, source.seconds


def _other_upload(name: str) -> Exception:
    return refused(f"{name[:80]} belongs to another video", "Export the transcript of this video, and change that.")
