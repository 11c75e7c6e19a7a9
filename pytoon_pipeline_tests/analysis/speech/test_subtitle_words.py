"""Subtitles of a file's own, and beside it: read, and used before any transcriber."""

from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.analysis.speech import subtitle_words
from pytoon_pipeline.contracts.analysis import Transcriber
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.media import subtitles
from pytoon_pipeline.media.subtitles import SubtitleCue, SubtitleTrack
from pytoon_pipeline_tests.harness.media import run, video

RATE = 16_000
SRT = """1
00:00:00,500 --> 00:00:01,500
<i>Good {morning}</i>,
you & me

2
00:00:01,400 --> 00:00:02,000
今日 ok
"""
VTT = "WEBVTT\n\n00:00.500 --> 00:01.500\n<b>Good</b> {morning},\nyou &amp; me\n\n00:01.400 --> 00:02.000\n今日 ok\n"
SAID = [(0.5, 1.4), (1.4, 2.0)]


def sounding(*loud: tuple[float, float], seconds: float = 4.0) -> np.ndarray:
    samples = np.zeros(int(seconds * RATE), np.int16)
    for start, end in loud:
        count = int(end * RATE) - int(start * RATE)
        samples[int(start * RATE) : int(end * RATE)] = np.random.default_rng(1).normal(0, 3000, count)
    return samples


@pytest.mark.parametrize(("name", "text"), [("a.srt", SRT), ("b.vtt", VTT)])
def test_subtitle_files_are_read(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8-sig")
    lines = subtitles.read(tmp_path / name)
    assert [(line.start, line.end) for line in lines] == [pytest.approx(one) for one in SAID]
    assert [line.text for line in lines] == ["Good {morning}, you & me", "今日 ok"]


@pytest.mark.parametrize("data", [b"", b"no subtitles", b"\xff\xfe\x00", b"1\n00:00:02,000 --> 00:00:01,000\nx\n"])
def test_subtitle_files_without_lines_are_rejected(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_bytes(data)
    with pytest.raises(InvalidInput, match="subtitles_unreadable"):
        subtitles.read(tmp_path / "a.srt")


@pytest.mark.parametrize(
    ("ending", "codec"), [("mp4", "mov_text"), ("mkv", "subrip"), ("mkv", "ass"), ("mkv", "webvtt"), ("webm", "webvtt")]
)
def test_subtitle_tracks_are_read(ending: str, codec: str, tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text("1\n00:00:00,500 --> 00:00:01,400\nGood morning\n\n"
                                    "2\n00:00:01,400 --> 00:00:02,000\nSalut ça va\n")  # fmt: skip
    plain = video(tmp_path / "plain.mkv", 2.5, "64x64")
    made = tmp_path / f"made.{ending}"
    kinds = ["-c:v", "libvpx", "-c:a", "libopus"] if ending == "webm" else ["-c:v", "copy", "-c:a", "aac"]
    run("-i", str(plain), "-i", str(tmp_path / "a.srt"), "-map", "0", "-map", "1", *kinds, "-c:s", codec,
        "-metadata:s:s:0", "language=fra", str(made))  # fmt: skip
    (track,) = subtitles.tracks(made, 0.0)
    assert [line.text for line in track.lines] == ["Good morning", "Salut ça va"]
    assert [(line.start, line.end) for line in track.lines] == [pytest.approx(one, abs=0.03) for one in SAID]
    assert (track.language, track.forced) == ("fra", False)


def track(language: str, *times: tuple[float, float], forced: bool = False) -> SubtitleTrack:
    return SubtitleTrack("t", language, forced, tuple(SubtitleCue(start, end, "words of it") for start, end in times))


def test_only_a_track_that_covers_the_speech_replaces_recognition() -> None:
    samples = sounding((0, 10), seconds=12)
    full, signs = track("eng", (0, 4), (5, 9)), track("eng", (2, 3))
    assert subtitle_words.choose([signs], "eng", samples, RATE) is None
    assert subtitle_words.choose([signs, full], "eng", samples, RATE) == full
    assert subtitle_words.choose([track("eng", (0, 9), forced=True)], "eng", samples, RATE) is None
    german = track("deu", (0, 4), (5, 8))
    assert subtitle_words.choose([full, german], "deu", samples, RATE) == german
    assert subtitle_words.choose([german, full], "", samples, RATE) == full
    assert subtitle_words.choose([], "eng", samples, RATE) is None


def test_words_of_a_line_are_placed_on_its_sound_in_order_and_by_length() -> None:
    samples = sounding((0.5, 1.0), (2.0, 2.5))
    found = subtitle_words.from_file([SubtitleCue(0.4, 2.6, "one three fourteen")], "a.srt", samples, RATE)
    assert [word.text for word in found.words] == ["one", "three", "fourteen"]
    times = [(word.start, word.end) for word in found.words]
    assert times == sorted(times)
    for start, end in times:
        assert any(a - 0.05 <= start < end <= b + 0.05 or end - start <= subtitle_words.MAX_WORD
                   for a, b in ((0.5, 1.0), (2.0, 2.5)))  # fmt: skip
        assert start < 1.05 or start > 1.9
    assert found.words[2].end - found.words[2].start > found.words[0].end - found.words[0].start
    assert found.transcriber == Transcriber(engine="subtitles", model="a.srt", identity="file")


def test_a_line_over_silence_keeps_its_words() -> None:
    found = subtitle_words.from_file([SubtitleCue(1.0, 2.0, "no sound here")], "a.srt", sounding((3.0, 3.5)), RATE)
    assert [word.text for word in found.words] == ["no", "sound", "here"]
    assert found.words[0].start == 1.0


def test_tags_are_no_words() -> None:
    lines = (SubtitleCue(0.5, 1.4, "JOHN: Good morning"), SubtitleCue(1.4, 2.0, "[MUSIC]"))
    found = subtitle_words.from_file(lines, "a.srt", sounding((0.5, 2.0)), RATE)
    assert [word.text for word in found.words] == ["Good", "morning"]
    assert found.words[0].start == pytest.approx(0.5)
    assert found.tags == ("JOHN:", "[MUSIC]")
