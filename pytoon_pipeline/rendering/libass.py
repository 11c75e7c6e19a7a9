"""Setting text: ASS events drawn by libass, which ffmpeg carries, as sheets with coverage."""

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
from pytoon_pipeline.rendering.ass import AUTOMATIC_DIRECTION
from pytoon_pipeline.rendering.libass_command import FONTS, SCRIPT, libass_command
from pytoon_pipeline.rendering.yuva import YuvaImage, from_premultiplied
from pytoon_pipeline.settings import child_environment

if TYPE_CHECKING:
    from pysubs2 import SSAFile, SSAStyle

SECOND = 1000
# Seconds after which libass hangs: it starts in less than one, and sets a text in some hundredths.
MAX_START, MAX_TEXT = 20.0, 1.0


def settings(
    font: str, size: float, colour: str, outline_colour: str, outline: float, shadow: float, **more: Any
) -> "SSAStyle":
    """A style for libass: colours as ``#rrggbb``, sizes in pixels of what is drawn; ``more`` as pysubs2 names it."""
    import pysubs2

    known = fonts.load(font)
    return pysubs2.SSAStyle(
        fontname=known.family,
        fontsize=size,
        bold=known.bold,
        primarycolor=pysubs2.Color(*rgb(colour)),
        outlinecolor=pysubs2.Color(*rgb(outline_colour)),
        outline=outline,
        shadow=shadow,
        encoding=AUTOMATIC_DIRECTION,
        **more,
    )


def draw(
    texts: Sequence[str], style: "SSAStyle", font: str, width: int, height: int, *, wrap: bool,
    seconds: float = MAX_START,
) -> Iterator[YuvaImage]:  # fmt: skip
    """Each text on ``width`` × ``height`` pixels, trimmed to what it covers; the sheet's box is the whole.

    ``style`` is for the font named ``font``. Raises ``RenderError`` when ffmpeg fails, or has
    not begun after ``seconds``.
    """
    with tempfile.TemporaryDirectory(prefix="pytoon-text-") as folder:
        scratch = Path(folder)
        configuration = fonts.configure(scratch / FONTS, *fonts.with_fallbacks(font))
        _script(texts, style, width, height, wrap).save(str(scratch / SCRIPT), format_="ass")
        limit = seconds + MAX_TEXT * len(texts)
        with (scratch / "errors").open("w+b") as errors:
            process = _started(
                libass_command(width, height, len(texts)),
                scratch,
                child_environment(FONTCONFIG_FILE=str(configuration)),
                errors,
            )
            with process, _killed_after(limit, process) as late:
                assert process.stdout is not None
                for _ in texts:
                    data = process.stdout.read(4 * width * height)
                    if len(data) < 4 * width * height:
                        break
                    yield _sheet(np.frombuffer(data, np.uint8).reshape(4, height, width))
            if late.is_set():
                raise ffmpeg.timed_out(limit)
            if process.returncode:
                errors.seek(0)
                raise ffmpeg.ffmpeg_error(errors.read().decode("utf-8", "replace"))


def _started(command: list[str], scratch: Path, env: dict[str, str], errors: IO[bytes]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(command, cwd=scratch, env=env, stdout=subprocess.PIPE, stderr=errors)
    except OSError as error:
        raise ffmpeg.ffmpeg_error(str(error)) from error


@contextmanager
def _killed_after(seconds: float, process: "subprocess.Popen[bytes]") -> Iterator[Event]:
    """Ends ``process`` when it takes longer; the event says whether it did."""
    late = Event()

    def kill() -> None:
        late.set()
        process.kill()

    timer = Timer(seconds, kill)
    timer.start()
    try:
        yield late
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


def _sheet(planes: NDArray[np.uint8]) -> YuvaImage:
    """A sheet of planes Y, U, V and coverage in which libass has drawn on black."""
    height, width = planes.shape[1:]
    left, right = _covered(planes[3].any(axis=0))
    top, bottom = _covered(planes[3].any(axis=1))
    y, u, v, a = planes[:, top:bottom, left:right].astype(np.float32)
    coverage = a / 255
    # The share of the black that shows through is taken out again.
    rest = 1 - coverage
    sheet = from_premultiplied(y - 16 * rest, u - 128 * rest, v - 128 * rest, coverage)
    return YuvaImage(sheet.y, sheet.u, sheet.v, sheet.a, sheet.h, box=(-left, -top, width, height))


def _covered(there: NDArray[np.bool_]) -> tuple[int, int]:
    """First and last even position around all that are true, with a clear rim."""
    found = np.flatnonzero(there)
    if not len(found):
        return 0, 2
    last = len(there) - len(there) % 2
    return max(0, (int(found[0]) - 2) // 2 * 2), min(last, (int(found[-1]) + 4) // 2 * 2)
