"""What a file is said to be."""

from pathlib import Path

import pytest

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media.probing import accept, frame_rate, probe
from pytoon_pipeline_tests.harness import media as making


def test_an_ordinary_file(tmp_path: Path) -> None:
    info = probe(making.video(tmp_path / "v.mp4", rate="30000/1001"))
    assert info.video is not None
    assert info.audio is not None
    assert (info.video.width, info.video.height, info.video.rotation) == (320, 180, 0)
    assert info.video.average_rate == FrameRate(numerator=30000, denominator=1001)
    assert not info.video.variable_rate
    assert info.audio.sample_rate == making.RATE


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_rotation_is_clockwise(tmp_path: Path, turn: int) -> None:
    plain = making.video(tmp_path / "v.mp4", sound=False)
    turned = tmp_path / "turned.mp4"
    # ffmpeg's option counts counter-clockwise.
    making.run("-display_rotation", str(-turn), "-i", str(plain), "-c", "copy", str(turned))
    video = probe(turned).video
    assert video is not None
    assert video.rotation == turn
    assert video.display_size == ((320, 180) if turn == 180 else (180, 320))


def test_pixel_shape(tmp_path: Path) -> None:
    video = probe(making.video(tmp_path / "v.mp4", 1, "320x180", "25", False, "-vf", "setsar=2/3")).video
    assert video is not None
    assert video.display_size == (pytest.approx(320 * 2 / 3), 180)


def test_cover_art_is_not_the_picture(tmp_path: Path) -> None:
    plain, cover, out = making.video(tmp_path / "v.mp4"), tmp_path / "c.png", tmp_path / "out.mp4"
    making.run("-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", "1", str(cover))
    making.run(
        "-i", str(cover), "-i", str(plain), "-map", "0", "-map", "1", "-c", "copy",
        "-disposition:v:0", "attached_pic", str(out),
    )  # fmt: skip
    info = probe(out)
    assert info.video is not None
    assert info.video.width == 320
    assert info.streams["video"] == 2


def test_the_default_sound_stream_is_taken(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    making.run(
        "-f", "lavfi", "-i", "testsrc2=duration=1", "-f", "lavfi", "-i", "sine=duration=1:sample_rate=16000",
        "-f", "lavfi", "-i", "sine=duration=1:sample_rate=32000", "-map", "0", "-map", "1", "-map", "2",
        "-disposition:a:0", "0", "-disposition:a:1", "default", str(out),
    )  # fmt: skip
    audio = probe(out).audio
    assert audio is not None
    assert audio.sample_rate == 32000


def test_varying_rate_is_noticed(tmp_path: Path) -> None:
    out = making.video(
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
    target = making.video(tmp_path / "secret.mp4")
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
def test_what_cannot_be_used_is_said(tmp_path: Path, size: str, change: dict, code: str) -> None:
    info = probe(making.video(tmp_path / "v.mp4", size=size))
    with pytest.raises(InvalidInput) as raised:
        accept(info, load_limits().model_copy(update=change))
    assert raised.value.code == code
    assert raised.value.hint


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    making.run("-f", "lavfi", "-i", "sine=duration=2", str(path))
    with pytest.raises(InvalidInput, match="no_picture"):
        accept(probe(path), load_limits())
