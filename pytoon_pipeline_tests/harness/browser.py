"""What a browser does with sign-ins: it keeps cookies, and goes where it is sent."""

import http.client
import json
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit


@dataclass
class Page:
    """What a browser does: keeps cookies, and goes where it is sent."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, set[str]] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body or None, {**({"Cookie": cookies} if cookies else {}), **headers})
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self._keep(value)
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
        connection.close()
        return found

    def answers(self) -> bool:
        """Whether a server answers."""
        try:
            return self.ask("GET", "/healthz")[0] == 200
        except OSError:
            return False

    def _keep(self, header: str) -> None:
        first, *attributes = header.split("; ")
        name, _, value = first.partition("=")
        self.attributes[name] = {
            one.split("=")[0].lower() + ("=lax" if one.lower() == "samesite=lax" else "") for one in attributes
        }
        if value.strip('"'):
            self.cookies[name] = value
        else:
            self.cookies.pop(name, None)

    def sign_in(
        self, name: str, password: str, after: str = "/v1/brands", **headers: str
    ) -> tuple[int, dict[str, str], str]:
        return self.ask("POST", "/sign-in", urlencode({"name": name, "password": password, "next": after}), **headers)

    def token(self) -> str:
        return str(json.loads(self.ask("GET", "/v1/session")[2])["csrf_token"])


def follow(address: str) -> str:
    """Where a provider sends the browser."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", f"{parts.path}?{parts.query}")
    found = connection.getresponse().getheader("location")
    connection.close()
    assert found is not None
    return found.partition("/sign-in/")[2]
