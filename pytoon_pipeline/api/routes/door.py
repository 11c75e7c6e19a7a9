"""The door to Dagster's pages, at which a proxy in front of them asks about each request."""

from fastapi import FastAPI, Response

from pytoon_pipeline.api.access import UsesDagster
from pytoon_pipeline.contracts.access import DEFAULT_TENANT
from pytoon_pipeline.contracts.errors import InvalidInput


def add_door(app: FastAPI) -> None:
    @app.get("/v1/door/dagster", status_code=204)
    def door(caller: UsesDagster) -> Response:
        """Whether the caller may use Dagster's pages, for a proxy in front of them: 204, 401 or 403."""
        if caller.tenant != DEFAULT_TENANT:
            message = "Dagster shows the uploads of all tenants, so it is for the tenant “default” only."
            raise InvalidInput("other_tenant", message, "Sign in as somebody of that tenant.")
        return Response(status_code=204, headers={"X-Pytoon-User": caller.key, "X-Pytoon-Role": caller.role})
