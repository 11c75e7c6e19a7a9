"""Finding the presets folder."""

from pathlib import Path

from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.contracts.suggestions import one_hint
from pytoon_pipeline.runtime.files import printable_name
from pytoon_pipeline.settings import Settings

PACKAGE = Path(__file__).resolve().parents[1]
LIMITS = "limits"


def presets_folder() -> Path:
    """``PYTOON_PRESETS``, else the folder of the source tree, else the copy inside the installed package."""
    if chosen := Settings.load().presets:
        if not chosen.is_dir():
            message = (
                "The environment variable PYTOON_PRESETS names the folder of presets and brands, but there is no "
                f"folder “{printable_name(str(chosen))}”."
            )
            hint = one_hint(
                "To use Pytoon’s own presets, type: unset PYTOON_PRESETS",
                "To use yours, give the path of a folder that exists: export PYTOON_PRESETS=PATH",
            )
            raise DependencyMissing("presets_missing", message, hint)
        return chosen
    for place in (PACKAGE.parent / "presets", PACKAGE / "_presets"):
        if (place / f"{LIMITS}.yaml").is_file():
            return place
    raise DependencyMissing(
        "presets_missing", "The presets folder does not exist.", "Reinstall Pytoon, or set PYTOON_PRESETS."
    )
