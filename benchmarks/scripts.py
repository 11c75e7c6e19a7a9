"""Texts in many scripts, and emoji in captions: missing glyphs, the error of their places, and the cost per frame.

``python -m benchmarks.scripts [FOLDER]``. With the FOLDER of unpacked font packages of the system, the fonts that
``pytoon doctor`` names for further scripts are examined too.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pytoon_pipeline.contracts.captions import CaptionMotion, CaptionStyle
from pytoon_pipeline.contracts.spec.render_spec import CaptionPlan, Cue, CueWord, WordPlace
from pytoon_pipeline.contracts.time import FrameRate
from pytoon_pipeline.media import fonts
from pytoon_pipeline.media.fallback_fonts import OTHER_FONTS
from pytoon_pipeline.media.fonts import FontRun, font_runs
from pytoon_pipeline.rendering import captions, emoji
from pytoon_pipeline.rendering.word_images import word_image, word_layers
from pytoon_pipeline.rendering.yuva import YuvaImage, blend, solid_image, transparent_image
from pytoon_pipeline_tests.harness.machine import machine, spread
from pytoon_pipeline_tests.harness.placed_captions import placed_captions
from pytoon_pipeline_tests.harness.writing import SENTENCES, emoji_sequences

RATE = FrameRate(numerator=30)
FRAMES, CANVAS = 30, (1080, 1920)
SIZES = (60, 88, 200)
DOTTED_CIRCLE = 0x25CC
# Emoji are measured against themselves at this many times their size.
DETAIL = 2


def missing_glyphs(runs: tuple[FontRun, ...]) -> int:
    """Glyphs without a shape: boxes, and marks without their letter."""
    count = 0
    for run in runs:
        shaper, buffer = run.font.shape(run.text)
        boxes = {0, shaper.get_nominal_glyph(DOTTED_CIRCLE)}
        count += sum(glyph.codepoint in boxes for glyph in buffer.glyph_infos)
    return count


def other_scripts(folder: Path) -> dict[str, int]:
    """Letters of each further script that the font named for it lacks, of those that Unicode 12 has."""
    from fontTools.unicodedata import script, script_name

    files = {file.name: file for file in folder.rglob("*.ttf")}
    letters: dict[str, list[str]] = {}
    for char in map(chr, range(0x300, 0x1FFFF)):
        if char.isalpha():
            letters.setdefault(script_name(script(char)), []).append(char)
    lacking = {}
    for name, (_, file) in OTHER_FONTS.items():
        if file in files:
            font = fonts.load(fonts.register(f"{name} of the system", files[file]))
            lacking[name] = len(font.missing("".join(letters[name])))
    return lacking


def plan_of(*words: str, size: int, outline: float = 0) -> CaptionPlan:
    style = CaptionStyle(size=size, outline=outline, motion=CaptionMotion(page="none", page_seconds=0, word_seconds=0))
    step = FRAMES // len(words)
    timed = tuple(CueWord(text=word, start=n * step, end=(n + 1) * step) for n, word in enumerate(words))
    return placed_captions(style, [Cue(start=0, end=FRAMES, words=timed)])


def compose(plan: CaptionPlan, canvas: YuvaImage, frame: int = 0) -> YuvaImage:
    for sprite in captions.sprites(plan.cues, plan.style, RATE, frame, CANVAS):
        blend(canvas, sprite)
    return canvas


def centre(coverage: np.ndarray) -> np.ndarray:
    """The centre of coverage, x and y, in pixels."""
    rows, columns = np.indices(coverage.shape) + 0.5
    weights = coverage.astype(float)
    return np.array([(columns * weights).sum(), (rows * weights).sum()]) / weights.sum()


def place_error(text: str, size: int) -> float:
    """Distance in pixels of an emoji in a caption from the place where shaping the line puts it."""
    plan = plan_of("Go", text, size=size)
    first, second = _places(plan)
    (run,) = font_runs(text, plan.style.font)
    drawn = compose(plan, transparent_image(*CANVAS)).a
    assert drawn is not None
    # Some emoji are a little wider than their advance.
    left = round(first.x + first.width + second.x) // 2
    found = centre(drawn[:, left:])
    large = emoji.draw(run, second.size * DETAIL, 0, 0)
    shape = centre(large.rgba[:, :, 3])
    x = left + found[0] - (shape[0] + large.left) / DETAIL
    y = found[1] - (shape[1] + large.top) / DETAIL
    expected = first.x + fonts.text_width("Go ", plan.style.font, first.size)
    return float(np.hypot(x - expected, y - first.baseline))


def _places(plan: CaptionPlan) -> Iterator[WordPlace]:
    return iter(plan.cues[0].places)


def frame_milliseconds(*words: str) -> list[float]:
    """Milliseconds per frame of drawing a caption of these words, the first drawing of them included."""
    plan = plan_of(*words, size=88, outline=6)
    canvas = solid_image("#808080", *CANVAS)
    times = []
    for _ in range(7):
        word_image.cache_clear()
        word_layers.cache_clear()
        began = time.process_time()
        for frame in range(FRAMES):
            compose(plan, canvas, frame)
        times.append((time.process_time() - began) / FRAMES * 1000)
    return times


def measure(folder: Path | None) -> dict[str, object]:
    every = list(emoji_sequences())
    shaped = {text: font_runs(text, "Roboto Black") for text in every}
    errors = [place_error(text, SIZES[n % len(SIZES)]) for n, text in enumerate(every[:: len(every) // 400])]
    plain, pictures = frame_milliseconds("Fresh", "coffee", "now"), frame_milliseconds("Fresh", "☕🔥", "👩🏽‍💻")
    return {
        "machine": machine(),
        "scripts": len(SENTENCES),
        "missing_glyphs": sum(missing_glyphs(font_runs(text, "Roboto Black")) for text in SENTENCES.values()),
        "emoji": len(every),
        "missing_emoji": sum(missing_glyphs(runs) for runs in shaped.values()),
        "emoji_of_several_glyphs": sum(
            len(runs[0].font.shape(text)[1].glyph_infos) > 1 for text, runs in shaped.items()
        ),
        "measured_places": len(errors),
        "place_error_pixels": {"median": statistics.median(errors), "max": max(errors)},
        "frame_milliseconds": {"letters": spread(plain), "emoji": spread(pictures)},
        "lacking_letters_of_other_scripts": other_scripts(folder) if folder else None,
    }


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]) if len(sys.argv) > 1 else None), indent=1))
