"""The audit log of the caller's tenant."""

from typing import Annotated

from fastapi import FastAPI, Query

from pytoon_pipeline.api.access import ReadsAudit
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.audit import AuditList
from pytoon_pipeline.service import audit

MAX_PAGE = 1000


def add_audit(app: FastAPI, service: ApiService) -> None:
    @app.get("/v1/audit")
    def lines(
        caller: ReadsAudit,
        cursor: Annotated[str | None, Query(max_length=40)] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 200,
    ) -> AuditList:
        """Who changed what, the oldest first."""
        return audit.lines(service.of(caller), cursor, limit)
