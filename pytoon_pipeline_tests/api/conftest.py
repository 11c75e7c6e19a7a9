"""A real server of the API on loopback, and a client of it."""

import ipaddress
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pytoon_pipeline.api.app import application
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.public_network import PublicNetwork
from pytoon_pipeline_tests.harness.serving import serving

TOKEN = "a-token-of-the-tests"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    url: str

    def call(self, method: str, path: str, body: object = None, token: str | None = TOKEN, **headers: str) -> Answer:
        """Sends bytes as they are and other bodies as JSON."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        more = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(self.url + path, data, {**more, **headers}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, _lower(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, _lower(error.headers), error.read())

    def upload(self, content: bytes, token: str = TOKEN) -> str:
        answer = self.call("POST", "/v1/uploads", content, token)
        assert answer.status == 201, answer.body
        return str(answer.json["id"])


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


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
