"""Flashes and patterns against WCAG 2.3.1, ITU-R BT.1702 and Ofcom's guidance, row by row."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pytoon_pipeline.config.presets import limit_sources, load_limits
from pytoon_pipeline.media.frame_stats import FrameStats, FrameStatsCollector
from pytoon_pipeline.quality.flashes import find_flashes
from pytoon_pipeline.quality.patterns import find_patterns
from pytoon_pipeline.quality.verdict import check_video
from pytoon_pipeline_tests.harness import defects

RATE, WIDTH, HEIGHT = 30, 270, 480
BLACK, GREY, WHITE = 16, 126, 235
Picture = NDArray[np.uint8]
# Luma and both colour planes of frame n.
Shown = Callable[[int], tuple[Picture, Picture, Picture]]
DOWN, ACROSS = np.mgrid[:HEIGHT, :WIDTH]


def grey(luma: NDArray[np.generic]) -> tuple[Picture, Picture, Picture]:
    half = np.full((HEIGHT // 2, WIDTH // 2), 128, np.uint8)
    return np.ascontiguousarray(luma, np.uint8), half, half


def plain(value: int) -> Picture:
    return np.full((HEIGHT, WIDTH), value, np.uint8)


def lit(n: int, frequency: float, phase: float = 0.0) -> bool:
    """Whether a square wave is up in frame n."""
    return int(2 * (n * frequency / RATE + phase) + 1e-9) % 2 == 0


def strobe(frequency: float, light: int = WHITE, dark: int = BLACK, area: float = 1.0, until: int = 10**6) -> Shown:
    """A part of the picture flashes, from the top down; the rest is dark."""

    def shown(n: int) -> tuple[Picture, Picture, Picture]:
        luma = plain(dark)
        if n < until and lit(n, frequency):
            luma[: round(HEIGHT * area)] = light
        return grey(luma)

    return shown


def coloured(frequency: float, first: tuple[int, int, int], second: tuple[int, int, int], area: float = 1.0) -> Shown:
    """Part of the picture alternates between two colours, given as Y, U, V."""

    def shown(n: int) -> tuple[Picture, Picture, Picture]:
        planes = [plain(v)[:: 1 + (k > 0), :: 1 + (k > 0)].copy() for k, v in enumerate(second)]
        if lit(n, frequency):
            for plane, value in zip(planes, first, strict=True):
                plane[: round(len(plane) * area)] = value
        return planes[0], planes[1], planes[2]

    return shown


def sequence(*levels: int) -> Shown:
    return lambda n: grey(plain(levels[n % len(levels)]))


def antiphase(frequency: float, parts: int = 2) -> Shown:
    """Parts of the picture flash one after the other."""

    def shown(n: int) -> tuple[Picture, Picture, Picture]:
        luma = plain(BLACK)
        for k in range(parts):
            if lit(n, frequency, k / parts):
                luma[k * HEIGHT // parts : (k + 1) * HEIGHT // parts] = WHITE
        return grey(luma)

    return shown


def elsewhere(frequency: float) -> Shown:
    """Flashes that take a third of the picture each, in turn."""

    def shown(n: int) -> tuple[Picture, Picture, Picture]:
        luma = plain(BLACK)
        if lit(n, frequency):
            part = int(n * frequency / RATE) % 3
            luma[part * HEIGHT // 3 : (part + 1) * HEIGHT // 3] = WHITE
        return grey(luma)

    return shown


def bars(
    period: float, angle: float = 0.0, light: int = WHITE, dark: int = BLACK, area: float = 1.0,
    at: Callable[[int], float] = lambda n: 0.0, seen: Callable[[int], bool] = lambda n: True,
) -> Shown:  # fmt: skip
    """Stripes over a part of the picture, from the top down, on grey; ``at`` moves them, in periods."""
    turn = np.deg2rad(angle)
    across = (ACROSS * np.cos(turn) + DOWN * np.sin(turn)) / period

    def shown(n: int) -> tuple[Picture, Picture, Picture]:
        luma = np.where((across + at(n)) % 1 < 0.5, light, dark).astype(np.uint8)
        luma[round(HEIGHT * area) :] = GREY
        return grey(luma if seen(n) else plain(GREY))

    return shown


def drawn(luma: NDArray[np.generic]) -> Shown:
    return lambda n: grey(luma)


def checks(size: int, frequency: float) -> Shown:
    luma = np.where((ACROSS // size + DOWN // size) % 2, WHITE, BLACK)
    return lambda n: grey(luma if lit(n, frequency) else BLACK + WHITE - luma)


def rings() -> NDArray[np.generic]:
    return np.where(np.hypot(ACROSS - WIDTH / 2, DOWN - HEIGHT / 2) % 24 < 12, WHITE, BLACK)


def cuts(every: int) -> Shown:
    """Scenes of random blocks of moderate light, one after the other."""

    def shown(n: int) -> tuple[Picture, Picture, Picture]:
        small = np.random.default_rng(n // every).integers(60, 150, (8, 5)).astype(np.uint8)
        return grey(cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR))

    return shown


def pan(period: float, light: int, dark: int) -> Shown:
    return bars(period, light=light, dark=dark, at=lambda n: n / 90)


def shaken(n: int) -> tuple[Picture, Picture, Picture]:
    """A detailed scene held by a trembling hand."""
    scene = cv2.GaussianBlur(np.random.default_rng(1).normal(120, 400, (HEIGHT + 40, WIDTH + 40)), (0, 0), 5)
    x, y = (20 + 8 * np.sin(n * s) for s in (1.1, 0.7))
    return grey(np.clip(scene[int(y) : int(y) + HEIGHT, int(x) : int(x) + WIDTH], BLACK, WHITE))


def inverted(n: int) -> tuple[Picture, Picture, Picture]:
    """Random small squares and their negative."""
    small = np.random.default_rng(2).choice([40, 210], (HEIGHT // 6, WIDTH // 6))
    luma = np.kron(small, np.ones((6, 6), int))
    return grey(luma if lit(n, 7.5) else 250 - luma)


def grainy(n: int) -> tuple[Picture, Picture, Picture]:
    noise = np.random.default_rng(n).normal(0, 12, (HEIGHT, WIDTH))
    return grey(np.clip(110 + 3 * np.sin(n) + noise, BLACK, WHITE))


def fireworks(n: int) -> tuple[Picture, Picture, Picture]:
    """Bursts that light up a tenth of a dark picture each, and fade."""
    luma = plain(20).astype(float)
    for k in range(max(0, n - 25), n + 1):
        x, y = np.random.default_rng(k // 7).integers(40, WIDTH - 40, 2)
        if k % 7 == 0 and n - k < 25:
            luma += 200 * np.exp(-(n - k) / 6) * (np.hypot(ACROSS - x, DOWN - y * 1.5) < 60)
    return grey(np.clip(luma, BLACK, WHITE))


RED, DARK_RED, GREEN, BLUE = (63, 102, 240), (30, 118, 180), (173, 42, 26), (32, 240, 118)
NONE = (BLACK, 128, 128)
SAFE, FLASH, RED_FLASH, PATTERN = "", "flash", "red_flash", "pattern"

# What is shown, for how many seconds, and what the standards make of it. WCAG 2.3.1: more than three flashes in any
# second on a quarter of the picture; a flash is a pair of opposing changes by a tenth of the largest luminance, the
# darker side below 0.8, or of saturated red. BT.1702: nor a long run below that. Ofcom: more than five pairs of stripes
# of high contrast for more than half a second, on 40 % of the picture, or 25 % where they flash, reverse or oscillate.
STANDARDS: dict[str, tuple[Shown, float, str]] = {
    # Frequency, all of the picture
    **{f"{hz:g} Hz": (strobe(hz), 2.0, SAFE) for hz in (1, 1.5, 2, 2.5, 3)},
    **{f"{hz:g} Hz": (strobe(hz), 2.0, FLASH) for hz in (3.75, 4, 5, 6, 7.5, 10, 12, 15)},
    "every picture, grey and black": (sequence(GREY, BLACK), 2.0, FLASH),
    "every picture, light grey and grey": (sequence(200, GREY), 2.0, FLASH),
    "white, white, black": (sequence(WHITE, WHITE, BLACK), 2.0, FLASH),
    "white, black, black, black": (sequence(WHITE, BLACK, BLACK, BLACK), 2.0, FLASH),
    "up in steps, down in steps": (sequence(BLACK, 90, 150, 90), 2.0, FLASH),
    "three flashes, then none": (strobe(15, until=6), 2.0, SAFE),
    "five flashes, then none": (strobe(15, until=10), 2.0, FLASH),
    # Long sequences
    "2 Hz for 4 s": (strobe(2), 4.0, SAFE),
    "2 Hz for 7 s": (strobe(2), 7.0, FLASH),
    "2.5 Hz in antiphase for 7 s": (antiphase(2.5), 7.0, FLASH),
    "1 Hz for 7 s": (strobe(1), 7.0, SAFE),
    # Area
    **{f"5 Hz on {area:.0%}": (strobe(5, area=area), 2.0, SAFE) for area in (0.05, 0.15, 0.22)},
    **{f"5 Hz on {area:.0%}": (strobe(5, area=area), 2.0, FLASH) for area in (0.3, 0.5)},
    "15 Hz on 20%": (strobe(15, area=0.2), 2.0, SAFE),
    "15 Hz on 35%": (strobe(15, area=0.35), 2.0, FLASH),
    # Phase
    **{f"halves in antiphase at {hz} Hz": (antiphase(hz), 2.0, FLASH) for hz in (5, 7.5, 15)},
    "halves in antiphase at 2 Hz": (antiphase(2), 2.0, SAFE),
    "thirds one after the other at 5 Hz": (antiphase(5, 3), 2.0, FLASH),
    "each flash elsewhere at 6 Hz": (elsewhere(6), 2.0, FLASH),
    "each flash elsewhere at 2 Hz": (elsewhere(2), 2.0, SAFE),
    # Luminance
    "10 Hz of a small step": (strobe(10, light=140, dark=126), 2.0, SAFE),
    "10 Hz of dark greys": (strobe(10, light=75, dark=40), 2.0, SAFE),
    "10 Hz between light and white": (strobe(10, light=WHITE, dark=218), 2.0, SAFE),
    "10 Hz of a step of a fifth": (strobe(10, light=150, dark=110), 2.0, FLASH),
    # Colour
    "red and black at 5 Hz": (coloured(5, RED, NONE), 2.0, RED_FLASH),
    "red and black at every picture": (coloured(15, RED, NONE), 2.0, RED_FLASH),
    "red and black at 2 Hz": (coloured(2, RED, NONE), 2.0, SAFE),
    "red and blue at 6 Hz": (coloured(6, RED, BLUE), 2.0, RED_FLASH),
    "red on a fifth at 6 Hz": (coloured(6, RED, NONE, 0.2), 2.0, SAFE),
    "green and black at 6 Hz": (coloured(6, GREEN, NONE), 2.0, FLASH),
    "blue and black at 6 Hz": (coloured(6, BLUE, NONE), 2.0, SAFE),
    # Stripes and checks that flash
    "wide stripes change places at 5 Hz": (bars(90, at=lambda n: lit(n, 5) / 2), 2.0, FLASH),
    "stripes change places at every picture": (bars(20, at=lambda n: n / 2), 2.0, FLASH),
    "fine stripes change places at every picture": (bars(6, 90, at=lambda n: n / 2), 2.0, FLASH),
    "fine stripes change places at 5 Hz": (bars(8, at=lambda n: lit(n, 5) / 2), 2.0, FLASH),
    "checks change places at 7.5 Hz": (checks(12, 7.5), 2.0, FLASH),
    "a negative at 7.5 Hz": (inverted, 2.0, FLASH),
    "fine stripes change places on a fifth": (bars(8, area=0.2, at=lambda n: lit(n, 5) / 2), 2.0, SAFE),
    # Stripes
    **{f"stripes at {a}°": (bars(20, a), 2.0, PATTERN) for a in (0, 30, 45, 75, 90, 135)},
    "fine stripes": (bars(7), 2.0, PATTERN),
    "six pairs of stripes": (bars(HEIGHT / 6, 90), 2.0, PATTERN),
    "five pairs of stripes": (bars(HEIGHT / 5, 90), 2.0, SAFE),
    "three pairs of stripes": (bars(HEIGHT / 3, 90), 2.0, SAFE),
    "rings": (drawn(rings()), 2.0, PATTERN),
    "grey stripes of high contrast": (bars(20, light=170, dark=60), 2.0, PATTERN),
    "stripes of low contrast": (bars(20, light=150, dark=135), 2.0, SAFE),
    "dark stripes": (bars(20, light=100, dark=30), 2.0, SAFE),
    "stripes for a moment": (bars(20, seen=lambda n: n < 13), 2.0, SAFE),
    "stripes for 0.8 s": (bars(20, seen=lambda n: n < 24), 2.0, PATTERN),
    "still stripes on 30%": (bars(20, area=0.3), 2.0, SAFE),
    "still stripes on 50%": (bars(20, area=0.5), 2.0, PATTERN),
    "stripes drift on 33%": (bars(30, area=0.33, at=lambda n: n / 60), 3.0, SAFE),
    "stripes drift on 50%": (bars(30, area=0.5, at=lambda n: n / 60), 3.0, PATTERN),
    "stripes oscillate on 33%": (bars(30, area=0.33, at=lambda n: 0.4 * np.sin(n / 8)), 3.0, PATTERN),
    "stripes oscillate on 15%": (bars(30, area=0.15, at=lambda n: 0.4 * np.sin(n / 8)), 3.0, SAFE),
    "stripes reverse on 33%": (bars(20, area=0.33, at=lambda n: lit(n, 1.5) / 2), 3.0, PATTERN),
    "stripes come and go on 33%": (bars(20, area=0.33, seen=lambda n: lit(n, 2.5)), 3.0, PATTERN),
    # What real footage is like
    "five cuts in a second": (cuts(6), 3.0, SAFE),
    "a slow pan over pale slats": (pan(24, 160, 140), 3.0, SAFE),
    "a trembling hand": (shaken, 3.0, SAFE),
    "grain and film flicker": (grainy, 3.0, SAFE),
    "fireworks": (fireworks, 3.0, SAFE),
}  # fmt: skip


def traced(shown: Shown, seconds: float) -> FrameStats:
    tracer = FrameStatsCollector()
    for n in range(round(seconds * RATE)):
        tracer.add(*shown(n))
    return tracer.done()


def found(trace: FrameStats) -> set[str]:
    limits = load_limits()
    sustained = (limits.flashes_sustained, limits.flashes_sustained_seconds)
    areas = (limits.pattern_area, limits.pattern_area_unsteady)
    kinds = {one.kind for one in find_flashes(trace, RATE, limits.flashes_per_second, sustained)}
    codes = {{"general": FLASH, "red": RED_FLASH}[kind] for kind in kinds}
    return codes | {PATTERN for _ in find_patterns(trace, RATE, limits.pattern_seconds, *areas)}


@pytest.mark.parametrize("name", STANDARDS)
def test_what_the_standards_say(name: str) -> None:
    shown, seconds, code = STANDARDS[name]
    codes = found(traced(shown, seconds))
    assert code in codes if code else not codes, codes


def test_frame_statistics_of_parts_equal_those_of_the_whole() -> None:
    """Segments are measured one by one and joined."""
    shown = bars(8, at=lambda n: lit(n, 5) / 2)
    parts = [traced(lambda n, start=start: shown(n + start), 0.5) for start in (0, 15, 30, 45)]  # type: ignore[misc]
    assert found(FrameStats.joined(parts)) == found(traced(shown, 2.0)) >= {FLASH}


def filmed(shown: Shown, seconds: float, out: Path) -> Path:
    """A real file, encoded as finished videos are, twice the size."""
    pictures = [[cv2.resize(plane, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST) for plane in shown(n)]
                for n in range(round(seconds * RATE))]  # fmt: skip
    return defects.written(pictures, np.zeros((round(seconds * 48000), 2), np.float32), out)


@pytest.mark.parametrize("name", [
    "15 Hz", "3 Hz", "white, white, black", "every picture, grey and black", "halves in antiphase at 15 Hz",
    "red and black at every picture", "stripes change places at every picture", "stripes at 30°",
    "six pairs of stripes", "five pairs of stripes", "a trembling hand", "grain and film flicker",
])  # fmt: skip
def test_a_real_file_gives_the_same_verdict(name: str, tmp_path: Path) -> None:
    shown, _, code = STANDARDS[name]
    report = check_video(filmed(shown, 1.4, tmp_path / "file.mp4"), load_limits(), limit_sources())
    gates = [one for one in report.findings if one.code in {FLASH, RED_FLASH, PATTERN, "glitch_frame"}]
    gates = [one for one in gates if one.severity == "gate"]
    assert code in {one.code for one in gates} if code else not gates, gates
    assert all(one.source and one.start_frame is not None for one in gates)
