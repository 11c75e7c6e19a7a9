"""What requests can name: presets, platforms, and the schemas of documents."""

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from pytoon_pipeline.api.access import ReadsCatalogue
from pytoon_pipeline.config.presets import load_platforms
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.platforms import Platform
from pytoon_pipeline.contracts.preset_results import PresetResult, PresetsResult
from pytoon_pipeline.contracts.schemas import DOCUMENTS, schema
from pytoon_pipeline.service.presets import describe_preset, list_presets


def add_catalogue(app: FastAPI) -> None:
    @app.get("/v1/presets")
    def presets(caller: ReadsCatalogue) -> PresetsResult:
        """All presets."""
        return list_presets()

    @app.get("/v1/presets/{name}")
    def preset(caller: ReadsCatalogue, name: str) -> PresetResult:
        """A preset with all of its settings."""
        return describe_preset(name).model_copy(update={"file": ""})

    @app.get("/v1/platforms")
    def platforms(caller: ReadsCatalogue) -> list[Platform]:
        """All platforms and their limits, each with its source."""
        return list(load_platforms())

    @app.get("/v1/schemas/{name}")
    def schemas(caller: ReadsCatalogue, name: str) -> JSONResponse:
        """The JSON Schema of a document, such as ``request``."""
        if name not in DOCUMENTS:
            raise InvalidInput("not_found", "There is no such schema.", f"The schemas are: {', '.join(DOCUMENTS)}.")
        return JSONResponse(schema(DOCUMENTS[name]))
