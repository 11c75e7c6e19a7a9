"""The audio of a video alone: AAC packets as they are, and MP3 that is as loud."""

from hashlib import sha256
from pathlib import Path

import av
import pytest

from pytoon_pipeline.media import loudness
from pytoon_pipeline.rendering.audio_files import write_audio
from pytoon_pipeline_tests.harness import media


@pytest.fixture(scope="module")
def audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audio") / "audio.mp4"
    tone = "sine=frequency=330:sample_rate=48000:duration=3,volume=5dB,aformat=channel_layouts=stereo"
    media.run("-f", "lavfi", "-i", tone, "-c:a", "aac", "-b:a", "160k", str(path))
    return path


def packets(path: Path) -> str:
    with av.open(str(path)) as container:
        return sha256(b"".join(bytes(packet) for packet in container.demux(audio=0))).hexdigest()


def test_the_packets_of_aac_are_copied(audio: Path, tmp_path: Path) -> None:
    write_audio(audio, "m4a", tmp_path / "a.m4a", "Our summer", "eng")
    assert packets(tmp_path / "a.m4a") == packets(audio)
    with av.open(str(tmp_path / "a.m4a")) as container:
        assert container.metadata["title"] == "Our summer"
        assert container.streams.audio[0].metadata["language"] == "eng"
        assert not container.streams.video


def test_mp3_is_as_long_and_as_loud(audio: Path, tmp_path: Path) -> None:
    for name in ("a.mp3", "b.mp3"):
        write_audio(audio, "mp3", tmp_path / name, "Our summer", "und")
    assert (tmp_path / "a.mp3").read_bytes() == (tmp_path / "b.mp3").read_bytes()
    with av.open(str(tmp_path / "a.mp3")) as container:
        assert container.streams.audio[0].codec_context.name.startswith("mp3")
        assert container.metadata["title"] == "Our summer"
        assert float(container.duration) / av.time_base == pytest.approx(3, abs=0.1)
    assert loudness.integrated(tmp_path / "a.mp3") == pytest.approx(loudness.integrated(audio), abs=0.5)
