"""What decides a video besides its upload and its presets: code, dependencies, limits, brand files and transcriber.

A delivery keeps the digest of its environment. While the digest is the same, running the graph again would deliver
the same files, so they can be returned without a run.
"""

import os
import re
import sys
import time
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from pytoon_pipeline.analysis.speech.choice import SpeechSettings
from pytoon_pipeline.analysis.speech.whisper_checkpoint import find_weights
from pytoon_pipeline.config.folder import PACKAGE
from pytoon_pipeline.config.presets import brand_file, load_brand, load_limits
from pytoon_pipeline.llm.endpoint import Endpoint
from pytoon_pipeline.media import ffmpeg, fonts
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.settings import Settings
from pytoon_pipeline.store.fingerprint import hash_files, hash_value

DISTRIBUTION = "pytoon-pipeline"
# Modules are loaded after this moment; a source file that changed later is not the code that runs.
LOADED_AT = time.time()


def environment_digest(home: Home, brand: str | None) -> str | None:
    """SHA-256 of the environment for uploads of ``brand``; none when the code changed since this process loaded it.

    Raises ``InvalidInput`` when the brand or a file of it is missing.
    """
    code = code_digest(PACKAGE)
    if code is None:
        return None
    return hash_value(
        {
            "code": code,
            "dependencies": dependencies(),
            "ffmpeg": ffmpeg.identity(),
            "fonts": fonts.identity(),
            "limits": load_limits().model_dump(mode="json"),
            "brand": _brand_files(brand) if brand else {},
            "transcriber": _transcriber(home),
            "language_model": _language_model(),
        }
    )


def code_digest(package: Path) -> str | None:
    """SHA-256 of the source files below ``package``; none when one changed after this process started to load them."""
    # Eight hundred files: with pathlib, listing them takes longer than reading them.
    sources = sorted(os.path.join(folder, name) for folder, _, names in os.walk(package) for name in names
                     if name.endswith(".py"))  # fmt: skip
    found = [os.stat(path) for path in sources]
    if any(one.st_mtime > LOADED_AT for one in found):
        return None
    names = [path[len(str(package)) + 1 :].replace(os.sep, "/") for path in sources]
    return hash_value([names, [one.st_size for one in found], hash_files(*map(Path, sources))])


@cache
def dependencies() -> dict[str, str | None]:
    """Versions of the declared dependencies, none for one that is not installed."""
    declared = [one for one in requires(DISTRIBUTION) or () if "extra ==" not in one]
    names = sorted({_distribution(one) for one in declared})
    return {name: installed_version(name) for name in names}


def _distribution(requirement: str) -> str:
    """The name in a requirement such as ``av>=14`` or ``moto[server]~=5.0; python_version < '3.12'``."""
    end = next((n for n, char in enumerate(requirement) if not (char.isalnum() or char in "-_.")), len(requirement))
    return requirement[:end]


def installed_version(name: str) -> str | None:
    """The version of a distribution, none for one that is not installed."""
    try:
        return _installed().get(_normalized(name)) or version(name)
    except PackageNotFoundError:
        return None


@cache
def _installed() -> dict[str, str]:
    """Versions by distribution, from the names of the ``.dist-info`` folders. Reading 40 metadata files takes longer
    than everything else here.
    """
    found: dict[str, str] = {}
    for place in reversed(sys.path):
        for folder in Path(place or ".").glob("*.dist-info"):
            name, _, number = folder.stem.partition("-")
            found[_normalized(name)] = number
    return found


def _normalized(name: str) -> str:
    """The name of a distribution as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _brand_files(name: str) -> dict[str, str]:
    """SHA-256 of the files that a brand names; fonts that come with Pytoon are named by their dependency."""
    brand = load_brand(name)
    named = [one for one in (brand.logo, brand.fonts.headline, brand.fonts.body) if one and one not in fonts.FONTS]
    paths = {one: brand_file(name, one) for one in named}
    return {one: hash_files(path) if path.is_file() else "" for one, path in paths.items()}


def _language_model() -> list[object]:
    """The language model, and what it is used for; where it is and its key decide nothing."""
    endpoint = Endpoint.configured(Settings.load())
    return [endpoint.model, sorted(endpoint.tasks)] if endpoint is not None else []


def _transcriber(home: Home) -> list[object]:
    """Which transcriber this machine would choose without fetching anything."""
    settings = SpeechSettings.from_settings(Settings.load(), home.models)
    weights = find_weights(settings) if settings.engine != "pocketsphinx" else None
    found = [weights.name, weights.stat().st_size, weights.stat().st_mtime_ns] if weights else []
    return [settings.engine, settings.model, *found]
