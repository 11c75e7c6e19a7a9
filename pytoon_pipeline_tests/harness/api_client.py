"""A client of the API, as programs write one."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

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
