"""Serves the KPIs of a home as OpenMetrics over HTTP, and whether the home can take work.

``/metrics`` is for Prometheus, ``/healthz`` says that the server runs, and ``/readyz`` whether a run could start.
"""

import shutil
import time
from collections.abc import Iterator
from threading import Lock
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.config.presets import load_operations
from pytoon_pipeline.contracts.errors import DependencyMissing, PytoonError
from pytoon_pipeline.runtime.gpus import measure
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.listening import listen
from pytoon_pipeline.service.kpis import current_kpis

if TYPE_CHECKING:
    from prometheus_client import Metric

BACKLOG = 16
# Scrapes within this time get the same figures: computing them reads all tables.
FRESH_SECONDS = 10


class HomeMetrics:
    """The metrics of a home at the time of a scrape. A collector in the sense of prometheus_client."""

    def __init__(self, home: Home) -> None:
        self._home, self._lock = home, Lock()
        self._found: list[Metric] = []
        self._until = 0.0

    def describe(self) -> list["Metric"]:
        """Nothing: the families are known only when they are collected."""
        return []

    def collect(self) -> list["Metric"]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._found = [*self._families()]
                self._until = time.monotonic() + FRESH_SECONDS
            return self._found

    def _families(self) -> Iterator["Metric"]:
        from pytoon_pipeline.reporting.openmetrics import families, gauge, gpu_gauges

        yield from families(current_kpis(self._home))
        uploads = Uploads(self._home)
        pending = uploads.pending().values()
        oldest = uploads.now() - min(pending) if pending else 0.0
        yield from gauge("pending_uploads", "Uploads whose video is still to be made.", len(pending))
        yield from gauge("oldest_pending_seconds", "How long the oldest of them waits.", oldest)
        free = shutil.disk_usage(self._home.root).free if self._home.root.is_dir() else None
        yield from gauge("free_bytes", "Free space on the disk of the home.", free)
        yield from gpu_gauges(measure())


def application(home: Home) -> Starlette:
    """The server. Raises ``DependencyMissing`` when prometheus-client is not installed."""
    try:
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import choose_encoder
    except ImportError as error:
        raise DependencyMissing(
            "metrics_missing",
            "Serving metrics needs the package prometheus-client, which is not installed.",
            "To install it, type: pip install 'pytoon-pipeline[metrics]'",
        ) from error
    registry = CollectorRegistry(auto_describe=False)
    registry.register(HomeMetrics(home))

    def metrics(request: Request) -> Response:
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), media_type=None, headers={"content-type": kind})

    def ready(request: Request) -> Response:
        reason = not_ready(home)
        return PlainTextResponse(reason or "ready", 503 if reason else 200)

    def healthy(request: Request) -> Response:
        return PlainTextResponse("healthy")

    return Starlette(routes=[Route("/metrics", metrics), Route("/readyz", ready), Route("/healthz", healthy)])


def not_ready(home: Home) -> str | None:
    """Why no run could start in this home; none when one could."""
    if not home.root.is_dir():
        return f"The folder {home.root} does not exist; “pytoon setup” creates it."
    try:
        Uploads(home).pending()
        least = load_operations().min_free_bytes
    except PytoonError as error:
        return error.message
    if (free := shutil.disk_usage(home.root).free) < least:
        return f"The disk has {free / 1e6:.0f} MB of free space; runs need {least / 1e6:.0f} MB."
    return None


def serve_metrics(home: Home, host: str, port: int) -> None:
    """Serves until the process is stopped. Raises as ``application`` and ``listen`` do."""
    app = application(home)
    with listen("The metrics server", host, port, BACKLOG) as listener:
        config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, ws="none")
        uvicorn.Server(config).run(sockets=[listener])
