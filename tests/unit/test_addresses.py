"""What may be reached: the same on every Python, whatever way an address is written."""

import asyncio
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from freshet import addresses
from freshet.addresses import may_reach, parse_networks, resolve
from freshet.errors import AddressRefused

LOOPBACK = parse_networks("127.0.0.0/8,::1/128")

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:4860:4860::8888",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "2003::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]
REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",  # Alibaba Cloud's metadata
    "127.0.0.1",
    "127.255.255.255",
    "169.254.169.254",
    "169.254.170.2",  # the credentials of a container in ECS
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.192",  # Oracle Cloud's metadata
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::80ff:fffe",  # Teredo, over a server at 127.0.0.1
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",  # EC2's metadata
    "fe80::1",
    "fe80::1%lo",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_reached(address: str) -> None:
    assert may_reach(ip_address(address), ())


@pytest.mark.parametrize("address", REFUSED)
def test_no_other_address_may_be_reached(address: str) -> None:
    assert not may_reach(ip_address(address), ())


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_what_is_allowed_may_be_reached_too(address: str) -> None:
    assert may_reach(ip_address(address), LOOPBACK)


@pytest.mark.parametrize("address", ["10.0.0.1", "::2", "64:ff9b::7f00:1", "::127.0.0.1"])
def test_what_is_allowed_allows_nothing_beside_it(address: str) -> None:
    assert not may_reach(ip_address(address), LOOPBACK)


def test_networks_are_read_from_a_list() -> None:
    assert [str(network) for network in parse_networks(" 10.0.0.0/8, ::1/128,,192.168.7.7 ")] == [
        "10.0.0.0/8",
        "::1/128",
        "192.168.7.7/32",
    ]
    assert parse_networks("") == ()


@pytest.mark.parametrize("text", ["10.0.0.1/8", "localhost", "10.0.0.0/33", "10.0.0.0/8;::1/128", "内网"])
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is no network") as caught:
        parse_networks(f"127.0.0.0/8,{text}")
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "localhost",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "64:ff9b::7f00:1",
        "fe80::1",
        "169.254.169.254",
        "2852039166",  # 169.254.169.254
    ],
)
async def test_a_host_is_refused_however_its_address_is_written(host: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        await resolve(host, 80, ())
    assert host in caught.value.detail


async def test_a_host_that_is_allowed_is_resolved() -> None:
    assert await resolve("0x7f.1", 80, LOOPBACK) == ["127.0.0.1"]


@pytest.mark.parametrize("host", ["a..b", "." + "a" * 64, "freshet.invalid"])
async def test_a_host_without_an_address_is_an_unknown_name(host: str) -> None:
    with pytest.raises(socket.gaierror):
        await resolve(host, 80, ())


Names = Callable[..., None]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """`names("8.8.8.8", "127.0.0.1")`: the addresses that any host has."""

    def resolve_to(*found: str) -> None:
        async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
            return [(None, None, 6, "", (address, port)) for address in found]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)

    return resolve_to


async def test_a_host_with_only_public_addresses_is_resolved_in_their_order(names: Names) -> None:
    names("2606:4700::1111", "1.1.1.1")
    assert await resolve("one.example", 443, ()) == ["2606:4700::1111", "1.1.1.1"]


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.0.0.7", "fe80::1%eth0", "::ffff:10.0.0.7"])
async def test_one_address_inside_is_enough_to_refuse_and_is_not_told(inside: str, names: Names) -> None:
    names("1.1.1.1", inside)
    with pytest.raises(AddressRefused) as caught:
        await resolve("two.example", 443, ())
    assert "two.example" in caught.value.detail
    assert inside not in str(caught.value.problem())


async def test_a_name_server_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]  # it never does

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(addresses, "RESOLVE_TIMEOUT_S", 0.05)
    with pytest.raises(TimeoutError):
        await resolve("slow.example", 443, ())
