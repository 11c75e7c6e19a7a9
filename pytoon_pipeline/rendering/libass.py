"""Draws ASS text with the libass of the bundled ffmpeg, as images with coverage."""

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Timer
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.media import ffmpeg, fonts
from pytoon_pipeline.media.colour import rgb
from pytoon_pipeline.rendering.ass import AUTO_DIRECTION
from pytoon_pipeline.rendering.libass_command import FONTS, SCRIPT, libass_command
from pytoon_pipeline.rendering.yuva import YuvaImage, from_premultiplied
from pytoon_pipeline.settings import child_environment

if TYPE_CHECKING:
    from pysubs2 import SSAFile, SSAStyle

SECOND = 1000
# Seconds allowed for starting ffmpeg, which takes less than one, and for each text, which takes a few hundredths.
START_TIMEOUT, TEXT_TIMEOUT = 20.0, 1.0


def ass_style(
    font: str, size: float, colour: str, outline_colour: str, outline: float, shadow: float, **more: Any
) -> "SSAStyle":
    """A style for libass: colours as ``#rrggbb``, sizes in pixels; ``more`` are fields of ``pysubs2.SSAStyle``."""
    import pysubs2

    face = fonts.load(font)
    return pysubs2.SSAStyle(
        fontname=face.family,
        fontsize=size,
        bold=face.bold,
        primarycolor=pysubs2.Color(*rgb(colour)),
        outlinecolor=pysubs2.Color(*rgb(outline_colour)),
        outline=outline,
        shadow=shadow,
        encoding=AUTO_DIRECTION,
        **more,
    )


def draw(
    texts: Sequence[str], style: "SSAStyle", font: str, width: int, height: int, *, wrap: bool,
    seconds: float = START_TIMEOUT,
) -> Iterator[YuvaImage]:  # fmt: skip
    """Draws each text on ``width`` × ``height`` pixels and trims it to its content; the image's box is the whole area.

    ``style`` uses the font ``font``. ``seconds`` is the timeout for starting ffmpeg. Raises ``RenderError`` when ffmpeg
    fails or times out.
    """
    with tempfile.TemporaryDirectory(prefix="pytoon-text-") as folder:
        scratch = Path(folder)
        configuration = fonts.configure(
            scratch / FONTS,
            *{run.font.name: run.font for text in texts for run in fonts.font_runs(text, font)}.values(),
        )
        _script(texts, style, width, height, wrap).save(str(scratch / SCRIPT), format_="ass")
        limit = seconds + TEXT_TIMEOUT * len(texts)
        with (scratch / "errors").open("w+b") as errors:
            process = _start_ffmpeg(
                libass_command(width, height, len(texts)),
                scratch,
                child_environment(FONTCONFIG_FILE=str(configuration)),
                errors,
            )
            with process, _kill_after(limit, process) as timed_out:
                assert process.stdout is not None
                for _ in texts:
                    data = process.stdout.read(4 * width * height)
                    if len(data) < 4 * width * height:
                        break
                    yield _crop_to_content(np.frombuffer(data, np.uint8).reshape(4, height, width))
            if timed_out.is_set():
                raise ffmpeg.timed_out(limit)
            if process.returncode:
                errors.seek(0)
                raise ffmpeg.ffmpeg_error(errors.read().decode("utf-8", "replace"))


def _start_ffmpeg(
    command: list[str], scratch: Path, env: dict[str, str], errors: IO[bytes]
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(command, cwd=scratch, env=env, stdout=subprocess.PIPE, stderr=errors)
    except OSError as error:
        raise ffmpeg.ffmpeg_error(str(error)) from error


@contextmanager
def _kill_after(seconds: float, process: "subprocess.Popen[bytes]") -> Iterator[Event]:
    """Kills ``process`` after ``seconds`` and then sets the yielded event."""
    timed_out = Event()

    def kill() -> None:
        timed_out.set()
        process.kill()

    timer = Timer(seconds, kill)
    timer.start()
    try:
        yield timed_out
        process.wait()
    finally:
        timer.cancel()


def _script(texts: Sequence[str], style: "SSAStyle", width: int, height: int, wrap: bool) -> "SSAFile":
    import pysubs2

    file = pysubs2.SSAFile()
    file.info.update({"PlayResX": str(width), "PlayResY": str(height), "ScaledBorderAndShadow": "yes"})
    file.info.update({"WrapStyle": "0" if wrap else "2", "YCbCr Matrix": "TV.709"})
    file.styles["Default"] = style
    for n, text in enumerate(texts):
        file.append(pysubs2.SSAEvent(start=n * SECOND, end=(n + 1) * SECOND, text=text))
    return file


def _crop_to_content(planes: NDArray[np.uint8]) -> YuvaImage:
    """The content of planes Y, U, V and coverage that libass drew on black, as a premultiplied image."""
    height, width = planes.shape[1:]
    left, right = _even_bounds(planes[3].any(axis=0))
    top, bottom = _even_bounds(planes[3].any(axis=1))
    y, u, v, a = planes[:, top:bottom, left:right].astype(np.float32)
    coverage = a / 255
    # Subtract the share of the black that shows through.
    rest = 1 - coverage
    image = from_premultiplied(y - 16 * rest, u - 128 * rest, v - 128 * rest, coverage)
    return YuvaImage(image.y, image.u, image.v, image.a, image.h, box=(-left, -top, width, height))


def _even_bounds(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """The even positions ``[first, last)`` around all true flags, with a transparent border."""
    positions = np.flatnonzero(flags)
    if not len(positions):
        return 0, 2
    last = len(flags) - len(flags) % 2
    return max(0, (int(positions[0]) - 2) // 2 * 2), min(last, (int(positions[-1]) + 4) // 2 * 2)
