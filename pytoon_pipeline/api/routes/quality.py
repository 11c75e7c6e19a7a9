"""Quality control of videos from elsewhere."""

import asyncio

from fastapi import FastAPI, Request

from pytoon_pipeline.api.access import WritesRenders
from pytoon_pipeline.api.bodies import document, document_of
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.quality import QcReport
from pytoon_pipeline.contracts.renders import CheckRequest
from pytoon_pipeline.service.upload_check import check_upload


def add_quality(app: FastAPI, service: ApiService) -> None:
    @app.post("/v1/qc", openapi_extra=document(CheckRequest))
    async def check(caller: WritesRenders, request: Request) -> QcReport:
        """Checks an uploaded video, from wherever it is: findings, score and verdict."""
        wanted = await document_of(request, CheckRequest, '{"file": "ID"}')
        return await asyncio.to_thread(check_upload, service.of(caller), wanted.file)
