"""The declared length of a file against what can be read: losses are reported, and intact files raise none."""

import struct
from pathlib import Path

import pytest

from pytoon_pipeline.analysis.vision.sampling import sample
from pytoon_pipeline.config.presets import load_limits
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.media import Loss, MediaInfo, Metadata
from pytoon_pipeline.media.audio import extract
from pytoon_pipeline.media.losses import check_complete, losses, undecoded_audio_seconds
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline_tests.harness import media

LIMITS = load_limits()
H264, AAC = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "50"), ("-c:a", "aac")
CONTAINERS = {
    "front.mp4": (*H264, "-bf", "2", *AAC, "-movflags", "+faststart"),
    "fragments.mp4": (*H264, *AAC, "-movflags", "frag_keyframe+empty_moov"),
    "dash.mp4": (*H264, *AAC, "-movflags", "+dash+frag_keyframe+empty_moov+global_sidx"),
    "old.mov": ("-c:v", "mpeg4", "-g", "50", "-c:a", "pcm_s16le", "-movflags", "+faststart"),
    "old.avi": ("-c:v", "mpeg4", "-g", "50", "-c:a", "libmp3lame"),
    "box.mkv": (*H264, *AAC),
    "web.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-g", "50", "-c:a", "libopus"),
    "live.webm": ("-c:v", "libvpx", "-deadline", "realtime", "-g", "50", "-c:a", "libopus", "-live", "1"),
    "stream.ts": (*H264, *AAC),
    "web.flv": ("-c:v", "flv1", "-g", "50", "-c:a", "libmp3lame", "-ar", "44100"),
    "old.wmv": ("-c:v", "wmv2", "-g", "50", "-c:a", "wmav2"),
    "free.ogv": ("-c:v", "libtheora", "-c:a", "libvorbis"),
}


def looked_at(path: Path, room: Path) -> tuple[MediaInfo, list[Loss]]:
    """What the stages find: metadata with its sound, and sampled frames."""
    info = probe(path)
    assert info.video is not None
    found = Metadata(info=info, audio_seconds=0)
    if info.audio is not None:
        seconds, undecoded = extract(path, info.audio, info.video.start, 7200, room / "a.wav")
        found = Metadata(
            info=info,
            audio_seconds=seconds,
            audio_lost=undecoded_audio_seconds(info, info.video.start, seconds, undecoded),
        )
    record = sample(path, info.video, LIMITS, room).record
    return info, list(losses(path.name, info, LIMITS, record, found.audio_lost))


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_truncated_file_is_reported(tmp_path: Path, name: str) -> None:
    whole = media.video(tmp_path / name, 6, "160x90", "25", True, *CONTAINERS[name])
    info, found = looked_at(whole, tmp_path)
    assert found == [], "intact"
    assert not info.truncated
    cut = tmp_path / f"cut-{name}"
    # Where no length is declared, only an incomplete part shows it: the odd byte.
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2 // 188 * 188 + 100])
    info, found = looked_at(cut, tmp_path)
    assert found, "half of it is missing"
    assert found[0].track == "picture"
    length = info.video_length
    assert length is not None
    if length.declared_seconds is None:
        assert (found[0].declared_seconds, found[0].lost_seconds) == (None, None)
        assert "is cut off after" in found[0].message
        check_complete(info, LIMITS)
    else:
        assert found[0].declared_seconds == pytest.approx(6, abs=0.1)
        assert found[0].lost_seconds == pytest.approx(found[0].declared_seconds - found[0].decoded_seconds, abs=0.01)
        assert 1 < found[0].decoded_seconds < 5
        assert (
            f"should be {found[0].declared_seconds:.1f} s long, but only {found[0].decoded_seconds:.1f} s can be read"
            in found[0].message
        )
        with pytest.raises(InvalidInput, match="truncated_source"):
            check_complete(info, LIMITS)


INTACT = {
    "varying rate": ("-vf", "select='not(between(n,20,60))'", "-fps_mode", "vfr", *H264),
    "one long hold": ("-vf", "select='lt(n,20)+gt(n,80)'", "-fps_mode", "vfr", *H264),
    "late start": ("-output_ts_offset", "7", *H264),
    "longer sound": ("-vf", "trim=end=2", *H264),
    "shorter sound": ("-af", "atrim=end=2", *H264),
    "delayed pictures": ("-vf", "setpts=PTS+1/TB", *H264),
    "bidirectional": ("-c:v", "libx264", "-bf", "3", "-g", "25", "-x264-params", "open-gop=1"),
    "interlaced": ("-c:v", "libx264", "-flags", "+ildct+ilme", "-x264-params", "tff=1"),
}


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts", "avi"])
@pytest.mark.parametrize("kind", INTACT)
def test_intact_files_have_no_losses(tmp_path: Path, kind: str, container: str) -> None:
    path = media.video(tmp_path / f"v.{container}", 4, "160x96", "25", True, *INTACT[kind], *AAC)
    assert looked_at(path, tmp_path)[1] == []


