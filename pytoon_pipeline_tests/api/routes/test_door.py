"""The recipes of docs/sign-in.md: a real proxy in front of the API and of pages that only some people may see."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pytoon_pipeline.accounts.users import Users
from pytoon_pipeline.api.service import ApiService
from pytoon_pipeline.contracts.access import Role
from pytoon_pipeline_tests.api.conftest import Client
from pytoon_pipeline_tests.harness.browser import Page
from pytoon_pipeline_tests.harness.daemon_harness import wait_until
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.serving import serving

GUIDE = Path(__file__).parents[3] / "docs" / "sign-in.md"
TLS = re.compile(r"^    (listen 443 ssl|ssl_\w+ .*|server_name .*);\n", re.MULTILINE)


@pytest.fixture
def dagster() -> Iterator[str]:
    """What the proxy protects; it answers with what it was asked."""

    async def echo(request: Request) -> JSONResponse:
        body = (await request.body()).decode()
        return JSONResponse({"path": request.url.path, "body": body, "cookie": request.headers.get("cookie")})

    with serving(Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST"])])) as url:
        yield url


def recipe(kind: str, api: str, dagster: str) -> str:
    """The recipe for a proxy, with the addresses of the test in place of those of a server."""
    found = re.search(rf"With {kind}.*?```\w*\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found is not None
    inside = {"127.0.0.1:8980": api.removeprefix("http://"), "127.0.0.1:3000": dagster.removeprefix("http://")}
    return re.sub("|".join(map(re.escape, inside)), lambda one: inside[one.group()], found.group(1))


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, api: Client, dagster: str, tmp_path: Path) -> Iterator[Page]:
    """A browser in front of the proxy of the recipe."""
    program = shutil.which(request.param)
    if program is None:
        pytest.skip(f"{request.param} is not installed: apt-get install {request.param}")
    port = free_port()
    if request.param == "nginx":
        text = TLS.sub("", recipe("nginx", api.url, dagster)).replace("{", f"{{ listen 127.0.0.1:{port};", 1)
        places = "".join(
            f"{one}_temp_path {tmp_path}/{one};" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}}"
        (tmp_path / "conf").write_text(f"{main} http {{ access_log off; {places} {text} }}")
        command = [program, "-e", f"{tmp_path}/log", "-p", str(tmp_path), "-c", f"{tmp_path}/conf"]
    else:
        text = recipe("Caddy", api.url, dagster).replace("video.example.com", f"http://127.0.0.1:{port}")
        (tmp_path / "conf").write_text(f"{{\n admin off\n}}\n{text}")
        command = [program, "run", "--config", f"{tmp_path}/conf", "--adapter", "caddyfile"]
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    page = Page(f"http://127.0.0.1:{port}")
    try:
        assert wait_until(page.answers, 30, 0.05), "the proxy does not start"
        yield page
    finally:
        process.terminate()
        process.wait()


def sign_in(page: Page, service: ApiService, role: Role, tenant: str) -> None:
    user, password = Users(service.accounts).add(f"{role}-{tenant}", tenant, role)
    status, headers, _ = page.sign_in(user.name, password, "/dagster/runs", Origin=page.url)
    assert (status, headers["location"]) == (303, "/dagster/runs")


def test_dagster_is_behind_the_door_of_the_api(proxy: Page, service: ApiService) -> None:
    assert proxy.ask("GET", "/healthz")[0] == 200
    assert proxy.ask("GET", "/v1/renders")[0] == 401
    for path in ("/dagster", "/dagster/runs?view=all"):
        status, headers, _ = proxy.ask("GET", path)
        assert (status, headers["location"].endswith(f"/sign-in?next={path}")) == (303, True)
    assert proxy.ask("GET", "/door")[0] in (401, 404), "what the proxy asks is not for browsers"
    for role, tenant in (("viewer", "default"), ("admin", "acme")):
        sign_in(proxy, service, role, tenant)  # type: ignore[arg-type]
        assert proxy.ask("GET", "/dagster/runs")[0] == 403
    sign_in(proxy, service, "operator", "default")
    status, _, text = proxy.ask("POST", "/dagster/graphql", '{"query": "{ runs }"}')
    assert status == 200
    assert '"path":"/dagster/graphql"' in text
    assert "runs" in text
    assert '"cookie":null' in text, "Dagster does not learn of the session"
    proxy.ask("DELETE", "/v1/session", **{"X-CSRF-Token": proxy.token()})
    assert proxy.ask("GET", "/dagster/runs")[0] == 303
