"""Many videos at once through the HTTP API while the API, the daemon and its runs are killed: states, webhooks, frames.

Every request is sent twice at the same time, and again while nobody answers. ``FOLDER`` keeps the home and what has
happened, so a run that ends after ``--minutes`` is continued by the same command. Then the first ``--compared`` videos
are downloaded and compared frame by frame with those that ``pytoon render`` makes in another home.
``python -m benchmarks.api_chaos FOLDER [--jobs 50] [--kills 100] [--compared 5] [--minutes 8]`` prints a JSON object.
"""

import argparse
import json
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import datetime, timezone
from pathlib import Path

from pydantic import BaseModel, Field
from standardwebhooks import Webhook

from benchmarks.chaos import Killer
from pytoon_pipeline.media import ffmpeg
from pytoon_pipeline_tests.harness.api_client import Answer, Client
from pytoon_pipeline_tests.harness.api_server import ApiServer
from pytoon_pipeline_tests.harness.daemon_harness import Daemon, home_at, wait_until
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.webhook_receiver import Receiver

TIMES = 2
SECONDS = 1.5


class State(BaseModel):
    """What has happened so far. ``ids`` are what the requests of each job were answered with."""

    port: int = Field(default_factory=free_port)
    hook_port: int = Field(default_factory=free_port)
    token: str = Field(default_factory=lambda: secrets.token_urlsafe(24))
    secret: str = ""
    kills: dict[str, int] = Field(default_factory=dict)
    ids: dict[int, list[str]] = Field(default_factory=dict)
    messages: list[tuple[dict[str, str], str]] = Field(default_factory=list)
    seconds: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=50)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--compared", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=8)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    kept = options.folder / "state.json"
    state = State.model_validate_json(kept.read_text()) if kept.exists() else State()
    until = time.monotonic() + 60 * options.minutes
    began = time.monotonic()
    try:
        result = measure(options, state, until)
    finally:
        state.seconds += time.monotonic() - began
        kept.write_text(state.model_dump_json())
    print(json.dumps({**result, "minutes": round(state.seconds / 60, 1), "machine": machine()}))


def measure(options: argparse.Namespace, state: State, until: float) -> dict[str, object]:
    home = home_at(options.folder / "home")
    home.root.mkdir(parents=True, exist_ok=True)
    server, daemon = ApiServer(home, state.port, state.token), Daemon(home)
    client = Client(server.url)
    receiver = Receiver(port=state.hook_port, messages=[(one, body.encode()) for one, body in state.messages])
    killer = Killer(daemon, server, sum(state.kills.values()), "api", 7)
    killer.killed.update(state.kills)
    with ExitStack() as running:
        running.enter_context(receiver.running())
        running.callback(server.kill)
        running.callback(daemon.stop)
        server.start()
        server.wait()
        state.secret = state.secret or _subscribed(client, state.token, receiver.url)
        daemon.start()
        pool = running.enter_context(ThreadPoolExecutor(options.jobs))
        missing = [n for n in range(options.jobs) if len(state.ids.get(n, ())) < TIMES]
        posts = {n: [pool.submit(_submitted, client, state.token, n, until) for _ in range(TIMES)] for n in missing}
        while killer.killed.total() < options.kills and time.monotonic() < until:
            killer.strike()
        state.kills = dict(killer.killed)
        wait_until(lambda: killer.revive() or _complete(client, state, receiver, options), until - time.monotonic())
        state.ids |= {n: [one for post in found if (one := post.result())] for n, found in posts.items()}
        state.messages = [(headers, body.decode()) for headers, body in receiver.messages]
        if time.monotonic() > until:
            return {"finished": False, "kills": sum(state.kills.values())}
        found = _figures(client, state, options.jobs)
        compared = range(min(options.compared, options.jobs))
        return {**found, "unlike_command_line": _unlike(options.folder, client, state, [*compared])}


def request(number: int) -> dict[str, object]:
    """What the job asks for: a text on a moving background."""
    return {"text": f"Number {number}", "max_seconds": SECONDS}


