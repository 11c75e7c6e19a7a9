"""Makes the mistakes of ``mistakes.yaml`` through the command line, and reads what Pytoon answers.

``python -m pytoon_pipeline_tests.cli.mistakes`` writes the answers of today into that file, for people to read.
"""

import gzip
import os
import re
import shlex
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import yaml
from PIL import Image

from pytoon_pipeline.cli.main import main
from pytoon_pipeline.config.folder import presets_folder
from pytoon_pipeline_tests.harness import media

PRESETS = presets_folder()
LIST = Path(__file__).with_suffix(".yaml")
ANSWER = re.compile(r"(?:^|\n)error: (.*) \[(\w+)\]\n  (.*)\n", re.DOTALL)
FIELDS = ("exit", "code", "message", "hint")
HEADER = """\
# Mistakes that people make, and what Pytoon answers. FOLDER is the folder in which the command runs, HOME the home.
# The tests make each of them. To write the answers of today: python -m pytoon_pipeline_tests.cli.mistakes
"""


def listed() -> list[dict[str, Any]]:
    """The mistakes, each with the answer that it should have."""
    return list(yaml.safe_load(LIST.read_text("utf-8")))


def answer(mistake: dict[str, Any]) -> dict[str, Any]:
    """What the command line answers. Nothing may be rendered."""
    with _folder() as folder, ExitStack() as patches:
        for name in mistake.get("files", ()):
            _write(folder, name)
        for name, text in mistake.get("documents", {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        variables = {"PYTOON_HOME": str(folder / "home"), **mistake.get("variables", {})}
        patches.enter_context(mock.patch.dict(os.environ, variables))
        patches.enter_context(mock.patch("pytoon_pipeline.cli.rendering.open_runner", _nothing_may_run))
        # It would keep writing to the home of this mistake.
        patches.enter_context(mock.patch("pytoon_pipeline.runtime.logs.write_to"))
        before = Path.cwd()
        patches.callback(os.chdir, before)
        os.chdir(folder)
        code, said = _run(shlex.split(mistake["run"]))
        for place, name in ((PRESETS, "PRESETS"), (folder / "home", "HOME"), (folder, "FOLDER")):
            said = re.sub(rf"{re.escape(str(place))}(?![\w.])", name, said)
        found = ANSWER.search(said)
    assert found is not None, said
    return dict(zip(FIELDS, (code, found[2], found[1], found[3]), strict=True))


def _run(arguments: list[str]) -> tuple[int, str]:
    errors = StringIO()
    with redirect_stderr(errors), redirect_stdout(StringIO()):
        try:
            code = main(arguments)
        except SystemExit as stopped:
            code = int(stopped.code or 0)
    return code, errors.getvalue()


def _nothing_may_run(*_: object) -> None:
    raise AssertionError("This mistake is found only when the video is rendered.")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pytoon-mistake-", ignore_cleanup_errors=True) as name:
        yield Path(name).resolve()


def _write(folder: Path, name: str) -> None:
    """A file by its name; its extension decides what is in it, unless it is one of the special files."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith("/"):
        target.mkdir(exist_ok=True)
    elif name.endswith("presets"):
        _own_presets(target)
    else:
        target.write_bytes(_content(target.name if target.name in SPECIAL else target.suffix.lower()))


def _own_presets(folder: Path) -> None:
    """A presets folder without presets and brands, for documents of the test."""
    (folder / "brands").mkdir(parents=True)
    for name in ("limits", "operations", "platforms", "profanity", "clean-talk", "clean-product"):
        shutil.copy(PRESETS / f"{name}.yaml", folder)
    shutil.copytree(PRESETS / "captions", folder / "captions")


@cache
def _content(kind: str) -> bytes:
    return (SPECIAL.get(kind) or KINDS[kind])()


def _picture(form: str, size: tuple[int, int] = (320, 240)) -> bytes:
    data = BytesIO()
    Image.new("RGB", size, (180, 60, 40)).save(data, form)
    return data.getvalue()


def _zipped(entry: str, encrypted: bool = False) -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(entry, "content")
    content = bytearray(data.getvalue())
    if encrypted:
        content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _made(make: Callable[[Path], object], name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder) / name)
        return (Path(folder) / name).read_bytes()


def _clip() -> bytes:
    return _made(lambda path: media.video(path, 1, "160x120", "25", sound=True), "clip.mp4")


def _sound() -> bytes:
    import numpy as np

    rate = 8000
    tone = (8000 * np.sin(np.arange(2 * rate) * 0.3)).astype("<i2").tobytes()
    size = len(tone).to_bytes(4, "little")
    form = (
        b"fmt \x10\0\0\0\x01\0\x01\0" + rate.to_bytes(4, "little") + (2 * rate).to_bytes(4, "little") + b"\x02\0\x10\0"
    )
    return b"RIFF" + (len(tone) + 36).to_bytes(4, "little") + b"WAVE" + form + b"data" + size + tone


def _animation() -> bytes:
    data = BytesIO()
    frames = [Image.new("RGB", (200, 200), (n * 60, 0, 0)) for n in range(3)]
    frames[0].save(data, "WEBP", save_all=True, append_images=frames[1:])
    return data.getvalue()


KINDS: dict[str, Callable[[], bytes]] = {
    ".jpg": lambda: _picture("JPEG"), ".png": lambda: _picture("PNG"), ".tif": lambda: _picture("TIFF"),
    ".mp4": _clip, ".wav": _sound,
    ".docx": lambda: _zipped("word/document.xml"), ".xlsx": lambda: _zipped("xl/workbook.xml"),
    ".pptx": lambda: _zipped("ppt/presentation.xml"), ".zip": lambda: _zipped("holiday.mp4"),
    ".pages": lambda: _zipped("Index/Document.iwa"),
    ".doc": lambda: b"\xd0\xcf\x11\xe0" + bytes(900) + "WordDocument".encode("utf-16-le"),
    ".pdf": lambda: b"%PDF-1.7\n%\xe2\xe3\n", ".rar": lambda: b"Rar!\x1a\x07\x01\x00" + bytes(20),
    ".7z": lambda: b"7z\xbc\xaf\x27\x1c" + bytes(40), ".txt": lambda: b"Dear all,\nplease find attached\n",
    ".html": lambda: b"<!DOCTYPE html><p>404", ".svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ".psd": lambda: b"8BPS\0\1" + bytes(60), ".ai": lambda: b"%PDF-1.5\n%Adobe Illustrator\n",
    ".prproj": lambda: gzip.compress(b"<?xml version='1.0'?><PremiereData Version='3'>"),
    ".m3u": lambda: b"#EXTM3U\nfilm.mp4\n", ".otf": lambda: b"OTTO" + bytes(60), ".py": lambda: b"#!/bin/python\n",
    ".m4p": lambda: b"\0\0\0\x18ftypM4P " + bytes(60), ".exe": lambda: b"MZ" + bytes(60),
    ".srt": lambda: b"1\n00:00:00,000 --> 00:00:02,000\nHello\n",
    ".json": lambda: b'{"name": "a program", "version": 7}',
}  # fmt: skip
SPECIAL: dict[str, Callable[[], bytes]] = {
    "empty.mp4": lambda: b"", "broken.jpg": lambda: _picture("JPEG")[:200], "tiny.png": lambda: _picture("PNG", (8, 8)),
    "cut.mp4": lambda: b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2" + bytes(99),
    "locked.zip": lambda: _zipped("a.mp4", True),
    "moving.webp": _animation, "noise.mp4": lambda: bytes(range(256)) * 20,
    "locked.pdf": lambda: b"%PDF-1.7\ntrailer <</Encrypt 5 0 R>>\n",
    ".DS_Store": lambda: b"\0\0\0\1Bud1", "song.wav": lambda: _sound(),
}  # fmt: skip


class _Text(str):
    """Text that YAML writes as a block."""


def _block(dumper: yaml.Dumper, text: _Text) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|" if "\n" in text else None)


def update() -> None:
    """Writes the answers of today into the list."""
    yaml.add_representer(_Text, _block)
    parts = [HEADER]
    for mistake in listed():
        asked = {name: value for name, value in mistake.items() if name not in FIELDS}
        if "documents" in asked:
            asked["documents"] = {name: _Text(text) for name, text in asked["documents"].items()}
        entry = {**asked, **answer(mistake)}
        parts.append(yaml.dump([entry], allow_unicode=True, sort_keys=False, width=110))
    LIST.write_text("\n".join(parts), "utf-8")


if __name__ == "__main__":
    sys.exit(update())
