"""Which network addresses may be reached for somebody who names them: the public ones, and what is allowed.

What belongs here: the judgement, and names resolved under it. What does not: connections (`outbound`).

The tables are IANA's special-purpose registries (https://www.iana.org/assignments/iana-ipv4-special-registry,
…/iana-ipv6-special-registry) and not `ipaddress.is_global`, which differs from one Python to the next.
"""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from freshet.errors import AddressRefused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

RESOLVE_TIMEOUT_S = 5.0  # a name server's own patience, once

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # "this host"
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; some clouds' metadata
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: metadata and credentials in most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocols' own; metadata, too
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols' own, Teredo's tunnels (2001::/32) among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, whose tunnels end at any IPv4 address
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")  # where a network has no IPv4, the way to all of it


# Goes with every request to a place that users name. A stack that gets one starts no run for it: a model or a
# tool of somebody's would have been the stack itself, again and again.
FROM_A_RUN = "x-freshet-run"


def parse_networks(text: str) -> tuple[Network, ...]:
    """The networks of a list such as `127.0.0.0/8,::1/128`. Raises ValueError naming the one that is none."""
    return tuple(_network(part.strip()) for part in text.split(",") if part.strip())


def may_reach(ip: Address, allowed: Sequence[Network]) -> bool:
    """Whether `ip` is a public unicast address or in one of the `allowed` networks.

    An IPv4 address in IPv6's clothes counts as what it is. Tunnels that could end anywhere are refused.
    """
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip
    return any(ip in network for network in allowed) or _public(ip)


async def resolve(host: str, port: int, allowed: Sequence[Network]) -> list[str]:
    """The addresses of `host`, in the order in which to try them.

    Raises AddressRefused unless every one of them may be reached: a name that has both kinds is a trap.
    Raises OSError if there are none, TimeoutError if the name servers don't tell in time.
    """
    async with asyncio.timeout(RESOLVE_TIMEOUT_S):
        found = await _addresses(host, port)
    if not all(may_reach(ip_address(address), allowed) for address in found):
        raise AddressRefused(f"The host {host!r} is not at a public address, so it may not be reached.")
    return found


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no network, such as 10.0.0.0/8 or ::1/128: {error}") from None


def _public(ip: Address) -> bool:
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _NOT_PUBLIC_V4)
    if ip in _NAT64:
        return _public(IPv4Address(int(ip) & 0xFFFF_FFFF))
    return ip in _PUBLIC_V6 and not any(ip in network for network in _NOT_PUBLIC_V6)


async def _addresses(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # labels that no name can have
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
    return [str(address[0]) for *_, address in found]