def _call(client: Client, token: str, method: str, path: str, body: object = None) -> Answer | None:
    """The answer, or none while the server is dead."""
    with suppress(OSError):
        return client.call(method, path, body, token)
    return None


def _persistently(ask: Callable[[], Answer | None], until: float) -> Answer | None:
    while time.monotonic() < until:
        if (answer := ask()) is not None and answer.status < 500:
            return answer
        time.sleep(0.1)
    return None


def _subscribed(client: Client, token: str, url: str) -> str:
    events = ["render.completed", "render.degraded", "render.held", "render.failed", "render.stopped"]
    answer = client.call("POST", "/v1/webhooks", {"url": url, "events": events}, token)
    return str(answer.json["secret"])


def _submitted(client: Client, token: str, number: int, until: float) -> str | None:
    """The id of the render of a job; none when the time is over."""
    body = {"title": f"job {number}", "request": request(number)}
    answer = _persistently(lambda: _call(client, token, "POST", "/v1/renders", body), until)
    return str(answer.json["id"]) if answer is not None else None


def _listed(client: Client, token: str) -> list[dict[str, object]]:
    answer = _call(client, token, "GET", "/v1/renders?limit=200")
    return answer.json["renders"] if answer is not None and answer.status == 200 else []


def _complete(client: Client, state: State, receiver: Receiver, options: argparse.Namespace) -> bool:
    done = [one for one in _listed(client, state.token) if one["status"] != "waiting"]
    told = {json.loads(body)["data"]["render"] for _, body in receiver.messages}
    return len(done) == len(told) == options.jobs


def _figures(client: Client, state: State, jobs: int) -> dict[str, object]:
    listed = _listed(client, state.token)
    told: dict[str, set[tuple[str, str]]] = {}
    for headers, body in state.messages:
        sent = datetime.fromtimestamp(int(headers["webhook-timestamp"]), timezone.utc)
        signature = Webhook(state.secret).sign(headers["webhook-id"], sent, body)
        assert signature in headers["webhook-signature"].split(), "a message with a wrong signature"
        event = json.loads(body)
        told.setdefault(event["data"]["render"], set()).add((headers["webhook-id"], event["type"]))
    return {
        "finished": True,
        "kills": state.kills, "all_kills": sum(state.kills.values()), "jobs": jobs,
        "requests": sum(map(len, state.ids.values())),
        "jobs_whose_doubles_share_an_id": sum(len(set(one)) == 1 for one in state.ids.values()),
        "renders": len(listed), "states": dict(Counter(str(one["status"]) for one in listed)),
        "renders_told": len(told), "renders_told_twice": sum(len(one) > 1 for one in told.values()),
        "events": dict(Counter(kind for found in told.values() for _, kind in found)),
        "messages_received": len(state.messages),
    }  # fmt: skip


def _unlike(folder: Path, client: Client, state: State, jobs: list[int]) -> list[int]:
    """The jobs whose frames or sound differ from those of the command line."""
    found = []
    for number in jobs:
        links = client.call("GET", f"/v1/renders/{state.ids[number][0]}", None, state.token).json["links"]["files"]
        link = next(link for name, link in links.items() if name.endswith(".mp4"))
        ours, theirs = folder / f"api-{number}.mp4", _rendered(folder / "command line", number)
        ours.write_bytes(client.call("GET", link, None, state.token).body)
        if _frames(ours) != _frames(theirs):
            found.append(number)
    return found


def _rendered(folder: Path, number: int) -> Path:
    upload = folder / f"job {number}"
    upload.mkdir(parents=True, exist_ok=True)
    (upload / "request.json").write_text(json.dumps(request(number)))
    command = [sys.executable, "-m", "pytoon_pipeline.cli.main", "render", str(upload), "--json"]
    environment = {**Daemon(home_at(folder / "home")).environment}
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    return Path(json.loads(done.stdout)["video"])


def _frames(video: Path) -> bytes:
    """MD5 of every decoded frame and of every block of sound."""
    return ffmpeg.run(["-v", "error", "-i", str(video), "-f", "framemd5", "-"])[0]


if __name__ == "__main__":
    main()
