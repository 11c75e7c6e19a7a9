"""Traces for an OpenTelemetry collector, where ``OTEL_EXPORTER_OTLP_ENDPOINT`` names one. Nothing of OpenTelemetry is
imported otherwise. Its other variables, such as ``OTEL_EXPORTER_OTLP_HEADERS`` and ``OTEL_RESOURCE_ATTRIBUTES``, count.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytoon_pipeline.contracts.errors import DependencyMissing
from pytoon_pipeline.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

NAME = "pytoon"
# A collector that is away delays the end of a run by this much at most.
SEND_SECONDS = 2.0


@contextmanager
def tracing() -> Iterator["Tracer | None"]:
    """A tracer whose spans are sent before the end of the block; none where no collector is named.

    Raises ``DependencyMissing`` where one is named and OpenTelemetry is not installed.
    """
    if Settings.load().traces is None:
        yield None
        return
    try:
        from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise DependencyMissing(
            "traces_missing",
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed.",
            "To install it, type: pip install 'pytoon-pipeline[traces]'",
        ) from error
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: NAME}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=SEND_SECONDS)))
    try:
        yield provider.get_tracer(NAME)
    finally:
        provider.shutdown()
