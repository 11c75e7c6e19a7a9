"""Notes on where the words of captions come from."""

from pytoon_pipeline.contracts.analysis import Transcriber, Transcript
from pytoon_pipeline.planning.captions.notes import transcript_notes


def test_tags_of_subtitles_are_named() -> None:
    by = Transcriber(engine="subtitles", model="talk.srt", identity="file")
    tags = tuple(f"MAN {n}:" for n in range(7))
    notes = transcript_notes(Transcript(words=(), language="en", transcriber=by, tags=tags), "talk.mp4", captions=True)
    (note,) = [one for one in notes if one.code == "subtitle_tags"]
    assert "“MAN 4:” and 2 more" in note.message
    assert "MAN 5" not in note.message
