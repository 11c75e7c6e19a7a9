"""Links to files that need no key."""

from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.responses import FileResponse

from pytoon_pipeline.api.access import LINK, ReadsRenders, check_allowance
from pytoon_pipeline.api.routes.renders import sent
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.renders import SignedLink
from pytoon_pipeline.service.links import linked_file, signed_link

DAY = 86400


def add_links(app: FastAPI, service: ApiService) -> None:
    @app.post("/v1/renders/{render}/files/{name}/link", status_code=201)
    def link(
        caller: ReadsRenders, render: str, name: str, seconds: Annotated[int, Query(ge=1, le=7 * DAY)] = DAY
    ) -> SignedLink:
        """A link to a file, for a person or page without a key. It works for so many seconds."""
        return signed_link(service.of(caller), render, name, seconds)

    @app.get(LINK, response_class=FileResponse, include_in_schema=False)
    def follow(
        request: Request,
        render: str,
        name: str,
        expires: Annotated[int, Query(ge=0, lt=1 << 40)],
        signature: Annotated[str, Query(pattern="^[0-9a-f]{64}$")],
    ) -> FileResponse:
        found = linked_file(service.home, service.store, service.accounts, render, name, expires, signature)
        check_allowance(request.app.state.limits.hit("link", render))
        return sent(found)
