"""What the caller's tenant may use, and what it uses."""

from fastapi import FastAPI

from pytoon_pipeline.api.access import ReadsRenders
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.quota import QuotaResult
from pytoon_pipeline.service.quotas import quota


def add_quota(app: FastAPI, service: ApiService) -> None:
    @app.get("/v1/quota")
    def show(caller: ReadsRenders) -> QuotaResult:
        """The limits of the tenant and what it uses of them. A limit that is null is none."""
        return quota(service.home, service.accounts, caller.tenant)
