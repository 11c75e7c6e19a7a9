"""Generated uploads of all kinds, each with its expected outcome."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from pytoon_pipeline.media import ffmpeg

# Seconds between the chunks of an upload that arrives slowly.
SLOWLY = 4.0


@dataclass(frozen=True)
class Drop:
    """An upload by its name in the inbox. ``expected``: “completed”, “degraded”, “held”, “same” (nothing new) or the
    code of its rejection. Drops of one ``group`` ask for the same video; the last of them counts.
    """

    name: str
    put: Callable[[Path], None]
    expected: str
    group: str = ""


def mixed(count: int) -> list[Drop]:
    """``count`` uploads, every kind in turn; no two ask for the same video unless they say so."""
    found: list[Drop] = []
    turn = 0
    while len(found) < count:
        for kind in KINDS:
            found += kind(turn)
        turn += 1
    return found[:count]


def _hero(n: int) -> list[Drop]:
    return [
        Drop(f"hero-{n}", lambda to: _folder(to, {"media": ["a.png"], "text": f"Number {n}"}, _still(n)), "completed")
    ]


def _footage(n: int) -> list[Drop]:
    return [Drop(f"clip-{n}.mp4", lambda to: _whole(to, clip(n)), "completed")]


def _duplicate(n: int) -> list[Drop]:
    return [Drop(f"copy of clip-{n}.mp4", lambda to: _whole(to, clip(n)), "same")]


def _slow(n: int) -> list[Drop]:
    """A file copied in pieces and held open all the time; and a folder whose media arrive later."""
    return [
        Drop(f"slow-{n}.mp4", lambda to: _in_pieces(to, clip(1000 + n)), "completed"),
        Drop(f"slow-folder-{n}", lambda to: _media_last(to, n), "completed"),
    ]


def _edited(n: int) -> list[Drop]:
    """The same media with another request: one video, that of the last."""
    name, group = f"edited-{n}", f"edited-{n}"
    first = Drop(name, lambda to: _folder(to, {"media": ["a.png"], "text": "Before"}, _still(2000 + n)), "same", group)
    last = Drop(
        f"{name}-again",
        lambda to: _folder(to, {"media": ["a.png"], "text": f"After {n}"}, _still(2000 + n)), "completed", group,
    )  # fmt: skip
    return [first, last]


def _variant(n: int) -> list[Drop]:
    request = {"media": ["a.png"], "text": "A variant", "variant": "teaser"}
    return [Drop(f"variant-{n}", lambda to: _folder(to, request, _still(n)), "completed")]


def _designs(n: int) -> list[Drop]:
    overlay = {"archetype": "overlay", "media": ["a.png"], "text": f"{n} % OFF"}
    meme = {"archetype": "meme", "media": ["a.png"], "text": {"hook": f"When {n}", "cta": "is enough"}}
    words = {"text": {"hook": f"Did you know {n}?", "beats": ["It is even."], "cta": "Follow"}}
    return [
        Drop(f"overlay-{n}", lambda to: _folder(to, overlay, _still(3000 + n, True)), "completed"),
        Drop(f"meme-{n}", lambda to: _folder(to, meme, _still(4000 + n)), "completed"),
        Drop(f"words-{n}", lambda to: _folder(to, words), "completed"),
    ]


def _bad(n: int) -> list[Drop]:
    truncated = clip(5000 + n)[:3000]
    misspelt = {"media": ["a.png"], "colour": "red"}
    return [
        Drop(f"text-{n}.mp4", lambda to: _whole(to, b"no video %d" % n), "not_media"),
        Drop(f"empty-{n}.mp4", lambda to: _whole(to, b""), "empty_file"),
        Drop(f"truncated-{n}.mp4", lambda to: _whole(to, truncated), "no_picture_decoded"),
        Drop(f"colour-{n}", lambda to: _folder(to, misspelt, _still(n)), "invalid_request"),
        Drop(f"lacking-{n}", lambda to: _folder(to, {"media": ["a.png", "b.png"]}, _still(n)), "file_missing"),
        Drop(f"outside-{n}", lambda to: _folder(to, {"media": ["../a.png"]}, _still(n)), "outside_folder"),
    ]


def _mended(n: int) -> list[Drop]:
    """Pictures that change too fast: the first attempt fails, the second shows them for longer and passes."""
    files: dict[str, Image.Image | bytes] = {
        f"{name}.png": Image.new("RGB", (400, 600), (grey + n % 20,) * 3) for name, grey in (("a", 10), ("b", 225))
    }
    media = [{"file": f"{name}.png", "end": 0.1} for name in "ababababab"]
    request = {"archetype": "hero", "media": media, "transition": "cut"}
    return [Drop(f"hasty-{n}", lambda to: _folder(to, request, files), "completed")]


def _unknown_letters(n: int) -> list[Drop]:
    """Characters that no font has are rejected before rendering."""
    request = {"archetype": "hero", "media": [{"file": "a.png", "end": 2}], "text": f"漢字 {n}"}
    return [Drop(f"letters-{n}", lambda to: _folder(to, request, _still(6000 + n)), "missing_glyphs")]


def _strobe(n: int) -> list[Drop]:
    """Flashes five times per second: no remedy makes that safe."""
    request = {"archetype": "hero", "media": ["a.mp4"], "max_seconds": 2.5}
    return [Drop(f"strobe-{n}", lambda to: _folder(to, request, {"a.mp4": flashing(n)}), "held")]


KINDS: Sequence[Callable[[int], list[Drop]]] = (
    _hero, _footage, _duplicate, _slow, _edited, _variant, _designs, _bad, _mended, _unknown_letters, _strobe,
)  # fmt: skip


def clip(seed: int) -> bytes:
    """A second and a half of a moving test picture with a tone, other ones for every seed."""
    sources = [
        f"testsrc2=size=320x{180 + 2 * (seed % 40)}:rate=25:duration=1.6,hue=h={seed % 360}",
        f"sine=frequency={200 + seed % 1000}:sample_rate=48000:duration=1.6",
    ]
    return _made([part for one in sources for part in ("-f", "lavfi", "-i", one)])


def flashing(seed: int) -> bytes:
    colour = f"color=white:s=320x{560 + 2 * (seed % 40)}:r=30:d=2.5"
    return _made(["-f", "lavfi", "-i", f"{colour},drawbox=color=black:t=fill:enable='lt(mod(n,6),3)'"])


def _made(inputs: list[str]) -> bytes:
    out = ["-pix_fmt", "yuv420p", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "-"]
    return ffmpeg.run(["-v", "error", *inputs, *out])[0]


def _still(seed: int, transparent: bool = False) -> dict[str, Image.Image]:
    random = np.random.default_rng(seed)
    small = random.integers(60, 220, (6, 4, 3), np.uint8)
    picture = Image.fromarray(small).resize((600, 900), Image.Resampling.BICUBIC)
    if transparent:
        mask = Image.fromarray(((np.indices((900, 600)) - [[[450]], [[300]]]) ** 2).sum(axis=0) < 250**2)
        picture.putalpha(mask.convert("L"))
    return {"a.png": picture}


def _folder(to: Path, request: dict[str, object], files: dict[str, Image.Image | bytes] | None = None) -> None:
    to.mkdir(parents=True)
    for name, content in (files or {}).items():
        if isinstance(content, bytes):
            (to / name).write_bytes(content)
        else:
            content.save(to / name)
    (to / "request.yaml").write_text(json.dumps(request))


def _whole(to: Path, content: bytes) -> None:
    to.write_bytes(content)


def _in_pieces(to: Path, content: bytes) -> None:
    third = len(content) // 3 + 1
    with to.open("wb") as file:
        for start in range(0, len(content), third):
            file.write(content[start : start + third])
            file.flush()
            time.sleep(2 * SLOWLY)


def _media_last(to: Path, n: int) -> None:
    to.mkdir()
    (to / "request.yaml").write_text(json.dumps({"media": ["a.png"], "text": f"Slowly {n}"}))
    time.sleep(2 * SLOWLY)
    _still(7000 + n)["a.png"].save(to / "a.png")
