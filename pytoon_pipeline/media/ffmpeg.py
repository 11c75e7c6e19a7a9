"""The ffmpeg program, which sets text, and how it is run; and what becomes of its errors and those of libav."""

import errno
import os
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError
from pytoon_pipeline.settings import Settings

# No single call takes this long on any machine that is well.
MAX_SECONDS = 60.0


class RenderError(PytoonError):
    """The renderer ended with an error that no input explains."""

    category = "bug"


def program() -> str:
    """Path of the ffmpeg program. Raises ``DependencyMissing`` without one."""
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
        "The ffmpeg program is not there.",
        "Install the package imageio-ffmpeg again; its wheel carries ffmpeg.",
    )


def identity() -> str:
    """Which ffmpeg this is, without starting it: that of the package, unless ``IMAGEIO_FFMPEG_EXE`` names another."""
    return Settings.load().ffmpeg or f"imageio-ffmpeg {version('imageio-ffmpeg')}"


def run(arguments: Sequence[str], data: bytes | None = None, seconds: float = MAX_SECONDS) -> tuple[bytes, str]:
    """Runs ffmpeg to its end. Gives what it wrote to standard output and what it said.

    Raises ``DependencyMissing`` without ffmpeg, and ``RenderError`` when it fails or takes longer than ``seconds``.
    """
    command = [program(), "-hide_banner", "-nostdin", *arguments]
    try:
        done = subprocess.run(command, input=data or b"", capture_output=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise timed_out(seconds) from error
    except OSError as error:
        raise ffmpeg_error(str(error)) from error
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode:
        raise ffmpeg_error(said)
    return done.stdout, said


def ffmpeg_error(said: str) -> RenderError:
    """The error for an ffmpeg that failed after saying ``said``."""
    last = " / ".join(line.strip() for line in said.strip().splitlines()[-3:])
    return RenderError(
        "ffmpeg_failed",
        f"ffmpeg failed: {last[:400] or 'it said nothing'}.",
        "Run “pytoon doctor”; if that is fine, report this with the manifest of the upload.",
    )


def timed_out(seconds: float | None = None) -> RenderError:
    """The error for rendering that took longer than it may."""
    return RenderError(
        "engine_late",
        f"Rendering took longer than {f'{seconds:.0f} s' if seconds else 'the limit for this video'}.",
        "Run “pytoon doctor”; a machine that does too much at once may need a higher one in presets/operations.yaml.",
    )


def libav_fault(error: Exception) -> Exception:
    """What to raise for an error of libav: a disk that is full is one of the system, all else the renderer's."""
    number = getattr(error, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        return OSError(number, os.strerror(number))
    return ffmpeg_error(str(error))
