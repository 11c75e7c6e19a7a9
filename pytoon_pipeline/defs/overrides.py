"""What a person gives a single run in the Launchpad: other values for fields of the request, or to make all again."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from pydantic import Field

from pytoon_pipeline.config.documents import validate
from pytoon_pipeline.config.presets import load_brand, load_preset
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.request import Request
from pytoon_pipeline.contracts.spec.render_spec import Note

# The step that takes the configuration.
SOURCE_OP = "source_media"
# The code of the note on what counted in place of the upload's own request.
OVERRIDDEN = "overridden"


class RunOverrides(dg.Config):
    """Configuration of ``source_media``. What is left out is as the upload asks."""

    preset: str | None = Field(default=None, description="A file of presets/, without .yaml.")
    brand: str | None = Field(default=None, description="A file of presets/brands/, without .yaml.")
    text: str | None = Field(default=None, description="The text, as one line.")
    force: bool = Field(
        default=False, description="Makes everything that this run selects again, instead of taking it from the store."
    )

    @property
    def fields(self) -> dict[str, Any]:
        """Fields of the request that have other values."""
        return self.model_dump(exclude={"force"}, exclude_none=True)


def overrides_of(run_config: Mapping[str, Any]) -> dict[str, Any]:
    """The same, by the configuration of a run."""
    return {name: value for name, value in _given(run_config).items() if name != "force" and value is not None}


def recomputes(run_config: Mapping[str, Any]) -> bool:
    return bool(_given(run_config).get("force"))


def config_for(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of a run that goes on with ``overrides``. What is in the store by then is taken."""
    return {"ops": {SOURCE_OP: {"config": dict(overrides)}}} if overrides else {}


def check_overrides(upload: SourceMedia) -> Request:
    """The request that counts.

    Raises ``InvalidInput`` for one that this version does not take, and for unknown names.
    """
    request = validate(Request, dict(upload.asked), "The request", "invalid_request")
    if "preset" in upload.overrides and request.preset:
        load_preset(request.preset)
    if "brand" in upload.overrides and request.brand:
        load_brand(request.brand)
    return request


def override_notes(upload: SourceMedia) -> tuple[Note, ...]:
    """What a person should know about a video of another request than its upload's own."""
    if not upload.overrides:
        return ()
    said = ", ".join(f"{name}: {value}" for name, value in upload.overrides.items())
    return (Note(code=OVERRIDDEN, message=f"The run was given other values than the upload's request: {said}."),)


def _given(run_config: Mapping[str, Any]) -> Mapping[str, Any]:
    config = run_config.get("ops", {}).get(SOURCE_OP, {}).get("config") or {}
    return config if isinstance(config, Mapping) else {}
