"""Containers: opened within limits, and never leading to another file."""

import struct
from pathlib import Path

import pytest

from pytoon_pipeline.media.container import opened
from pytoon_pipeline.media.decoding import demux
from pytoon_pipeline.media.probing import probe
from pytoon_pipeline_tests.harness import media
from pytoon_pipeline_tests.harness.refusals import code_of


def test_names_that_look_like_addresses_are_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    video = media.video(tmp_path / "v.mp4", 1)
    monkeypatch.chdir(tmp_path)
    for name in ("concat:v.mp4|v.mp4", "http:v.mp4", "data:video", "%d.mp4", "-i.mp4"):
        Path(name).write_bytes(video.read_bytes())
        assert probe(Path(name)).video is not None


def test_no_container_can_refer_to_another_file(tmp_path: Path) -> None:
    target = media.video(tmp_path / "v.mp4", 1)
    for name, text in {
        "a.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:{target}\n#EXT-X-ENDLIST\n",
        "b.mp4": f"ffconcat version 1.0\nfile 'file:{target}'\n",
        "c.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    }.items():
        (tmp_path / name).write_text(text)
        assert code_of(tmp_path / name) == "not_media"
    movie = media.video(tmp_path / "v.mov", 1, "320x180", "25", False)
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
    with opened(movie) as movie_file:
        packets = [bytes(packet) for packet in demux(movie_file)]
    assert len(packets) == 26
    assert not any(map(any, packets)), "no bytes of the other file are read"


def test_tags_in_another_encoding_do_not_matter(tmp_path: Path) -> None:
    path = media.video(tmp_path / "v.mp4", 1, "320x180", "25", True, "-metadata", "title=AAAAAAAA")
    path.write_bytes(path.read_bytes().replace(b"AAAAAAAA", b"caf\xe9\xff\xfe\xe9\xe9"))
    assert probe(path).video is not None
