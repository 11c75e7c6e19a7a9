"""Whether OpenCV works: its usual build needs libGL, which servers do not have."""

import shlex
import sys
from importlib.metadata import PackageNotFoundError

from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.runtime.versions import version

BUILD = "opencv-contrib-python"


def check_opencv() -> str:
    """The version of OpenCV. Raises ``DependencyMissing`` with the command that installs a working build."""
    try:
        import cv2
    except ImportError as error:
        raise DependencyMissing(
            "opencv_unusable",
            f"OpenCV cannot be loaded ({str(error)[:200]}).",
            f"Run this once: {shlex.join(install_command())}",
        ) from error
    return str(cv2.__version__)


def install_command() -> list[str]:
    """Replaces OpenCV by the same version without windows, which needs nothing from the system."""
    try:
        pinned = f"{BUILD}-headless=={version(BUILD)}"
    except PackageNotFoundError:
        pinned = f"{BUILD}-headless"
    return [sys.executable, "-m", "pip", "install", "--no-deps", "--force-reinstall", pinned]
