"""Files that lie, explode or point elsewhere harm nobody: they are refused, or read for what they are."""

import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.contracts.media import AudioStream
from pytoon_pipeline.media import audio, frames, images, preflight
from pytoon_pipeline.media.container import opened
from pytoon_pipeline.media.decoding import demux
from pytoon_pipeline.media.probing import accept, frame_rate, probe
from pytoon_pipeline_tests.harness import media as making

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


def code_of(path: Path) -> str:
    with pytest.raises(InvalidInput) as raised:
        accept(probe(path), LIMITS)
    assert raised.value.hint
    return raised.value.code


def test_an_index_of_gigabytes_is_refused(tmp_path: Path) -> None:
    path = making.video(tmp_path / "v.mp4", 1)
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


def test_a_busy_machine_is_not_the_fault_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "TIMEOUT_FACTOR", 1e-6)
    with pytest.raises(TransientError):
        probe(making.video(tmp_path / "v.mp4", 1))


def test_pictures_that_are_too_large_are_said_to_be(tmp_path: Path) -> None:
    Image.new("L", (8000, 8000), 128).save(tmp_path / "a.jpg")
    making.run("-i", str(tmp_path / "a.jpg"), "-c", "copy", str(tmp_path / "a.mkv"))
    assert code_of(tmp_path / "a.mkv") == "picture_size"


def test_pixels_of_absurd_shape_are_refused(tmp_path: Path) -> None:
    path = making.video(tmp_path / "v.mp4", 1, "320x180", "25", False, "-vf", "setsar=1/100")
    assert code_of(path) == "picture_size"


def test_names_that_look_like_addresses_are_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    video = making.video(tmp_path / "v.mp4", 1)
    monkeypatch.chdir(tmp_path)
    for name in ("concat:v.mp4|v.mp4", "http:v.mp4", "data:video", "%d.mp4", "-i.mp4"):
        Path(name).write_bytes(video.read_bytes())
        assert probe(Path(name)).video is not None


def test_nothing_leads_to_another_file(tmp_path: Path) -> None:
    target = making.video(tmp_path / "v.mp4", 1)
    for name, text in {
        "a.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:{target}\n#EXT-X-ENDLIST\n",
        "b.mp4": f"ffconcat version 1.0\nfile 'file:{target}'\n",
        "c.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    }.items():
        (tmp_path / name).write_text(text)
        assert code_of(tmp_path / name) == "not_media"
    movie = making.video(tmp_path / "v.mov", 1, "320x180", "25", False)
    data = bytearray(movie.read_bytes())
    reference = b"url \0\0\0\0" + str(target).encode() + b"\0"
    at = data.index(b"dref") + 12
    data[at : at + 12] = struct.pack(">I", len(reference) + 4) + reference
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        size = data.index(box) - 4
        data[size : size + 4] = struct.pack(">I", int.from_bytes(data[size : size + 4], "big") + len(reference) - 8)
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    movie.write_bytes(data)
    with opened(movie) as media:
        packets = [bytes(packet) for packet in demux(media)]
    assert len(packets) == 26
    assert not any(map(any, packets)), "these bytes come from the other file"


def test_tags_in_another_encoding_do_not_matter(tmp_path: Path) -> None:
    path = making.video(tmp_path / "v.mp4", 1, "320x180", "25", True, "-metadata", "title=AAAAAAAA")
    path.write_bytes(path.read_bytes().replace(b"AAAAAAAA", b"caf\xe9\xff\xfe\xe9\xe9"))
    assert probe(path).video is not None


def test_streams_that_turn_up_late_end_the_packets() -> None:
    class Late:
        def demux(self, *streams: Any) -> Any:
            yield 1
            raise IndexError

    late: Any = Late()
    assert list(demux(late)) == [1]


def test_a_frame_a_day_is_a_rate() -> None:
    rate, _ = frame_rate([0.0, 86_400.0, 172_800.0])
    assert rate is not None
    assert 0 < rate.fraction < 0.01


def test_pictures_that_change_their_size_keep_that_of_the_first(tmp_path: Path) -> None:
    sizes = ("320x288", "640x64", "96x360")
    path = tmp_path / "v.ts"
    for number, size in enumerate(sizes):
        part = making.video(tmp_path / f"{size}.ts", 0.5, size, "25", False, "-output_ts_offset", str(number / 2))
        path.write_bytes((path.read_bytes() if number else b"") + part.read_bytes())
    video = probe(path).video
    assert video is not None
    decoded = [frame for _, frame in frames.decode(path, video)]
    assert len(decoded) > 20
    assert {(frame.width, frame.height) for frame in decoded} == {(320, 288)}


def test_a_source_ends_where_nothing_is_decoded_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = making.video(tmp_path / "v.avi", 4, "320x180", "25", False, "-c:v", "utvideo")
    data = bytearray(path.read_bytes())
    index = data.rindex(b"idx1")
    starts = [at for at in range(index) if data[at : at + 4] == b"00dc"]
    for at in starts[20:80]:
        data[at + 8 : at + 600] = bytes(592)
    path.write_bytes(data)
    video = probe(path).video
    assert video is not None
    assert max(time for time, _ in frames.decode(path, video)) > 3.5
    monkeypatch.setattr(frames, "MAX_EMPTY_PACKETS", 50)
    assert max(time for time, _ in frames.decode(path, video)) < 1


def test_large_pictures_get_few_threads(tmp_path: Path) -> None:
    video = probe(making.video(tmp_path / "v.mp4", 1)).video
    assert video is not None
    assert frames._threads(video) == 0
    assert frames._threads(video.model_copy(update={"width": 8192, "height": 4320})) == 5


# Sound


def heard(path: Path) -> AudioStream:
    audio = probe(path).audio
    assert audio is not None
    return audio


def test_sound_that_changes_its_form_goes_on(tmp_path: Path) -> None:
    parts = []
    for number, form in enumerate((["-ar", "48000", "-ac", "1"], ["-ar", "16000", "-ac", "2"])):
        parts.append(tmp_path / f"{number}.mp3")
        making.run(
            "-f", "lavfi", "-i", "sine=duration=1", *form, "-write_xing", "0", "-id3v2_version", "0", str(parts[-1])
        )
    path = tmp_path / "v.mp3"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    assert audio.extract(path, heard(path), 0, 100, tmp_path / "a.wav")[0] == pytest.approx(2, abs=0.3)
    assert len(audio.decoded(path)) == pytest.approx(2 * 48_000, rel=0.15)


@pytest.mark.parametrize(("rate", "channels"), [(2**31 - 1, 1), (190_000_000, 1), (1, 1), (48_000, 200)])
def test_sound_that_cannot_be_is_not_used(tmp_path: Path, rate: int, channels: int) -> None:
    path = tmp_path / "a.wav"
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2 % 2**32, channels * 2, 16)
    body = b"WAVEfmt \x10\0\0\0" + form + b"data" + struct.pack("<I", 80_000) + bytes(80_000)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert code_of(path) == "no_sound"