def test_parts_left_out_by_an_edit_list_are_not_missing(tmp_path: Path) -> None:
    whole = media.video(tmp_path / "v.mp4", 6, "160x90", "25", True, *H264)
    trimmed = tmp_path / "trimmed.mp4"
    media.run("-ss", "3.1", "-i", str(whole), "-c", "copy", str(trimmed))
    info, found = looked_at(trimmed, tmp_path)
    assert info.video_length is not None
    assert info.video_length.declared_frames is not None
    assert info.video_length.declared_frames > info.video_length.packets, "frames before the edit are in the file"
    assert found == []


def test_covers_and_subtitles_are_not_pictures(tmp_path: Path) -> None:
    cover = media.video(tmp_path / "cover.jpg", 0.04, "64x64", "25", False, "-frames:v", "1", "-update", "1")
    (tmp_path / "a.srt").write_text("1\n00:00:00,000 --> 00:00:09,000\nLonger than the picture\n")
    whole = media.video(tmp_path / "v.mp4", 3, "160x90", "25", True, *H264)
    for name, codec in (("a.mp4", "mov_text"), ("a.mkv", "srt")):
        path = tmp_path / name
        media.run("-i", str(whole), "-i", str(tmp_path / "a.srt"), "-map", "0", "-map", "1", "-c", "copy",
                   "-c:s", codec, str(path))  # fmt: skip
        assert looked_at(path, tmp_path)[1] == []
    path = tmp_path / "covered.mp4"
    media.run("-i", str(whole), "-i", str(cover), "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:1",
               "attached_pic", str(path))  # fmt: skip
    assert looked_at(path, tmp_path)[1] == []


def test_a_flipped_bit_in_an_edit_list_is_reported(tmp_path: Path) -> None:
    """With one flipped bit, libav shows a tenth of the frames, and what is left plays without errors."""
    path = media.video(tmp_path / "v.mp4", 12, "160x90", "25", True, *H264)
    data = bytearray(path.read_bytes())
    length = data.find(b"elst") + 12
    assert struct.unpack_from(">I", data, length)[0] == 576_000
    struct.pack_into(">I", data, length, 576_000 ^ 1 << 19)
    path.write_bytes(data)
    info, found = looked_at(path, tmp_path)
    assert found[0].declared_seconds == pytest.approx(12, abs=0.1)
    assert found[0].decoded_seconds < 4
    with pytest.raises(InvalidInput, match=r"should be 12\.0 s long"):
        check_complete(info, LIMITS)


def test_pictures_that_cannot_be_decoded_are_missing(tmp_path: Path) -> None:
    """The container is whole; three of four packets are not."""
    path = media.video(tmp_path / "v.mp4", 6, "160x90", "25", False, "-c:v", "libx264", "-g", "1")
    data = bytearray(path.read_bytes())
    import av

    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    for number, (start, size) in enumerate(places):
        if number % 4:
            data[start : start + size] = bytes(size)
    path.write_bytes(data)
    info = probe(path)
    check_complete(info, LIMITS)
    assert info.video is not None
    record = sample(path, info.video, LIMITS, tmp_path).record
    assert record.lost_seconds == pytest.approx(4.5, abs=0.1)
    (loss,) = losses("v.mp4", info, LIMITS, record)
    assert loss.decoded_seconds == pytest.approx(1.5, abs=0.1)
    with pytest.raises(InvalidInput, match="truncated_source"):
        check_complete(info, LIMITS, record)


@pytest.mark.parametrize("name", ["box.mkv", "stream.ts", "fragments.mp4"])
def test_a_hole_in_the_middle_is_missing(tmp_path: Path, name: str) -> None:
    path = media.video(tmp_path / name, 8, "160x90", "25", True, *CONTAINERS[name])
    data = path.read_bytes()
    start, end = int(len(data) * 0.5), int(len(data) * 0.7)
    path.write_bytes(data[:start] + bytes(end - start) + data[end:])
    found = looked_at(path, tmp_path)[1]
    assert found, "a fifth of it is gone"
    assert sum(loss.lost_seconds or 0 for loss in found) > 0.5


