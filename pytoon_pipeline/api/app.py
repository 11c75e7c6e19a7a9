"""The API, version 1, as an application: its routes behind the door that finds the caller."""

import re
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from pytoon_pipeline.accounts.keys import Keys
from pytoon_pipeline.accounts.sessions import Sessions
from pytoon_pipeline.api.access import Authenticate, callers, check_scopes
from pytoon_pipeline.api.oidc import Provider
from pytoon_pipeline.api.problems import MEDIA_TYPE, add_problem_handlers
from pytoon_pipeline.api.rate_limits import RateLimits
from pytoon_pipeline.api.routes.audit import add_audit
from pytoon_pipeline.api.routes.brands import add_brands
from pytoon_pipeline.api.routes.catalogue import add_catalogue
from pytoon_pipeline.api.routes.docs_page import add_docs_page
from pytoon_pipeline.api.routes.door import add_door
from pytoon_pipeline.api.routes.events import add_events
from pytoon_pipeline.api.routes.export import add_export
from pytoon_pipeline.api.routes.links import add_links
from pytoon_pipeline.api.routes.presigned import add_presigned
from pytoon_pipeline.api.routes.quality import add_quality
from pytoon_pipeline.api.routes.quota import add_quota
from pytoon_pipeline.api.routes.renders import add_renders
from pytoon_pipeline.api.routes.resumable import TusVersion, add_resumable
from pytoon_pipeline.api.routes.sign_in import add_sign_in
from pytoon_pipeline.api.routes.uploads import add_uploads
from pytoon_pipeline.api.routes.webhooks import add_webhooks
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.config.sign_in import load_sign_in
from pytoon_pipeline.contracts.renders import Problem
from pytoon_pipeline.settings import Settings

PROBLEMS: dict[int | str, dict[str, Any]] = {"default": {"model": Problem, "description": "an error"}}


def application(service: ApiService, token: str | None = None) -> FastAPI:
    """The API as an ASGI application. Every request but ``/healthz`` needs a key, or ``token``."""
    app = FastAPI(
        title="Pytoon",
        version=version("pytoon-pipeline"),
        description="Renders short videos from photos, clips and text, and checks them.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=PROBLEMS,
    )
    sessions = Sessions(service.accounts)
    app.add_middleware(TusVersion)
    app.add_middleware(Authenticate, find=callers(Keys(service.accounts), token), of_session=sessions.caller)
    app.state.limits = RateLimits(Settings.load().api_rate)
    add_problem_handlers(app)
    _add_health(app)
    add_docs_page(app)
    add_resumable(app, service)
    add_presigned(app, service)
    add_uploads(app, service)
    add_renders(app, service)
    add_links(app, service)
    add_quality(app, service)
    add_events(app, service)
    add_webhooks(app, service)
    add_audit(app, service)
    add_export(app, service)
    add_quota(app, service)
    add_brands(app, service)
    add_catalogue(app)
    add_door(app)
    add_sign_in(app, service, provider())
    check_scopes(app)
    _complete_description(app)
    return app


def _complete_description(app: FastAPI) -> None:
    """Groups the routes, names each by the first sentence of what it does, and gives the content type of errors, which
    FastAPI takes for that of other answers.
    """
    described = app.openapi

    def openapi() -> dict[str, Any]:
        document = described()
        for path, methods in document["paths"].items():
            for route in methods.values():
                route["tags"] = [path.split("/")[2] if path.startswith("/v1/") else "short forms"]
                route["summary"] = re.split(r"[.:;] |\.?$", route["description"].replace("``", ""), maxsplit=1)[0]
                error = route["responses"]["default"]
                (schema,) = error["content"].values()
                error["content"] = {MEDIA_TYPE: schema}
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def provider() -> Provider | None:
    """The provider that the settings name. Raises ``DependencyMissing`` and ``InvalidInput``."""
    settings = Settings.load()
    if settings.oidc is None:
        return None
    secret = settings.oidc_secret
    return Provider(load_sign_in(settings.oidc), secret.get_secret_value() if secret else None)


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", include_in_schema=False)
    def health() -> dict[str, str]:
        return {"status": "healthy"}
