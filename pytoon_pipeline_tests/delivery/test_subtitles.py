"""Captions as subtitle files."""

from pathlib import Path

from pytoon_pipeline.delivery import subtitles
from pytoon_pipeline_tests.harness.segments import spec


def test_captions_are_written_as_srt_and_webvtt(tmp_path: Path) -> None:
    paths = subtitles.write(spec(text="say {this} & <that>"), tmp_path)
    assert "00:00:01,200 --> 00:00:01,800\nsay {this} & <that>" in paths["srt"].read_text()
    vtt = paths["vtt"].read_text()
    assert vtt.startswith("WEBVTT\n\n00:00:01.200 --> 00:00:01.800\nsay {this} &amp; &lt;that&gt;")
