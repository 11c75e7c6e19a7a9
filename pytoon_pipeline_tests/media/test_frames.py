"""Pictures as read: upright, at a constant rate, in BT.709."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytoon_pipeline.contracts.media import VideoStream
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import video_decoding
from pytoon_pipeline.media.frames import YuvFrame
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline.media.source_reader import frames_at_cfr
from pytoon_pipeline.media.video_decoding import DecodeDamage
from pytoon_pipeline_tests.harness import media


def stream(path: Path) -> VideoStream:
    video = probe(path).video
    assert video is not None
    return video


def numbered(path: Path, count: int, times: list[float]) -> Path:
    """A video whose picture ``n`` is grey ``40 + 4 n`` and is shown from ``times[n]`` on."""
    import av

    with av.open(str(path), "w") as container:
        out = container.add_stream("libx264", rate=30, options={"crf": "5", "g": "250"})
        out.width, out.height, out.pix_fmt = 64, 64, "yuv420p"
        out.time_base = out.codec_context.time_base = Fraction(1, 3000)
        for n in range(count):
            frame = av.VideoFrame(64, 64, "yuv420p")
            for index, plane in enumerate(frame.planes):
                plane.update(bytes([40 + 4 * n if index == 0 else 128]) * plane.buffer_size)
            frame.pts, frame.time_base = round(times[n] * 3000), Fraction(1, 3000)
            container.mux(out.encode(frame))
        container.mux(out.encode())
    return path


def numbers(path: Path, rate: int, first: int, count: int) -> list[int]:
    read = frames_at_cfr(path, stream(path), FrameRate(numerator=rate), first, count)
    return [round((float(np.median(picture.whole().y)) - 40) / 4) for picture in read]


def test_each_output_frame_is_the_one_on_screen_at_its_time(tmp_path: Path) -> None:
    times = [0.0, 0.1, 0.15, 0.4, 0.41, 0.7, 1.0]
    path = numbered(tmp_path / "v.mp4", 7, times)
    shown = numbers(path, 10, 0, 12)
    expected = [max(n for n, t in enumerate(times) if t <= tick / 10 + 0.25 / 10) for tick in range(12)]
    assert shown == expected


def test_reading_can_start_at_any_output_frame(tmp_path: Path) -> None:
    path = numbered(tmp_path / "v.mp4", 48, [n / 24 for n in range(48)])
    assert numbers(path, 24, 0, 48) == list(range(48))
    for first in (1, 17, 40):
        assert numbers(path, 24, first, 6) == list(range(first, first + 6))


def test_a_start_time_other_than_zero_is_subtracted(tmp_path: Path) -> None:
    plain = numbered(tmp_path / "v.mp4", 40, [n / 30 for n in range(40)])
    late = tmp_path / "late.ts"
    media.run("-i", str(plain), "-c", "copy", "-output_ts_offset", "100", str(late))
    assert stream(late).start > 99
    assert numbers(late, 30, 5, 3) == [5, 6, 7]


@pytest.mark.parametrize("name", ["v.ts", "v.mkv"])
def test_reading_can_start_inside_a_long_group_of_pictures(tmp_path: Path, name: str) -> None:
    plain = numbered(tmp_path / "v.mp4", 48, [n / 24 for n in range(48)])
    other = tmp_path / name
    media.run("-i", str(plain), "-c", "copy", str(other))
    for first in (14, 30, 45):
        assert numbers(other, 24, first, 3) == list(range(first, first + 3))


def test_a_source_that_ends_early_holds_its_last_picture(tmp_path: Path) -> None:
    path = numbered(tmp_path / "v.mp4", 5, [n / 30 for n in range(5)])
    assert numbers(path, 30, 3, 5) == [3, 4, 4, 4, 4]


def one(path: Path) -> YuvFrame:
    return next(frames_at_cfr(path, stream(path), FrameRate(numerator=25), 0, 1)).whole()


def decoded(path: Path, video: VideoStream) -> Iterator[tuple[float, Any]]:
    return video_decoding.decode(path, video, DecodeDamage())


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_pictures_are_turned_upright(tmp_path: Path, turn: int) -> None:
    plain, turned = media.video(tmp_path / "v.mp4", sound=False), tmp_path / "turned.mp4"
    media.run("-display_rotation", str(-turn), "-i", str(plain), "-c", "copy", str(turned))
    before, after = one(plain), one(turned)
    assert np.array_equal(after.y, np.rot90(before.y, -turn // 90))
    assert np.array_equal(after.u, np.rot90(before.u, -turn // 90))


@pytest.mark.parametrize(
    ("matrix", "more"),
    [("bt709", ()), ("bt601", ("-colorspace", "smpte170m")), ("full", ("-color_range", "pc", "-colorspace", "bt709"))],
)
def test_colours_are_the_same_for_every_colour_matrix(tmp_path: Path, matrix: str, more: tuple[str, ...]) -> None:
    rgb = (200, 80, 40)
    path = tmp_path / "v.mp4"
    scale = {
        "bt709": "scale=out_color_matrix=bt709:out_range=tv",
        "bt601": "scale=out_color_matrix=bt601:out_range=tv",
        "full": "scale=out_color_matrix=bt709:out_range=pc",
    }[matrix]
    media.run(
        "-f", "lavfi", "-i", f"color=0x{rgb[0]:02x}{rgb[1]:02x}{rgb[2]:02x}:size=128x128:duration=1",
        "-vf", f"format=rgb24,{scale},format=yuv420p", *(more or ("-colorspace", "bt709")), "-crf", "1", str(path),
    )  # fmt: skip
    r, g, b = (value / 255 for value in rgb)
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    expected = (16 + 219 * luma, 128 + 224 * (b - luma) / 1.8556, 128 + 224 * (r - luma) / 1.5748)
    picture = one(path)
    for plane, value in zip((picture.y, picture.u, picture.v), expected, strict=True):
        assert float(np.median(plane)) == pytest.approx(value, abs=2)


@pytest.mark.parametrize(
    ("pixels", "subsampling"),
    [
        ("yuv422p", (2, 1)),
        ("yuv444p", (1, 1)),
        ("yuv420p10le", (2, 2)),
        ("yuv411p", (2, 2)),
        ("gray", (2, 2)),
        ("rgb24", (2, 2)),
    ],
)
def test_other_pixel_formats_are_converted(tmp_path: Path, pixels: str, subsampling: tuple[int, int]) -> None:
    path = tmp_path / "v.mkv"
    codec = "ffv1" if pixels in ("gray", "rgb24", "yuv411p") else "libx264"
    media.run("-f", "lavfi", "-i", "testsrc2=size=64x48:duration=0.5", "-pix_fmt", pixels, "-c:v", codec, str(path))
    picture = one(path)
    assert picture.y.shape == (48, 64)
    assert picture.subsampling == subsampling
    assert picture.y.std() > 20


@pytest.mark.parametrize(("transfer", "white"), [("smpte2084", 0.58), ("arib-std-b67", 0.75)])
def test_hdr_white_stays_white_and_is_not_clipped(tmp_path: Path, transfer: str, white: float) -> None:
    """Diffuse white has the code value 0.58 in PQ and 0.75 in HLG (ITU-R BT.2408)."""
    path = tmp_path / "v.mkv"
    code = round(64 + 876 * white)
    media.run(
        "-f", "lavfi", "-i", "color=gray:size=64x64:duration=0.5",
        "-vf", f"format=yuv420p10le,geq=lum={code}:cb=512:cr=512,"
        f"setparams=color_trc={transfer}:color_primaries=bt2020:colorspace=bt2020nc:range=tv",
        "-c:v", "ffv1", str(path),
    )  # fmt: skip
    assert stream(path).dynamic in ("pq", "hlg")
    picture = one(path)
    assert 180 < float(np.median(picture.y)) < 230
    assert float(np.median(picture.u)) == pytest.approx(128, abs=2)


def test_pictures_that_change_their_size_keep_that_of_the_first(tmp_path: Path) -> None:
    sizes = ("320x288", "640x64", "96x360")
    path = tmp_path / "v.ts"
    for number, size in enumerate(sizes):
        part = media.video(tmp_path / f"{size}.ts", 0.5, size, "25", False, "-output_ts_offset", str(number / 2))
        path.write_bytes((path.read_bytes() if number else b"") + part.read_bytes())
    video = probe(path).video
    assert video is not None
    frames = [frame for _, frame in decoded(path, video)]
    assert len(frames) > 20
    assert {(frame.width, frame.height) for frame in frames} == {(320, 288)}


def test_a_source_ends_where_nothing_more_can_be_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = media.video(tmp_path / "v.avi", 4, "320x180", "25", False, "-c:v", "utvideo")
    data = bytearray(path.read_bytes())
    index = data.rindex(b"idx1")
    starts = [at for at in range(index) if data[at : at + 4] == b"00dc"]
    for at in starts[20:80]:
        data[at + 8 : at + 600] = bytes(592)
    path.write_bytes(data)
    video = probe(path).video
    assert video is not None
    assert max(time for time, _ in decoded(path, video)) > 3.5
    monkeypatch.setattr(video_decoding, "MAX_EMPTY_PACKETS", 50)
    assert max(time for time, _ in decoded(path, video)) < 1


def test_large_pictures_get_few_threads(tmp_path: Path) -> None:
    video = probe(media.video(tmp_path / "v.mp4", 1)).video
    assert video is not None
    assert video_decoding._threads(video) == 0
    assert video_decoding._threads(video.model_copy(update={"width": 8192, "height": 4320})) == 5
