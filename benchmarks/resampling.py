"""Methods to resample a crop that moves by fractions of a pixel: time for one 1080×1920 plane, and precision.

``python -m benchmarks.resampling [RUNS]``. The window is 397×706 pixels of a 1280×720 plane (enlarged 2.72-fold). The
error is the jitter (second difference of position, in output pixels) of a soft spot under a window that moves evenly,
and the flicker of texture: how much the mean of the Laplacian changes from frame to frame.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from pytoon_pipeline.rendering.resampling import resample
from pytoon_pipeline_tests.harness.machine import machine, spread

WIDTH, HEIGHT = 1080, 1920
W, H = 397.0, 705.8
FACTOR = WIDTH / W

Plane = np.ndarray[Any, Any]


def current(plane: Plane, x: float, y: float) -> Plane:
    return resample(plane, x, y, W, H, WIDTH, HEIGHT)


def warped(how: int) -> Callable[[Plane, float, float], Plane]:
    def show(plane: Plane, x: float, y: float) -> Plane:
        matrix = np.float32([[W / WIDTH, 0, x + (W / WIDTH - 1) / 2], [0, H / HEIGHT, y + (H / HEIGHT - 1) / 2]])
        return cv2.warpAffine(plane, matrix, (WIDTH, HEIGHT), flags=how | cv2.WARP_INVERSE_MAP)

    return show


def whole_pixels(plane: Plane, x: float, y: float) -> Plane:
    left, top = round(x), round(y)
    return cv2.resize(
        plane[top : top + round(H), left : left + round(W)], (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC
    )


def shifted(bits: int) -> Callable[[Plane, float, float], Plane]:
    """Resized by OpenCV with ``bits`` behind the point, then moved by mixing neighbours."""

    def show(plane: Plane, x: float, y: float) -> Plane:
        left, top = int(x) - 2, int(y) - 2
        cut = plane[top : top + int(H) + 6, left : left + int(W) + 6]
        if bits:
            cut = cut.astype(np.uint16) << bits
        big = cv2.resize(cut, None, fx=FACTOR, fy=FACTOR, interpolation=cv2.INTER_CUBIC)
        dx, dy = (x - left) * FACTOR, (y - top) * FACTOR
        ix, iy = int(dx), int(dy)
        big = cv2.addWeighted(big[:, ix : ix + WIDTH], 1 - dx + ix, big[:, ix + 1 : ix + 1 + WIDTH], dx - ix, 0)
        big = cv2.addWeighted(big[iy : iy + HEIGHT], 1 - dy + iy, big[iy + 1 : iy + 1 + HEIGHT], dy - iy, 0)
        return cv2.convertScaleAbs(big, alpha=2.0**-bits) if bits else big

    return show


CANDIDATES: dict[str, Callable[[Plane, float, float], Plane]] = {
    "kernel at exact places, across and down (used)": current,
    "cut, resize cubic in 16 bits, shift": shifted(7),
    "cut, resize cubic in 8 bits, shift": shifted(0),
    "cut at whole pixels, resize cubic": whole_pixels,
    "warpAffine linear": warped(cv2.INTER_LINEAR),
    "warpAffine cubic": warped(cv2.INTER_CUBIC),
}


def jitter(show: Callable[[Plane, float, float], Plane]) -> float:
    x, y = np.meshgrid(np.arange(1280), np.arange(720))
    spot = (40 + 180 * np.exp(-((x - 500) ** 2 + (y - 360) ** 2) / 2 / 12**2)).astype(np.uint8)
    places = []
    for frame in range(40):
        plane = show(spot, 300 + 0.3 * frame / FACTOR, 6.3).astype(float) - 40
        plane[plane < 20] = 0
        places.append((plane.sum(axis=0) * np.arange(WIDTH)).sum() / plane.sum())
    return float(np.abs(np.diff(places, 2)).max())


def flicker(show: Callable[[Plane, float, float], Plane]) -> float:
    noise = np.random.default_rng(1).normal(128, 40, (720, 1280)).clip(0, 255).astype(np.uint8)
    texture = cv2.GaussianBlur(noise, (0, 0), 0.8)
    detail = [
        np.abs(cv2.Laplacian(show(texture, 300 + 0.11 * frame / FACTOR, 6.3), cv2.CV_32F)).mean() for frame in range(40)
    ]
    return float(np.abs(np.diff(detail)).max() / np.mean(detail))


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    cv2.setNumThreads(1)
    plane = np.random.default_rng(0).integers(0, 255, (720, 1280), np.uint8)
    result: dict[str, Any] = {}
    times: dict[str, list[float]] = {name: [] for name in CANDIDATES}
    for run in range(runs + 1):
        for name, show in CANDIDATES.items():
            began = time.perf_counter()
            show(plane, 300.37, 6.3)
            if run:
                times[name].append((time.perf_counter() - began) * 1000)
    base = float(np.median(times[next(iter(CANDIDATES))]))
    for name, show in CANDIDATES.items():
        result[name] = {
            "milliseconds": spread(times[name]),
            "times_used": round(float(np.median(times[name])) / base, 2),
            "jitter_pixels": round(jitter(show), 3),
            "flicker_percent": round(100 * flicker(show), 2),
        }
    print(json.dumps({"candidates": result, "machine": machine()}, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
