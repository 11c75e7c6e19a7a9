"""The ffmpeg program and how it is run."""

import subprocess
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from pytoon_pipeline.contracts.errors import MissingPart, PytoonError


class EngineFault(PytoonError):
    """ffmpeg ended with an error that no input explains."""

    failure = "bug"


@lru_cache
def program() -> str:
    """Path of the ffmpeg program. Raises ``MissingPart`` without one."""
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise MissingPart(
            "ffmpeg_missing",
            "The ffmpeg program is not there.",
            "Install the package imageio-ffmpeg again; its wheel carries ffmpeg.",
        ) from error


@lru_cache
def identity() -> str:
    """Which ffmpeg this is, without starting it."""
    return f"imageio-ffmpeg {version('imageio-ffmpeg')}, {Path(program()).name}"


def run(arguments: Sequence[str], data: bytes | None = None) -> tuple[bytes, str]:
    """Runs ffmpeg to its end. Gives what it wrote to standard output and what it said.

    Raises ``EngineFault`` with the last lines when it fails.
    """
    done = subprocess.run(
        [program(), "-hide_banner", "-nostdin", *arguments],
        input=data or b"",
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode:
        raise fault(said)
    return done.stdout, said


def fault(said: str) -> EngineFault:
    """The error for an ffmpeg that failed after saying ``said``."""
    last = " / ".join(line.strip() for line in said.strip().splitlines()[-3:])
    return EngineFault(
        "ffmpeg_failed",
        f"ffmpeg failed: {last[:400] or 'it said nothing'}.",
        "Run “pytoon doctor”; if that is fine, report this with the manifest of the upload.",
    )
