"""Probing: what a file contains, and what is rejected."""

import struct
from pathlib import Path

import pytest
from PIL import Image

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.probing import accept, frame_rate, probe
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.refusals import code_of


def test_an_ordinary_file(tmp_path: Path) -> None:
    info = probe(media.video(tmp_path / "v.mp4", rate="30000/1001"))
    assert info.video is not None
    assert info.audio is not None
    assert (info.video.width, info.video.height, info.video.rotation) == (320, 180, 0)
    assert info.video.average_rate == FrameRate(numerator=30000, denominator=1001)
    assert not info.video.variable_rate
    assert info.audio.sample_rate == media.RATE


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_rotation_is_clockwise(tmp_path: Path, turn: int) -> None:
    plain = media.video(tmp_path / "v.mp4", sound=False)
    turned = tmp_path / "turned.mp4"
    # ffmpeg's option counts counter-clockwise.
    media.run("-display_rotation", str(-turn), "-i", str(plain), "-c", "copy", str(turned))
    video = probe(turned).video
    assert video is not None
    assert video.rotation == turn
    assert video.display_size == ((320, 180) if turn == 180 else (180, 320))


def test_pixel_shape(tmp_path: Path) -> None:
    video = probe(media.video(tmp_path / "v.mp4", 1, "320x180", "25", False, "-vf", "setsar=2/3")).video
    assert video is not None
    assert video.display_size == (pytest.approx(320 * 2 / 3), 180)


def test_cover_art_is_not_the_picture(tmp_path: Path) -> None:
    plain, cover, out = media.video(tmp_path / "v.mp4"), tmp_path / "c.png", tmp_path / "out.mp4"
    media.run("-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", "1", str(cover))
    media.run(
        "-i", str(cover), "-i", str(plain), "-map", "0", "-map", "1", "-c", "copy",
        "-disposition:v:0", "attached_pic", str(out),
    )  # fmt: skip
    info = probe(out)
    assert info.video is not None
    assert info.video.width == 320
    assert info.streams["video"] == 2


def test_the_default_sound_stream_is_taken(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    media.run(
        "-f", "lavfi", "-i", "testsrc2=duration=1", "-f", "lavfi", "-i", "sine=duration=1:sample_rate=16000",
        "-f", "lavfi", "-i", "sine=duration=1:sample_rate=32000", "-map", "0", "-map", "1", "-map", "2",
        "-disposition:a:0", "0", "-disposition:a:1", "default", str(out),
    )  # fmt: skip
    audio = probe(out).audio
    assert audio is not None
    assert audio.sample_rate == 32000


def test_varying_rate_is_noticed(tmp_path: Path) -> None:
    out = media.video(
        tmp_path / "v.mp4", 4, "320x180", "30", False, "-vf", "select='not(mod(n,7))+not(mod(n,3))'", "-fps_mode", "vfr"
    )
    video = probe(out).video
    assert video is not None
    assert video.variable_rate


def test_rates_in_millisecond_time_bases() -> None:
    times = [round(n / 24 * 1000) / 1000 for n in range(200)]
    assert frame_rate(times) == (FrameRate(numerator=24), False)
    assert frame_rate([0.0]) == (None, False)


def test_a_playlist_is_refused(tmp_path: Path) -> None:
    target = media.video(tmp_path / "secret.mp4")
    for name, text in {
        "a.m3u8": f"#EXTM3U\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n",
        "b.txt": f"ffconcat version 1.0\nfile '{target}'\n",
    }.items():
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(InvalidInput, match="not_media"):
            probe(path)


@pytest.mark.parametrize(
    ("size", "change", "code"),
    [("16x16", {}, "picture_size"), ("320x180", {"source_seconds_max": 1.0}, "too_long")],
)
def test_unusable_files_are_rejected_with_their_code(tmp_path: Path, size: str, change: dict, code: str) -> None:
    info = probe(media.video(tmp_path / "v.mp4", size=size))
    with pytest.raises(InvalidInput) as raised:
        accept(info, load_limits().model_copy(update=change))
    assert raised.value.code == code
    assert raised.value.hint


def test_a_file_with_sound_alone_is_not_a_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    media.run("-f", "lavfi", "-i", "sine=duration=2", str(path))
    with pytest.raises(InvalidInput, match="no_picture"):
        accept(probe(path), load_limits())


LIMITS = load_limits()


def patched(path: Path, box: bytes, offset: int, value: bytes) -> Path:
    """Puts ``value`` at ``offset`` from the name of the first such box of an MP4."""
    data = path.read_bytes()
    at = data.index(box) + offset
    path.write_bytes(data[:at] + value + data[at + len(value) :])
    return path


def gif(path: Path, side: int, frames: int) -> Path:
    """A GIF whose frames are one pixel each on a large canvas."""
    head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x21\xf9\4\0\x0a\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x4c\1\0"
    path.write_bytes(head + frame * frames + b"\x3b")
    return path


def test_an_index_of_gigabytes_is_refused(tmp_path: Path) -> None:
    path = media.video(tmp_path / "v.mp4", 1)
    count = struct.pack(">I", 60_000_000)
    one = struct.pack(">I", 1)
    patched(path, b"stsz", 8, one + count)
    patched(path, b"stsc", 8, one + one + count)
    patched(path, b"stts", 8, one + count + one)
    assert code_of(path) == "exhausting"


def test_a_few_bytes_that_keep_a_decoder_busy_are_refused(tmp_path: Path) -> None:
    assert code_of(gif(tmp_path / "busy.gif", 5900, 4000)) == "exhausting"
    info = probe(gif(tmp_path / "short.gif", 1000, 20))
    assert accept(info, LIMITS).width == 1000


def test_pictures_that_are_too_large_are_rejected(tmp_path: Path) -> None:
    Image.new("L", (8000, 8000), 128).save(tmp_path / "a.jpg")
    media.run("-i", str(tmp_path / "a.jpg"), "-c", "copy", str(tmp_path / "a.mkv"))
    assert code_of(tmp_path / "a.mkv") == "picture_size"


def test_pixels_of_absurd_shape_are_refused(tmp_path: Path) -> None:
    path = media.video(tmp_path / "v.mp4", 1, "320x180", "25", False, "-vf", "setsar=1/100")
    assert code_of(path) == "picture_size"


def test_one_frame_per_day_is_a_valid_rate() -> None:
    rate, _ = frame_rate([0.0, 86_400.0, 172_800.0])
    assert rate is not None
    assert 0 < rate.fraction < 0.01
