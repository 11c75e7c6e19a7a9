"""Folders whose request is the attack."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

from pytoon_pipeline_tests.harness.hostile_files.base import Recipe, base


def folder(path: Path, request: bytes, name: str = "request.yaml", **more: bytes) -> None:
    """A folder with a picture, a clip, a sound and the request."""
    path.mkdir()
    for own in ("plain.mp4", "shot.png", "tone.wav"):
        (path / own).write_bytes(base(own))
    for other, data in more.items():
        (path / other.replace("_", ".")).write_bytes(data)
    (path / name).write_bytes(request)


def with_music(name: str, tune: str, data: bytes) -> Recipe:
    def write(path: Path) -> None:
        folder(path, f"media: [shot.png]\ntext: Hello\nmusic: {tune}\n".encode())
        (path / tune).write_bytes(data)

    return name, write


def requests(rng: random.Random) -> Iterator[Recipe]:
    lists = "\n".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    merges = "\n".join(
        f"{b}: &{b}\n  <<: [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    hello = "media: [shot.png]\n"
    documents: dict[str, str | bytes] = {
        "aliases": "a: &a [lol]\n" + lists + "\nmedia: *i\n",
        "aliases in settings": hello + "adjust:\n  captions:\n" + "".join(
            f"    {line}\n" for line in ["a: &a [lol]", *lists.splitlines()]
        ),
        "merges": "a: &a {x: 1}\n" + merges + "\ntext: *i\n",
        "itself": "text: &a [*a]\nadjust: &b {captions: *b}\n",
        "brackets": "text: " + "[" * 100_000,
        "closed brackets": "text: " + "[" * 5_000 + "]" * 5_000,
        "braces": "text: " + "{a: " * 50_000,
        "dashes": "text:\n" + "- " * 100_000,
        "indents": "\n".join(" " * n + "a:" for n in range(1400)),
        "half a million items": "text: [" + "1," * 500_000 + "]",
        "ten megabytes": hello + "# x\n" * 2_500_000,
        "a list": "- media\n", "a word": "media\n", "a number": "42\n", "nothing": "", "only a comment": "# hi\n",
        "binary": rng.randbytes(5000), "zeros": bytes(5000), "utf-16": "media: [shot.png]".encode("utf-16"),
        "not utf-8": b"text: \xff\xfe\nmedia: [shot.png]\n", "tabs": "media:\n\t- shot.png\n",
        "twice": "media: [shot.png]\nmedia: [plain.mp4]\ntext: a\ntext: b\n",
        "python": hello + "text: !!python/object/apply:os.system ['touch /tmp/owned']\n",
        "python name": hello + "text: !!python/name:os.system\n",
        "bytes": hello + "text: !!binary aGVsbG8=\n", "a set": hello + "adjust: {captions: !!set {a, b}}\n",
        "unknown tag": hello + "text: !mine x\n", "date": hello + "text: 2001-99-99\n",
        "good date": hello + "text: 2001-01-01\n",
        "time": hello + "adjust: {captions: {size: 2001-01-01 00:00:00}}\n",
        "long number": hello + "max_seconds: " + "9" * 50_000 + "\n",
        "hex": hello + "max_seconds: 0x" + "f" * 9999 + "\n",
        "sixties": hello + "max_seconds: 1" + ":59" * 20_000 + "\n",
        "underscores": hello + "max_seconds: 1" + "_" * 90_000,
        "infinite": hello + "max_seconds: .inf\n", "no number": hello + "max_seconds: .nan\n",
        "adjusted to no number": hello + "text: Hi\nadjust: {captions: {size: .nan}}\n",
        "adjusted without media": "text: Hi\nadjust: {silence: {min_seconds: .nan}}\n",
        "infinite start": "media: [{file: plain.mp4, start: .inf}]\n",
        "no start": "media: [{file: plain.mp4, start: .nan}]\n",
        "late start": "media: [{file: plain.mp4, start: 7000}]\n",
        "shown for long": "media: [{file: shot.png, end: 7200}]\n",
        "wrong types": "media: 5\ntext: [1]\npreset: {}\nmusic: [a]\nadjust: 7\nbrand: 1.5\n",
        "maps for names": "media: [{file: {a: b}}]\n", "keys": hello + "1: 2\n? [a, b]\n: c\nnull: x\n",
        "number keys": hello + "adjust: {1: {2: 3}}\n", "long key": hello + "k" * 900_000 + ": 1\n",
        "long text": hello + "text: " + "word " * 200_000, "one long word": hello + "text: " + "w" * 600,
        "fifty thousand media": "media: [" + "shot.png, " * 50_000 + "]\n",
        "forty media": "media: [" + "shot.png, " * 40 + "]\n",
        "missing media": "media: [gone.mp4]\n", "no file": "media: ['']\n", "dot": "media: ['.']\n",
        "a folder": "media: ['..']\n",
        "up": "media: [../../../../etc/passwd]\n", "absolute": "media: [/etc/passwd]\n", "nul": 'media: ["a\\0b"]\n',
        "address": "media: ['http://127.0.0.1:9/x.mp4']\n", "concat": "media: ['concat:shot.png|plain.mp4']\n",
        "file address": "media: ['file:///etc/passwd']\n", "long name": f"media: [{'n' * 5000}]\n",
        "music elsewhere": hello + "music: ../../tone.wav\n", "music is a picture": hello + "music: shot.png\n",
        "voice is a request": hello + "voice: request.yaml\n",
        "background elsewhere": hello + "archetype: overlay\nbackground: /etc/passwd\n",
        "background is sound": hello + "archetype: overlay\nbackground: tone.wav\ntext: Hi\n",
        "preset elsewhere": hello + "preset: ../../etc/passwd\n", "brand elsewhere": hello + "brand: ../../../x\n",
        "variant elsewhere": hello + "variant: ../../x\n", "limits as preset": hello + "preset: limits\n",
        "media is the request": "media: [request.yaml]\n", "sound as media": "media: [tone.wav]\n",
        "filter syntax": hello + r"text: '{\p1}%{pts}\N:=,;[in]drawtext=textfile=/etc/passwd'" + "\n",
        "control characters": hello + 'text: "a\\x07\\x1b[31m\\u202e\\u200b\\ufeff\\ud800"\n',
        "combining": hello + "text: " + "a" + "\u0301" * 500 + "\n", "no text": hello + "text: '   '\n",
        "spoken for": "media: [plain.mp4]\narchetype: meme\ntext: {hook: [a], beats: {a: 1}}\n",
        "footage without footage": hello + "archetype: footage\n",
        "plan without plan": hello + "archetype: edit_plan\n",
        "nothing to show": "archetype: hero\n", "plan elsewhere": "edit_plan: ../../../etc/passwd\n",
        "plan is itself": "edit_plan: request.yaml\n",
        "plan is a film": "edit_plan: plain.mp4\n",
    }  # fmt: skip
    for name, text in documents.items():
        yield request_of(name, text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    for name, target in (("link out", "/etc/passwd"), ("link round", "other.png"), ("device", "/dev/zero")):
        yield linked(name, "media: [other.png]\n", "other.png", target)
    yield linked("request is a link", "", "request.yaml", "/etc/passwd")
    yield linked("request is a device", "", "request.yaml", "/dev/zero")
    yield linked("plan is a device", "edit_plan: other.json\n", "other.json", "/dev/zero")
    yield linked("media is a pipe", "media: [other.png]\n", "other.png", None)
    yield linked("plan is a pipe", "edit_plan: other.json\n", "other.json", None)
    yield linked("request is a pipe", "", "request.yaml", None)


def request_of(name: str, request: bytes) -> Recipe:
    return name, lambda path: folder(path, request)


def linked(name: str, request: str, link: str, target: str | None) -> Recipe:
    """A folder with a link in it, or a pipe."""

    def write(path: Path) -> None:
        folder(path, request.encode())
        (path / link).unlink(missing_ok=True)
        if target is None:
            os.mkfifo(path / link)
        else:
            (path / link).symlink_to(target)

    return name, write
