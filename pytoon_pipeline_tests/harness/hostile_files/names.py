"""Odd file names, files that refer to other files, and entries that are not regular files."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

from pytoon_pipeline_tests.harness.hostile_files.base import Recipe, base, files
from pytoon_pipeline_tests.harness.hostile_files.requests import folder


def odd_names(rng: random.Random) -> Iterator[Recipe]:
    names: list[str] = [
        "it's \"quoted\".mp4", "line\nbreak.mp4", "-i.mp4", "-y", "--help", "%d.mp4", "%s%n%05d.mp4", "a:b.mp4",
        "back\\slash.mp4",
        "x" * 240 + ".mp4", "Ünïcødé 🎬.mp4", os.fsdecode(b"\xff\xfe\x80.mp4"), "file:etc.mp4", "concat:a|b.mp4",
        "pipe:0",
        "http:video.mp4", "$(touch owned).mp4", "`touch owned`.mp4", ";reboot;.mp4", "\u202egpj.mp4", " ", "...mp4",
        "~.mp4",
        "[in][out]scale=1.mp4", "data:video", "\x1b[31mred\x07.mp4", "CON.mp4", ".mp4", "request.yaml",
    ]  # fmt: skip
    for name in names:
        yield files(name, base("plain.mp4"))
    yield (os.fsdecode(b"folder \xff\n"), lambda path: folder(path, b"media: [shot.png]\ntext: Hi\n"))
    yield ("folder\x1b'$(id)", lambda path: folder(path, b"media: [shot.png]\ntext: Hi\n"))
    yield (os.fsdecode(b"no request \xff"), lambda path: path.mkdir())


def pointers(rng: random.Random) -> Iterator[Recipe]:
    for target in ("/etc/passwd", "http://127.0.0.1:9/x.mp4", "../../../plain.mp4", "file:///etc/passwd"):
        yield files("list.m3u8", f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n".encode())
        yield files("list.mp4", f"ffconcat version 1.0\nfile '{target}'\nduration 2\n".encode())
    yield files("session.sdp", b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n")
    yield files(
        "dash.mp4",
        b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>/etc/passwd</BaseURL></MPD>',
    )
    yield files("redirect.asf", b"[Reference]\r\nRef1=http://127.0.0.1:9/x\r\n")
    yield files("playlist in media.ts", base("stream.ts")[:1880] + b"#EXTM3U\n/etc/passwd\n" * 999)


def special(rng: random.Random) -> Iterator[Recipe]:
    def loop(path: Path) -> None:
        path.symlink_to(path.name)

    yield "pipe.mp4", os.mkfifo
    yield "zero.mp4", lambda path: path.symlink_to("/dev/zero")
    yield "random.png", lambda path: path.symlink_to("/dev/urandom")
    yield "loop.mp4", loop
    yield "nowhere.mp4", lambda path: path.symlink_to("gone")
    yield "passwd.mp4", lambda path: path.symlink_to("/etc/passwd")
    yield "never made.mp4", lambda path: None
    yield "a folder.mp4", lambda path: path.mkdir()
    yield "memory.mp4", lambda path: path.symlink_to("/proc/self/mem")
