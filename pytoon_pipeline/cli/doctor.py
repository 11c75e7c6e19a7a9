"""What this machine has: models, fonts, encoders, devices."""

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pytoon_pipeline.analysis.speech.transcribers import SpeechSettings, find_weights
from pytoon_pipeline.config.presets import preset_names
from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError
from pytoon_pipeline.defs import dagster_yaml
from pytoon_pipeline.media.fonts import FONTS, load
from pytoon_pipeline.runtime.capacity import Capacity
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings

PACKAGES = (
    "dagster",
    "av",
    "imageio-ffmpeg",
    "openai-whisper",
    "pocketsphinx",
    "mediapipe",
    "opencv-contrib-python",
    "torch",
)


def examine(home: Home) -> dict[str, Any]:
    """Facts by name; ``ok`` is false when something that every video needs is missing."""
    encoder = _try(_engine)
    fonts = {name: _try(lambda name=name: str(load(name).file.name)) for name in FONTS}
    pictures = _try(_opencv)
    needed = {"encoder": encoder, "opencv": pictures, **fonts}
    missing = [name for name, found in needed.items() if found.startswith("missing")]
    return {
        "ok": not missing,
        "home": str(home.root),
        "free_space": f"{shutil.disk_usage(_existing(home.root)).free / 1e9:.1f} GB",
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "encoder": encoder,
        "opencv": pictures,
        "fonts": fonts,
        "recogniser": _try(lambda: _recogniser(home)),
        "device": _device(),
        "dagster": str(dagster_yaml.examine(home, Capacity.of_machine())),
        "presets": preset_names(),
    }


def _engine() -> str:
    """Sets a word and encodes pictures for real: a listed encoder may still not work."""
    from pytoon_pipeline.engines.local import probe

    return probe()


def _opencv() -> str:
    try:
        import cv2
    except ImportError as error:
        raise DependencyMissing(
            "opencv_unusable",
            f"OpenCV cannot be loaded ({error}).",
            "Run “pip install --no-deps --force-reinstall -c constraints.txt opencv-contrib-python-headless”.",
        ) from error
    return f"works ({cv2.__version__})"


def _recogniser(home: Home) -> str:
    settings = SpeechSettings.from_settings(Settings.load(), home.models)
    weights = find_weights(settings)
    if settings.engine != "pocketsphinx" and weights:
        return f"whisper {settings.model} ({weights})"
    if settings.engine == "pocketsphinx":
        return "pocketsphinx, as chosen"
    return f"pocketsphinx; whisper's model “{settings.model}” is fetched on first use, when the network allows"


def _device() -> str:
    import torch

    return f"cuda: {torch.cuda.get_device_name(0)}" if torch.cuda.is_available() else "cpu"


def _try(examine_one: Any) -> str:
    try:
        return str(examine_one())
    except PytoonError as error:
        return f"missing: {error.message} {error.hint}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
