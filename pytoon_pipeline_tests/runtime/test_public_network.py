"""Addresses that other people name: what is not public is refused before any connection, also behind a redirect."""

import ipaddress
import socket
import threading
from collections.abc import Iterator

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.runtime.public_network import PublicNetwork, checked_url, is_public
from pytoon_pipeline_tests.harness.hostile_urls import HOSTS


@pytest.fixture
def listener() -> Iterator[tuple[int, list[object]]]:
    """A port of this machine, on IPv4 and IPv6 where it has both, and the connections that reached it."""
    reached: list[object] = []
    with socket.create_server(("0.0.0.0", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, peer = server.accept()
                except OSError:
                    return
                reached.append(peer)
                connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], reached


def test_no_hostile_url_is_reached(listener: tuple[int, list[object]]) -> None:
    port, reached = listener
    assert len(HOSTS) == 60
    for host in HOSTS:
        with pytest.raises(InvalidInput) as caught, PublicNetwork().request("GET", f"http://{host}:{port}/", {}):
            pass
        assert caught.value.code in ("address_refused", "host_unknown"), host
    assert reached == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.com/", "gopher://example.com/", "http://", "https:///path",
        "//example.com",
        "http://user:password@example.com/", "http://example.com@127.0.0.1/", "http://example.com:0/",
        "http://example.com:99999/", "http://exa mple.com/", "http://example.com\\@127.0.0.1/", 
        "http://example.com/\r\nX: 1",
        "http://[::1", "javascript:alert(1)", "http://ⓔxample.com/", "http://example.com/" + "a" * 2048, "",
    ],
)  # fmt: skip
def test_what_is_no_url_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="url_not_valid"):
        checked_url(url)


def test_one_private_address_of_several_is_enough_to_refuse() -> None:
    both = [ipaddress.ip_address("93.184.216.34"), ipaddress.ip_address("10.0.0.1")]
    with pytest.raises(InvalidInput, match="address_refused"):
        PublicNetwork(resolver=lambda host, port: both).address("example.com", 80)


def test_a_name_is_resolved_once_for_each_connection(listener: tuple[int, list[object]]) -> None:
    """Rebinding: the second answer of the name server is never asked for."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    asked = []

    def resolver(host: str, port: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
        asked.append(host)
        return [ipaddress.ip_address(next(answers))]

    network = PublicNetwork(resolver=resolver)
    with pytest.raises(TransientError), network.request("GET", f"http://rebind.test:{listener[0]}/", {}, timeout=0.2):
        pass
    assert (asked, listener[1]) == (["rebind.test"], [])


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
