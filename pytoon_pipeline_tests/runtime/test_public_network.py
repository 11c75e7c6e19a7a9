"""Addresses that other people name: what is not public is refused before any connection, also behind a redirect."""

import ipaddress
import socket
import threading
from collections.abc import Iterator

import pytest

from pytoon_pipeline.contracts.errors import InvalidInput, TransientError
from pytoon_pipeline.runtime.public_network import PublicNetwork, checked_url, is_public

# Ways to write addresses of this machine and of private networks.
HOSTS = [
    "127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1",
    "localhost", "LOCALHOST", "localhost.", "127.127.127.127", "10.0.0.1", "10.1", "0xa000001", "167772161",
    "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.1", "3232235521", "169.254.169.254", "2852039166",
    "0xa9fea9fe", "0251.0376.0251.0376", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]",
    "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[2002:7f00:1::]",
    "[2002:a00:1::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[fec0::1]",
    "[2001:db8::1]", "[100::1]", "[fd00:ec2::254]", "[::ffff:0:127.0.0.1]",
]  # fmt: skip


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
