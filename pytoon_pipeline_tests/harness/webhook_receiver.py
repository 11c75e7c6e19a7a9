"""A program on loopback that receives webhooks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pytoon_pipeline_tests.harness.serving import serving


@dataclass
class Receiver:
    """A program that receives messages, and what it answers: the first statuses of ``answers``, then 204.

    ``port`` 0 is any free one.
    """

    answers: list[int] = field(default_factory=list)
    messages: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    port: int = 0

    @contextmanager
    def running(self) -> Iterator["Receiver"]:
        async def receive(request: Request) -> Response:
            self.messages.append((dict(request.headers), await request.body()))
            status = self.answers.pop(0) if self.answers else 204
            return Response(status_code=status, headers={"location": f"{self.url}/elsewhere"})

        routes = [Route("/{path:path}", receive, methods=["POST", "GET"])]
        with serving(Starlette(routes=routes), self.port) as self.url:
            yield self
