"""Sound: read at exact times, and extracted for analysis."""

import struct
from pathlib import Path

import numpy as np
import pytest

from pytoon_pipeline.contracts.media import AudioStream
from pytoon_pipeline.media import audio
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.refusals import code_of

RATE = media.RATE


def with_clicks(path: Path, clicks: list[float], seconds: float = 6.0, offset: float = 0.0, codec: str = "aac") -> Path:
    wave = np.zeros(round(seconds * RATE))
    for click in clicks:
        wave[round(click * RATE) : round(click * RATE) + 24] = 0.8
    wav = path.with_suffix(".wav")
    media.write_wav(wav, wave)
    media.run(
        "-f", "lavfi", "-i", f"testsrc2=size=64x64:rate=25:duration={seconds}", "-itsoffset", str(offset),
        "-i", str(wav), "-c:a", codec, "-b:a", "192k", str(path),
    )  # fmt: skip
    return path


def opened(path: Path) -> tuple[AudioStream, float]:
    info = probe(path)
    assert info.audio is not None
    assert info.video is not None
    return info.audio, info.video.start


def click_at(samples: np.ndarray) -> int:
    return int(np.abs(samples[:, 0].astype(int)).argmax())


# Matroska counts in milliseconds: positions are rounded by up to half of one, differently after a seek.
@pytest.mark.parametrize(
    ("name", "codec", "rounding"),
    [("v.mp4", "aac", 2), ("v.ts", "aac", 60), ("v.mkv", "libopus", 60), ("v.mkv", "pcm_s16le", 60)],
)
@pytest.mark.parametrize("offset", [0.0, 0.4])
def test_a_click_is_found_where_it_was_put(tmp_path: Path, name: str, codec: str, rounding: int, offset: float) -> None:
    path = with_clicks(tmp_path / name, [4.0], offset=offset, codec=codec)
    stream, zero = opened(path)
    whole = audio.read(path, stream, zero, RATE, "stereo", 0, 7 * RATE)
    part = audio.read(path, stream, zero, RATE, "stereo", round((3.9 + offset) * RATE), RATE)
    expected = (4.0 + offset) * RATE
    assert click_at(whole) == pytest.approx(expected, abs=60)
    assert click_at(part) + round((3.9 + offset) * RATE) == pytest.approx(click_at(whole), abs=rounding)


def test_samples_outside_the_source_are_silent(tmp_path: Path) -> None:
    path = with_clicks(tmp_path / "v.mp4", [1.0], seconds=2)
    stream, zero = opened(path)
    beyond = audio.read(path, stream, zero, RATE, "stereo", 5 * RATE, 1000)
    assert beyond.shape == (1000, 2)
    assert not beyond.any()


def test_a_hole_in_the_sound_does_not_shift_what_follows(tmp_path: Path) -> None:
    path = with_clicks(tmp_path / "v.mkv", [4.0], codec="pcm_s16le")
    holed = tmp_path / "holed.mkv"
    media.run(
        "-i", str(path), "-map", "0", "-c", "copy", "-bsf:a", "noise=drop=gt(pts*tb\\,1)*lt(pts*tb\\,2)", str(holed)
    )
    stream, zero = opened(holed)
    samples = audio.read(holed, stream, zero, RATE, "stereo", 0, 6 * RATE)
    assert click_at(samples) == pytest.approx(4.0 * RATE, abs=60)


def test_the_extract_starts_with_the_picture(tmp_path: Path) -> None:
    path = with_clicks(tmp_path / "v.mp4", [1.0], seconds=3, offset=0.5)
    stream, zero = opened(path)
    seconds, undecoded = audio.extract(path, stream, zero, 100, tmp_path / "a.wav")
    samples = audio.load(tmp_path / "a.wav")
    assert seconds == pytest.approx(3.5, abs=0.05)
    assert undecoded == 0
    assert int(np.abs(samples.astype(int)).argmax()) == pytest.approx(1.5 * audio.ANALYSIS_RATE, abs=20)


def test_the_extract_stops_at_the_limit(tmp_path: Path) -> None:
    path = with_clicks(tmp_path / "v.mp4", [1.0], seconds=3)
    stream, zero = opened(path)
    assert audio.extract(path, stream, zero, 1.5, tmp_path / "a.wav")[0] == 1.5


def heard(path: Path) -> AudioStream:
    audio = probe(path).audio
    assert audio is not None
    return audio


def test_sound_continues_when_its_format_changes(tmp_path: Path) -> None:
    parts = []
    for number, form in enumerate((["-ar", "48000", "-ac", "1"], ["-ar", "16000", "-ac", "2"])):
        parts.append(tmp_path / f"{number}.mp3")
        media.run(
            "-f", "lavfi", "-i", "sine=duration=1", *form, "-write_xing", "0", "-id3v2_version", "0", str(parts[-1])
        )
    path = tmp_path / "v.mp3"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    assert audio.extract(path, heard(path), 0, 100, tmp_path / "a.wav")[0] == pytest.approx(2, abs=0.3)
    assert len(audio.decoded(path)) == pytest.approx(2 * 48_000, rel=0.15)


@pytest.mark.parametrize(("rate", "channels"), [(2**31 - 1, 1), (190_000_000, 1), (1, 1), (48_000, 200)])
def test_impossible_sound_formats_are_not_used(tmp_path: Path, rate: int, channels: int) -> None:
    path = tmp_path / "a.wav"
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2 % 2**32, channels * 2, 16)
    body = b"WAVEfmt \x10\0\0\0" + form + b"data" + struct.pack("<I", 80_000) + bytes(80_000)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert code_of(path) == "no_sound"


def test_sound_ends_where_its_timestamps_jump(tmp_path: Path) -> None:
    path = tmp_path / "a.mka"
    leaping = "sine=duration=1:sample_rate=48000,asetpts='PTS+gt(N,20000)*5000/TB'"
    media.run("-f", "lavfi", "-i", leaping, "-c:a", "flac", str(path))
    assert audio.extract(path, heard(path), 0, 7200, tmp_path / "a.wav")[0] == pytest.approx(20 / 48, abs=0.1)


def test_a_gap_of_sound_is_returned_in_chunks(tmp_path: Path) -> None:
    path = tmp_path / "a.mka"
    leaping = "sine=duration=1:sample_rate=48000,asetpts='PTS+gt(N,20000)*200/TB'"
    media.run("-f", "lavfi", "-i", leaping, "-c:a", "flac", str(path))
    pieces = list(audio.blocks(path, heard(path), 0, 16_000, "mono"))
    assert max(len(block) for _, block in pieces) == audio.SILENCE_SECONDS * 16_000
    assert sum(len(block) for _, block in pieces) == pytest.approx(201 * 16_000, rel=0.001)


def test_a_single_click_does_not_count_as_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    media.write_wav(path, np.ones(600))
    assert audio.extract(path, heard(path), 0, 100, tmp_path / "out.wav")[0] == 0