def test_sound_ends_where_its_clock_leaps(tmp_path: Path) -> None:
    path = tmp_path / "a.mka"
    leaping = "sine=duration=1:sample_rate=48000,asetpts='PTS+gt(N,20000)*5000/TB'"
    making.run("-f", "lavfi", "-i", leaping, "-c:a", "flac", str(path))
    assert audio.extract(path, heard(path), 0, 7200, tmp_path / "a.wav")[0] == pytest.approx(20 / 48, abs=0.1)


def test_a_gap_of_sound_comes_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "a.mka"
    leaping = "sine=duration=1:sample_rate=48000,asetpts='PTS+gt(N,20000)*200/TB'"
    making.run("-f", "lavfi", "-i", leaping, "-c:a", "flac", str(path))
    pieces = list(audio.blocks(path, heard(path), 0, 16_000, "mono"))
    assert max(len(block) for _, block in pieces) == audio.SILENCE_SECONDS * 16_000
    assert sum(len(block) for _, block in pieces) == pytest.approx(201 * 16_000, rel=0.001)


def test_a_click_is_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    making.write_wav(path, np.ones(600))
    assert audio.extract(path, heard(path), 0, 100, tmp_path / "out.wav")[0] == 0


# Still pictures


def refused(path: Path, out: Path) -> str:
    with pytest.raises(InvalidInput) as raised:
        images.normalise(path, LIMITS, out)
    return raised.value.code


def test_a_picture_that_repeats_its_scans_is_refused(tmp_path: Path) -> None:
    buffer = BytesIO()
    Image.new("L", (200, 200), 128).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    last = data.rindex(b"\xff\xda")
    path = tmp_path / "a.jpg"
    path.write_bytes(data[:last] + data[last:-2] * 200 + data[-2:])
    assert refused(path, tmp_path / "out.png") == "picture_damaged"


@pytest.mark.parametrize(
    ("name", "size", "options"),
    [
        ("a.webp", (7000, 6000), {"lossless": True, "method": 0, "quality": 0}),
        ("a.jpg", (9000, 8000), {"progressive": True}),
    ],
)
def test_what_a_picture_takes_to_decode_is_limited(
    tmp_path: Path, name: str, size: tuple[int, int], options: Any
) -> None:
    path = tmp_path / name
    Image.new("RGB", size, "red").save(path, **options)
    assert path.stat().st_size < 2_000_000
    assert refused(path, tmp_path / "out.png") == "picture_size"


def test_large_pictures_are_the_same_strip_by_strip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = tmp_path / "a.png", tmp_path / "out.png"
    ramp = np.random.default_rng(1).integers(0, 255, (301, 9001, 4), np.uint8)
    ramp[:200, :, 3] = 255
    Image.fromarray(ramp).save(path)
    assert images.normalise(path, LIMITS, out).transparent
    whole = images.read(out)
    monkeypatch.setattr(images, "STRIP_PIXELS", 100_000)
    images.normalise(path, LIMITS, out)
    assert whole.shape == (129, 3840, 4)
    assert np.array_equal(images.read(out), whole)


def test_damaged_tags_of_a_photo_do_not_matter(tmp_path: Path) -> None:
    # Two entries: Orientation 6, and XResolution, a fraction, as text.
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0) + struct.pack("<HHI4s", 0x011A, 2, 3, b"no\0\0")
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 2) + entries + bytes(4)
    path, out = tmp_path / "a.jpg", tmp_path / "out.png"
    Image.new("RGB", (200, 100), "red").save(path, exif=exif)
    still = images.normalise(path, LIMITS, out)
    assert (still.width, still.height) == (100, 200)
