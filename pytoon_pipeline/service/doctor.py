"""Examines this machine: models, fonts, encoders, devices."""

import platform
import shutil
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pytoon_pipeline.analysis.speech.choice import SpeechSettings
from pytoon_pipeline.analysis.speech.transcribers import choose
from pytoon_pipeline.catalog.clock import now
from pytoon_pipeline.catalog.database import Database
from pytoon_pipeline.config.presets import preset_names
from pytoon_pipeline.contracts.errors import PytoonError
from pytoon_pipeline.contracts.results import DoctorResult
from pytoon_pipeline.llm.client import NoAnswer, list_models
from pytoon_pipeline.llm.endpoint import Endpoint
from pytoon_pipeline.media import hardware_codecs
from pytoon_pipeline.media.fallback_fonts import BOLD, EMOJI, HEAVY, OTHER_FONTS, SCRIPT_FONTS
from pytoon_pipeline.media.fonts import FONTS, load
from pytoon_pipeline.media.opencv import check_opencv
from pytoon_pipeline.operations.alert_channels import described
from pytoon_pipeline.operations.alerting import describe
from pytoon_pipeline.runtime.device import choose as choose_device
from pytoon_pipeline.runtime.gpus import Gpu, measure
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.opening import open_store

# A difference of clocks that is told.
CLOCK_SECONDS = 5
PACKAGES = (
    "dagster",
    "av",
    "imageio-ffmpeg",
    "openai-whisper",
    "pocketsphinx",
    "mediapipe",
    "opencv-contrib-python",
    "torch",
    "nvidia-ml-py",
)


def examine(home: Home, dagster: str) -> DoctorResult:
    """What this machine has. ``dagster`` is the state of Dagster's settings."""
    opencv = _try(_opencv)
    encoder = "not checked: it needs OpenCV" if opencv.startswith("missing") else _try(_engine)
    fonts = {name: _try(partial(_font, name)) for name in FONTS}
    scripts = _scripts()
    device = choose_device(Settings.load().device)
    object_store = _try(lambda: _object_store(home))
    catalog = _try(lambda: _catalog(home))
    required = (encoder, opencv, catalog, object_store, *fonts.values(), *scripts.values())
    return DoctorResult(
        ok=not any(found.startswith("missing") for found in required),
        home=str(home.root),
        home_reason=Settings.load().home_reason,
        free_space=f"{shutil.disk_usage(_existing(home.root)).free / 1e9:.1f} GB",
        python=platform.python_version(),
        packages={name: _version(name) for name in PACKAGES},
        encoder=encoder,
        opencv=opencv,
        fonts=fonts,
        scripts=scripts,
        other_scripts=_other_scripts(),
        transcriber=_try(lambda: _transcriber(home)),
        language_model=_language_model(),
        catalog=catalog,
        object_store=object_store,
        device=f"{device.kind}: {device.reason}",
        gpus=tuple(map(_gpu, measure())),
        gpu_decoders=hardware_codecs.decoders() if device.kind == "cuda" else {},
        gpu_encoders=hardware_codecs.encoders() if device.kind == "cuda" else {},
        dagster=dagster,
        alerts=describe(home, described(Settings.load())),
        presets=tuple(preset_names()),
    )


def _font(name: str) -> str:
    return load(name).file.name


def _scripts() -> dict[str, str]:
    """Scripts with the files that draw them, or what is missing of these."""
    families = sorted(set(SCRIPT_FONTS.values()))
    names = {family.removeprefix("Noto Sans "): (f"{family} {BOLD}", f"{family} {HEAVY}") for family in families}
    return {script: _try(partial(_files, fonts)) for script, fonts in {**names, "emoji": (EMOJI,)}.items()}


def _files(names: tuple[str, ...]) -> str:
    return ", ".join(map(_font, names))


def _other_scripts() -> dict[str, str]:
    """Debian packages with the scripts whose fonts are in them."""
    packages = dict.fromkeys(package for package, _ in OTHER_FONTS.values())
    return {
        package: "has " + ", ".join(script for script, (one, _) in OTHER_FONTS.items() if one == package)
        for package in packages
    }


def _engine() -> str:
    """Draws a word and encodes pictures: an encoder that is listed may still not work."""
    from pytoon_pipeline.engines.local import probe

    return probe()


def _opencv() -> str:
    return f"works ({check_opencv()})"


def _transcriber(home: Home) -> str:
    """What transcribes, and how to get better words. Raises ``TranscriberMissing`` where that cannot be had."""
    settings = SpeechSettings.from_settings(Settings.load(), home.models)
    choice = choose(settings)
    used = f"{choice.transcriber.engine} {choice.transcriber.model}"
    if choice.transcriber.engine != "pocketsphinx":
        return f"{used} ({choice.weights or (choice.endpoint and choice.endpoint.url)})"
    if settings.engine == "pocketsphinx":
        return "pocketsphinx, as configured"
    return f"pocketsphinx, English only; for better words: pytoon models fetch {settings.model}"


def _language_model() -> str:
    """The language model, and whether it can be used. No video needs one."""
    endpoint = Endpoint.configured(Settings.load())
    if endpoint is None:
        return "none; to use one, set PYTOON_LLM_URL and PYTOON_LLM_MODEL"
    named = f"{endpoint.model} at {endpoint.host}, for {', '.join(endpoint.tasks)}"
    try:
        known = list_models(endpoint)
    except NoAnswer as error:
        return f"{named}: no answer, because {error.reason}"
    return f"{named}: works" if endpoint.model in known else f"{named}: the server works, and does not list this model"


def _catalog(home: Home) -> str:
    """The catalog, which is read, and whether this machine's clock differs from its server's. Raises the reason why it
    cannot be used.
    """
    database = Database(home)
    with database.read() as opened:
        (count,) = opened.execute("select count(*) from uploads").fetchone()
        ahead = time.time() - now(opened)
    differs = f". The clock of this machine is {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'}"
    return f"{database.address}: {count:,} uploads{differs if abs(ahead) > CLOCK_SECONDS else ''}"


def _object_store(home: Home) -> str:
    """The object store, which is written to and read. Raises the reason why it cannot be used."""
    shared = open_store(home).shared
    if shared is None:
        return "none; to share results with other machines, set PYTOON_STORE"
    shared.objects.probe()
    kept = "" if shared.is_complete(home.store) else ". Not all of this home is in it; to send it: pytoon store --share"
    return f"{shared.objects.address}: reachable and writable{kept}"


def _gpu(found: Gpu) -> str:
    busy = "" if found.busy is None else f", {found.busy:.0%} busy"
    return f"{found.name}: {found.used_bytes / 1e9:.1f} of {found.memory_bytes / 1e9:.1f} GB used{busy}"


def _try(probe: Callable[[], object]) -> str:
    try:
        return str(probe())
    except PytoonError as error:
        return f"missing: {error.message} {error.hint}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
