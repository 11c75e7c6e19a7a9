"""A real server of the API on loopback."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from pytoon_pipeline.api.app import application
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.public_network import PublicNetwork
from pytoon_pipeline_tests.harness.api_client import TOKEN, Answer, Client
from pytoon_pipeline_tests.harness.serving import serving

__all__ = ["TOKEN", "Answer", "Client"]


@pytest.fixture
def service(home: Home) -> Iterator[ApiService]:
    """The server. No name server is asked: every name has a public address."""
    address = ipaddress.ip_address("93.184.216.34")
    opened = ApiService.open(home, PublicNetwork(resolver=lambda host, port: [address]))
    yield opened
    opened.accounts.close()


@pytest.fixture
def api(service: ApiService) -> Iterator[Client]:
    with serving(application(service, TOKEN)) as url:
        yield Client(url)


@pytest.fixture
def photo(tmp_path: Path) -> bytes:
    path = tmp_path / "photo.jpg"
    Image.linear_gradient("L").resize((540, 960)).convert("RGB").save(path)
    return path.read_bytes()


def kept(home: Home) -> list[Path]:
    """The files that are in the store or on their way there."""
    return [one for folder in (home.store / "objects", home.work) for one in folder.rglob("*") if one.stat().st_size]