@pytest.mark.parametrize("name", ["live.webm", "fragments.mp4"])
def test_the_end_of_a_live_recording_may_be_overwritten(tmp_path: Path, name: str) -> None:
    path = media.video(tmp_path / name, 6, "160x90", "25", True, *CONTAINERS[name])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4] + bytes(len(data) // 4))
    assert looked_at(path, tmp_path)[1], "how much is missing is unknown, but something is"


def test_a_large_hole_ends_a_transport_stream(tmp_path: Path) -> None:
    """libav stops looking for the next packet; the rest of the file is not read."""
    path = media.video(tmp_path / "v.ts", 8, "320x180", "25", True, *H264, "-qp", "10", *AAC)
    data = path.read_bytes()
    start = len(data) // 2
    assert len(data) > 800_000
    path.write_bytes(data[:start] + bytes(300_000) + data[start + 300_000 :])
    (loss,) = looked_at(path, tmp_path)[1]
    assert loss.decoded_seconds < 6


def test_pictures_of_avi_files_with_b_frames_are_all_shown(tmp_path: Path) -> None:
    """AVI stores no presentation times; read as such, nearly half of the pictures would be late."""
    path = media.video(tmp_path / "v.avi", 4, "160x96", "25", False, "-c:v", "libx264", "-bf", "3", "-g", "25")
    info = probe(path)
    assert info.video is not None
    assert sample(path, info.video, LIMITS, tmp_path).record.frames >= 99


def test_audio_that_ends_long_before_its_declared_length_is_reported(tmp_path: Path) -> None:
    path = media.video(tmp_path / "v.mov", 6, "160x90", "25", True, *H264, "-c:a", "pcm_s16le")
    info = probe(path)
    assert info.audio_length is not None
    assert info.audio_length.declared_seconds == pytest.approx(6, abs=0.05)
    short = info.audio_length.model_copy(update={"read_seconds": 5.0})
    (loss,) = losses("v.mov", info.model_copy(update={"audio_length": short}), LIMITS)
    assert (loss.track, loss.lost_seconds) == ("sound", pytest.approx(1.0, abs=0.05))
    assert loss.message == "The audio of “v.mov” should be 6.0 s long, but only 5.0 s can be read."


def test_packets_of_sound_that_cannot_be_decoded_are_missing(tmp_path: Path) -> None:
    import av

    path = media.video(tmp_path / "v.mp4", 6, "160x90", "25", True, *H264, *AAC)
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux(audio=0)
                  if packet.size and 2 < packet.pts * packet.time_base < 3]  # fmt: skip
    for start, size in places:
        data[start : start + size] = b"\xff" * size
    path.write_bytes(data)
    (loss,) = looked_at(path, tmp_path)[1]
    assert (loss.track, loss.lost_seconds) == ("sound", pytest.approx(1.0, abs=0.1))


def test_headers_of_old_avi_files_may_lie(tmp_path: Path) -> None:
    path = media.video(tmp_path / "v.avi", 3, "160x90", "25", False, "-c:v", "mpeg4")
    data = bytearray(path.read_bytes())
    head = data.find(b"strh") + 8
    (frames,) = struct.unpack_from("<I", data, head + 32)
    assert 70 < frames < 80
    struct.pack_into("<I", data, head + 32, 4000)
    path.write_bytes(data)
    assert looked_at(path, tmp_path)[1] == [], "its index counts what there is"
    struct.pack_into("<I", data, head + 32, 0)
    path.write_bytes(data)
    assert looked_at(path, tmp_path)[1] == []


def test_gifs_have_no_losses(tmp_path: Path) -> None:
    path = media.video(tmp_path / "v.gif", 3, "160x90", "10", False)
    assert looked_at(path, tmp_path)[1] == []
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert "is cut off" in looked_at(path, tmp_path)[1][0].message


def test_garbage_after_a_file_is_not_a_loss(tmp_path: Path) -> None:
    for name in ("front.mp4", "fragments.mp4", "box.mkv", "stream.ts", "old.avi"):
        path = media.video(tmp_path / name, 3, "160x90", "25", True, *CONTAINERS[name])
        path.write_bytes(path.read_bytes() + bytes(range(256)) * 100)
        assert looked_at(path, tmp_path)[1] == [], name
