"""Subtitle files: what players read from them."""

from pathlib import Path

import pysubs2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytoon_pipeline.contracts.spec.render_spec import SubtitleTrack
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.delivery import subtitles
from pytoon_pipeline.delivery.cues import subtitle_cues
from pytoon_pipeline.media.subtitles import read
from pytoon_pipeline_tests.harness.segments import spec
from pytoon_pipeline_tests.harness.spoken import screen, talk

NTSC = FrameRate(numerator=30000, denominator=1001)
WORDS = st.lists(
    st.tuples(st.text("abc7.,ü今", min_size=1, max_size=9), st.integers(0, 40), st.integers(3, 40)), min_size=1
)


def test_braces_and_angle_brackets_stay(tmp_path: Path) -> None:
    paths = subtitles.write(spec(text="say {this} & <that>"), tmp_path)
    assert paths["srt"].read_text() == "1\n00:00:01,200 --> 00:00:02,320\nsay {this} & <that>\n"
    assert paths["vtt"].read_text() == "WEBVTT\n\n00:00:01.200 --> 00:00:02.320\nsay {this} &amp; &lt;that&gt;\n"


def test_each_language_has_files_of_its_own(tmp_path: Path) -> None:
    plan = spec(text="Good morning")
    (cue,) = plan.captions.cues
    words = (cue.words[0].model_copy(update={"text": "Guten Tag"}),)
    track = SubtitleTrack(language="de", cues=(cue.model_copy(update={"words": words}),))
    plan = plan.model_copy(update={"captions": plan.captions.model_copy(update={"tracks": (track,)})})
    paths = subtitles.write(plan, tmp_path)
    assert list(paths) == ["srt", "vtt", "de.srt", "de.vtt"]
    assert "Good morning" in paths["srt"].read_text()
    assert "Guten Tag" in paths["de.srt"].read_text()
    assert paths["de.vtt"].read_text().startswith("WEBVTT")


def test_a_video_without_text_has_no_files(tmp_path: Path) -> None:
    assert subtitles.write(screen(), tmp_path) == {}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", subtitles.FORMATS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS)
def test_players_read_what_was_written(ending: str, words: list, tmp_path: Path) -> None:
    plan = talk(words, NTSC)
    cues, path = subtitle_cues(plan), subtitles.write(plan, tmp_path)[ending]
    parsed = pysubs2.load(str(path), format_=ending)
    assert [event.plaintext for event in parsed] == ["\n".join(cue.lines) for cue in cues]
    # A frame is shown from its time on: rounded down, that is less than a millisecond before.
    frame = 1 / float(NTSC.fraction)
    for event, cue in zip(parsed, cues, strict=True):
        assert [round(event.start / 1000 / frame), round(event.end / 1000 / frame)] == [cue.start, cue.end]
        assert 0 <= cue.start * frame - event.start / 1000 < 0.001
    assert [one.text for one in read(path)] == [" ".join(cue.lines) for cue in cues]
