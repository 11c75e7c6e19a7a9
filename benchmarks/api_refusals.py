"""How long the API takes to refuse what is wrong: bodies, forms, names, texts, keys, addresses and states.

``python -m benchmarks.api_refusals [--times 20]`` prints a JSON object: for each kind its statuses, and the median and
the longest time in milliseconds on a server of its own.
"""

import argparse
import json
import os
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from pytoon_pipeline_tests.harness.api_client import TOKEN, Client
from pytoon_pipeline_tests.harness.api_server import ApiServer
from pytoon_pipeline_tests.harness.daemon_harness import home_at
from pytoon_pipeline_tests.harness.free_port import free_port
from pytoon_pipeline_tests.harness.machine import machine

KEY = f"Host: x\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "5", "Content-Type": "application/offset+octet-stream"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    times = parser.parse_args().times
    os.environ["PYTOON_API_RATE"] = "1000000"
    with tempfile.TemporaryDirectory(prefix="pytoon-refusals-") as folder:
        server = ApiServer(home_at(Path(folder)), free_port(), TOKEN)
        server.start()
        server.wait()
        try:
            found = {name: _timed(refused, times) for name, refused in _cases(server).items()}
        finally:
            server.kill()
    print(json.dumps({"refusals": found, "machine": machine()}))


def _cases(server: ApiServer) -> dict[str, Callable[[], int]]:
    """What is refused, by what it is; each returns the status."""
    api, nobody = Client(server.url), "0" * 64
    ended = api.call("POST", "/v1/renders", {"request": {"text": "Hello"}}).json["id"]
    api.call("POST", f"/v1/renders/{ended}/cancel")
    return {
        "a body of 5 GB": lambda: _sent(server, b"POST /v1/uploads HTTP/1.1\r\nContent-Length: 5000000000\r\n" + KEY),
        "no HTTP": lambda: _sent(server, b"\x16\x03\x01 hello\r\n"),
        "a forged key": lambda: api.call("GET", "/v1/renders", token="ptk_" + "A" * 43).status,
        "an unknown render": lambda: api.call("GET", "/v1/renders/none").status,
        "a path as a name": lambda: api.call("POST", "/v1/renders", {"files": {"../a": nobody}}).status,
        "half a character": lambda: api.call("POST", "/v1/renders", {"title": "\ud800"}).status,
        "a path as a part": lambda: api.call("POST", "/v1/renders", _form("../a.jpg", b"x"), **FORM).status,
        "an archive as a photo": lambda: api.call("POST", "/v1/renders", _form("a.jpg", b"PK\3\4" * 99), **FORM).status,
        "a private address": lambda: api.call("POST", "/v1/uploads/from-url", {"url": "http://user@10.1/"}).status,
        "a lost piece": lambda: api.call("PATCH", f"/v1/uploads/resumable/{'x' * 32}", b"x", **TUS).status,
        "cancelling what ended": lambda: api.call("POST", f"/v1/renders/{ended}/cancel").status,
    }


def _form(name: str, content: bytes) -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
    return head + content + b"\r\n--x--\r\n"


def _sent(server: ApiServer, head: bytes) -> int:
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(head + b"\r\n")
        return int(line.recv(65536).split()[1])


def _timed(refused: Callable[[], int], times: int) -> dict[str, object]:
    statuses, seconds = {refused()}, []
    for _ in range(times):
        began = time.perf_counter()
        statuses.add(refused())
        seconds.append(time.perf_counter() - began)
    return {
        "statuses": sorted(statuses),
        "median_ms": round(1000 * median(seconds), 1),
        "longest_ms": round(1000 * max(seconds), 1),
    }


if __name__ == "__main__":
    main()
