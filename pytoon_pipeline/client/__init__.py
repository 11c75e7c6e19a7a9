"""A client of the HTTP API for programs in Python. It imports neither Dagster nor anything that renders."""

from pytoon_pipeline.client.client import Client
from pytoon_pipeline.client.connection import ServerError

__all__ = ["Client", "ServerError"]
