"""Words through the whole graph: from subtitles to captions, and into the manifest."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pytoon_pipeline.analysis.speech import transcribers
from pytoon_pipeline.analysis.speech.choice import Choice
from pytoon_pipeline.contracts.manifest import Manifest
from pytoon_pipeline.defs.running import Outcome
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline_tests.harness.media import run, video

pytestmark = pytest.mark.usefixtures("quick_encoder")
SRT = "1\n00:00:00,200 --> 00:00:01,200\nGood morning\n\n2\n00:00:01,300 --> 00:00:02,200\nholy shit\n"


@pytest.mark.parametrize("where", ["track", "beside"])
def test_subtitles_become_captions_without_any_transcriber(
    where: str, compile_file: Callable[..., Outcome], home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcribers, "transcribe", lambda *_: pytest.fail("recognised"))
    subtitles, clip = tmp_path / "talk.srt", video(tmp_path / "talk.mp4", 2.4)
    subtitles.write_text(SRT)
    if where == "track":
        clip = tmp_path / "with track.mp4"
        run("-i", str(tmp_path / "talk.mp4"), "-i", str(subtitles), "-map", "0", "-map", "1", "-c", "copy",
            "-c:s", "mov_text", str(clip))  # fmt: skip
    compile_file(clip)
    (path,) = home.outbox.rglob("manifest.json")
    manifest = Manifest.model_validate(json.loads(path.read_text()))
    assert manifest.transcriber is not None
    assert manifest.transcriber.engine == "subtitles"
    assert manifest.transcriber.model == ("talk.srt" if where == "beside" else "mov_text track 2")
    shown = " ".join(cue.text for cue in manifest.spec.captions.cues)
    assert shown == "Good morning holy shit", "written text is not masked"
    (srt,) = home.outbox.rglob("*.srt")
    assert "Good morning" in srt.read_text()
    assert any(note.code == "subtitles_used" for note in manifest.spec.notes)
    (stage,) = [one for one in manifest.stages if one.name == "transcription_of_item"]
    assert stage.device == "cpu"


def test_a_transcript_beside_the_clip_changes_captions_and_cuts_picture_and_sound_alike(
    compile_file: Callable[..., Outcome], home: Home, tmp_path: Path
) -> None:
    clip = video(tmp_path / "talk.mp4", 2.4)
    (tmp_path / "talk.srt").write_text(SRT)
    beside = tmp_path / "talk.transcript.txt"
    beside.write_text("# source: 00000000, 0:00.00 to 0:02.40\n[0:00.20] Good evening\n")
    with pytest.raises(AssertionError, match="belongs to another video"):
        compile_failed(compile_file, clip)
    beside.write_text("[0:00.20] Good evening\n[0:01.30] [[holy shit]]\n")
    compile_file(clip)
    beside.write_text("[0:00.20] Good morning\n[0:01.75] shit\n")
    compile_file(clip)
    first, second = (
        Manifest.model_validate(json.loads(path.read_text())) for path in sorted(home.outbox.rglob("manifest.json"))
    )
    assert [" ".join(cue.text for cue in one.spec.captions.cues) for one in (first, second)] == [
        "Good evening", "Good morning shit"
    ]  # fmt: skip
    (changes,) = first.corrections.values()
    assert next((one.old, one.new) for one in changes.changes) == ("morning", "evening")
    (cut,) = next(iter(second.corrections.values())).cuts
    assert cut.text == "holy"
    assert any(note.code == "speech_cut" for note in second.spec.notes)
    rate = second.spec.rate
    (track,) = (one for one in second.spec.audio.tracks if one.role == "original")
    pictures = [(one.start, one.layers[-1].source_start) for one in second.spec.scenes]
    sounds = [(one.start, one.source_start) for one in track.clips]
    assert [(rate.sample(a, 48_000), rate.sample(b, 48_000)) for a, b in pictures] == sounds


def compile_failed(compile_file: Callable[..., Outcome], clip: Path) -> None:
    outcome = compile_file(clip)
    assert outcome.error is None, outcome.error.message


def test_the_device_of_a_stage_is_in_the_manifest(
    compile_file: Callable[..., Outcome], home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pytoon_pipeline.contracts.analysis import Transcript

    def transcript(choice: Choice, *_: object) -> Transcript:
        return Transcript(words=(), language="en", transcriber=choice.transcriber, rejected_words=7,
                          device="cuda:0 Test GPU", precision="float16", device_fallback="it was tired")  # fmt: skip

    monkeypatch.setattr(transcribers, "transcript", transcript)
    compile_file(video(tmp_path / "talk.mp4", 1.2))
    (path,) = home.outbox.rglob("manifest.json")
    manifest = Manifest.model_validate(json.loads(path.read_text()))
    used = {(one.device, one.precision) for one in manifest.stages if one.name.startswith("transcription")}
    assert used == {("cuda:0 Test GPU", "float16")}
    codes = {note.code for note in manifest.spec.notes}
    assert {"captions_unreliable", "device_fallback"} <= codes


def test_unused_subtitles_are_noted(compile_file: Callable[..., Outcome], home: Home, tmp_path: Path) -> None:
    clip = video(tmp_path / "silent.mp4", 1.2, sound=False)
    (tmp_path / "silent.SRT").write_text(SRT)
    compile_file(clip)
    (path,) = home.outbox.rglob("manifest.json")
    codes = {note.code for note in Manifest.model_validate(json.loads(path.read_text())).spec.notes}
    assert "subtitles_unused" in codes
