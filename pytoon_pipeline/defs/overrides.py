"""What a person may set for a single run in the Launchpad: values that replace fields of the request, or ``force``.

Runs are requested with all of these fields, most of them ``null``: “Open in Launchpad” on the page of a run then shows
what can be changed.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from pydantic import Field

from pytoon_pipeline.config.presets import load_brand, load_preset
from pytoon_pipeline.config.validation import validate
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.request import Request

# The step that reads the configuration.
SOURCE_OP = "source_media"


class RunOverrides(dg.Config):
    """Render this upload with other values, in this run only. A field that is ``null`` or left out keeps the value of
    the upload's request."""

    preset: str | None = Field(default=None, description="Another preset, by name. “pytoon presets” shows all of them.")
    brand: str | None = Field(default=None, description="Another brand: a file of presets/brands/ without .yaml.")
    platform: str | None = Field(
        default=None, description="Where the video will be posted, such as tiktok, reels or shorts."
    )
    text: str | None = Field(default=None, description="Another text, on one line.")
    force: bool = Field(
        default=False, description="Recomputes every stage that this run selects, even if its result is in the store."
    )

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the request that are replaced."""
        return self.model_dump(exclude={"force"}, exclude_none=True)


def overrides_of(run_config: Mapping[str, Any]) -> dict[str, Any]:
    """The replaced fields, read from the configuration of a run."""
    return {name: value for name, value in _config(run_config).items() if name != "force" and value is not None}


def recomputes(run_config: Mapping[str, Any]) -> bool:
    """Whether a run computes again what the store has."""
    return bool(_config(run_config).get("force"))


def config_for(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration of a run with ``overrides``. It shows every field, and uses what is in the store."""
    return {"ops": {SOURCE_OP: {"config": RunOverrides(**overrides).model_dump()}}}


def preset_config(name: str) -> dict[str, Any]:
    """The configuration of a run with another preset, and nothing else."""
    return {"ops": {SOURCE_OP: {"config": {"preset": name}}}}


def check_overrides(upload: SourceMedia) -> Request:
    """Returns the request with its replaced fields.

    Raises ``InvalidInput`` for a request that this version refuses, and for unknown names.
    """
    request = validate(Request, dict(upload.asked), "The request", "invalid_request")
    if "preset" in upload.overrides and request.preset:
        load_preset(request.preset)
    if "brand" in upload.overrides and request.brand:
        load_brand(request.brand)
    return request


def _config(run_config: Mapping[str, Any]) -> Mapping[str, Any]:
    config = run_config.get("ops", {}).get(SOURCE_OP, {}).get("config") or {}
    return config if isinstance(config, Mapping) else {}
