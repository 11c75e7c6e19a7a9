"""Uploads by URL: every address on the way is checked, and nothing is unpacked."""

import time
from pathlib import Path
from urllib.parse import urljoin

import httpcore

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.runtime.public_network import PublicNetwork

MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
# For each step of a download, and for all of it.
STEP_SECONDS, TOTAL_SECONDS = 15, 900
# What is packed could unpack to any size.
HEADERS = {"accept-encoding": "identity", "user-agent": "Pytoon"}


def download(network: PublicNetwork, url: str, path: Path, max_bytes: int) -> None:
    """Writes what ``url`` answers to ``path``.

    Raises ``InvalidInput`` for what is not public, not there, packed or too large, at any redirect; ``TransientError``
    for a server that does not answer or is too slow.
    """
    deadline = time.monotonic() + TOTAL_SECONDS
    for _ in range(MAX_REDIRECTS + 1):
        with network.request("GET", url, HEADERS, timeout=STEP_SECONDS) as response:
            headers = {name.lower(): value.decode("latin-1") for name, value in response.headers}
            if response.status in REDIRECTS and b"location" in headers:
                url = urljoin(url, headers[b"location"])
                continue
            _check(response.status, headers, max_bytes)
            _write(response, path, max_bytes, deadline)
            return
    raise InvalidInput("too_many_redirects", "The URL leads from one address to the next.", "Use its last address.")


def _check(status: int, headers: dict[bytes, str], max_bytes: int) -> None:
    if status != 200:
        message = f"The URL answers with the status {status}."
        raise InvalidInput("url_not_there", message, "Open the URL in a browser without signing in, and check it.")
    if headers.get(b"content-encoding", "identity") != "identity":
        raise InvalidInput("url_packed", "The URL answers with packed content.", "Use a URL of the file itself.")
    stated = headers.get(b"content-length", "")
    if stated.isdecimal() and int(stated[:20]) > max_bytes:
        raise _too_large(max_bytes)


def _write(response: httpcore.Response, path: Path, max_bytes: int, deadline: float) -> None:
    size = 0
    with path.open("wb") as file:
        for chunk in response.iter_stream():
            size += len(chunk)
            if size > max_bytes:
                raise _too_large(max_bytes)
            if time.monotonic() > deadline:
                raise TransientError("too_slow", "The other server is too slow.", "Upload the file itself.")
            file.write(chunk)


def _too_large(max_bytes: int) -> InvalidInput:
    return InvalidInput("body_too_large", f"The file has more than {max_bytes / 1e6:,.0f} MB.", "Use a smaller one.")
