"""Running the ffmpeg program, as tests and benchmarks do; and the errors for its failures and those of libav."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError
from pytoon_pipeline.runtime import processes
from pytoon_pipeline.runtime.versions import version
from pytoon_pipeline.settings import Settings

# No single call takes this long on a healthy machine.
TIMEOUT_SECONDS = 60.0


class RenderError(PytoonError):
    """Rendering failed for a reason that is not in the input."""

    category = "bug"


def program() -> str:
    """Path of the ffmpeg program. Raises ``DependencyMissing`` when there is none."""
    import imageio_ffmpeg

    try:
        found = str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise _missing() from error
    if not Path(found).is_file():
        raise _missing()
    return found


def _missing() -> DependencyMissing:
    return DependencyMissing(
        "ffmpeg_missing",
        "The ffmpeg program is missing.",
        "Reinstall the package imageio-ffmpeg; its wheel contains ffmpeg.",
    )


def identity() -> str:
    """Identifies ffmpeg without starting it: that of the package, unless ``IMAGEIO_FFMPEG_EXE`` names another."""
    return Settings.load().ffmpeg or f"imageio-ffmpeg {version('imageio-ffmpeg')}"


def run(arguments: Sequence[str], data: bytes | None = None, timeout: float = TIMEOUT_SECONDS) -> tuple[bytes, str]:
    """Runs ffmpeg to its end. Returns its standard output and its log.

    Raises ``DependencyMissing`` without ffmpeg, and ``RenderError`` when it fails or takes longer than ``timeout``.
    """
    command = [program(), "-hide_banner", "-nostdin", *arguments]
    try:
        done = processes.run(command, data or b"", timeout)
    except TimeoutError as error:
        raise timed_out(timeout) from error
    except OSError as error:
        raise ffmpeg_error(str(error)) from error
    log = done.errors.decode("utf-8", "replace")
    if done.code:
        raise ffmpeg_error(log)
    return done.output, log


def ffmpeg_error(log: str) -> RenderError:
    """The error for an ffmpeg that failed with ``log``."""
    last = " / ".join(line.strip() for line in log.strip().splitlines()[-3:])
    return RenderError(
        "ffmpeg_failed",
        f"ffmpeg failed: {last[:400] or 'it logged nothing'}.",
        "Run pytoon doctor. If it finds no problem, report this error with the manifest of the upload.",
    )


def timed_out(seconds: float | None = None) -> RenderError:
    """The error for rendering that exceeded its timeout."""
    return RenderError(
        "engine_late",
        f"Rendering took longer than {f'{seconds:.0f} s' if seconds else 'the limit for this video'}.",
        "Run pytoon doctor. A busy machine may need a higher render_timeout_factor in presets/operations.yaml.",
    )


def libav_fault(error: Exception) -> Exception:
    """The error to raise for one of libav: ``OSError`` for a full disk or one that cannot be written, else the
    renderer's.
    """
    number = getattr(error, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return OSError(number, os.strerror(number))
    return ffmpeg_error(str(error))
