"""Everything that is kept about the caller's tenant."""

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from pytoon_pipeline.api.access import ExportsTenant
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.service.export import export


class Zip(StreamingResponse):
    """A ZIP that is made while it is sent."""

    media_type = "application/zip"


def add_export(app: FastAPI, service: ApiService) -> None:
    @app.get("/v1/export", response_class=Zip)
    def everything(caller: ExportsTenant) -> Zip:
        """All that is kept about the tenant, as a ZIP: uploads, renders, results, log lines, keys without secrets."""
        headers = {"content-disposition": f'attachment; filename="{caller.tenant}.zip"', "cache-control": "no-store"}
        return Zip(export(service.of(caller)), headers=headers)
