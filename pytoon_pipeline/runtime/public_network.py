"""HTTP to addresses that other people name: only to public ones, so nobody reaches what this machine can reach.

A name is resolved once, all of its addresses are checked, and the connection goes to the address that was checked: a
name that resolves to another one a moment later changes nothing. Certificates are still checked against the name.
Proxies of the environment are not used, and redirects are never followed here.
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TypeAlias
from urllib.parse import urlsplit

import httpcore

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
MAX_URL = 2048
# Addresses that lead to an IPv4 address inside: mapped, compatible, NAT64, 6to4, Teredo.
EMBEDDING = [
    ipaddress.ip_network(one)
    for one in ("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10")
]


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet: not of this machine, its networks, or a special use."""
    if isinstance(address, ipaddress.IPv6Address) and any(address in one for one in EMBEDDING):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolve(host: str, port: int) -> list[Address]:
    """All addresses of a host. Raises ``OSError`` for one that has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]


class PublicNetwork(httpcore.SyncBackend):
    """Connects to addresses that ``allowed`` accepts. Raises ``InvalidInput`` for others, before any connection."""

    def __init__(
        self,
        allowed: Callable[[Address], bool] = is_public,
        resolver: Callable[[str, int], list[Address]] = resolve,
    ) -> None:
        super().__init__()
        self._allowed, self._resolve = allowed, resolver

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def address(self, host: str, port: int) -> Address:
        """The address to connect to. Raises ``InvalidInput`` when the host has none, or any that is not allowed."""
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise InvalidInput("host_unknown", "The host of the URL is not known.", "Check the URL.") from error
        if not found or not all(map(self._allowed, found)):
            raise InvalidInput("address_refused", "The URL leads to an address that is not public.", "Use another URL.")
        return found[0]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return super().connect_tcp(str(self.address(host, port)), port, timeout, local_address, socket_options)

    def check(self, url: str) -> None:
        """Raises ``InvalidInput`` for a URL that may not be used now."""
        parts = urlsplit(checked_url(url))
        self.address(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))

    @contextmanager
    def request(
        self, method: str, url: str, headers: dict[str, str], body: bytes = b"", timeout: float = 15
    ) -> Iterator[httpcore.Response]:
        """The response to a request; its body is read with ``iter_stream``. ``timeout`` is for each step, in seconds.

        Raises ``InvalidInput`` for a URL that may not be used, and ``TransientError`` when there is no response.
        """
        limits = dict.fromkeys(("connect", "read", "write", "pool"), timeout)
        tls = self._tls if url.startswith("https:") else None
        with httpcore.ConnectionPool(tls, network_backend=self, retries=0) as pool:
            try:
                with pool.stream(
                    method,
                    checked_url(url),
                    headers=list(headers.items()),
                    content=body,
                    extensions={"timeout": limits},
                ) as response:
                    yield response
            except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, ssl.SSLError) as error:
                kind = type(error).__name__
                raise TransientError(
                    "no_response", f"The other server does not answer ({kind}).", "Try again."
                ) from error


def checked_url(url: str) -> str:
    """``url``, which is one of HTTP without a user. Raises ``InvalidInput``."""
    try:
        parts = urlsplit(url)
        ascii_only = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        fine = fine and ascii_only and len(url) <= MAX_URL and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise InvalidInput(
            "url_not_valid",
            "The URL is not valid.",
            "Use an http or https URL without a user, such as https://example.com/a",
        )
    return url
