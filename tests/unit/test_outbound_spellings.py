"""Every known way to write an address inside, at every door: a server that listens there is never connected.

What belongs here: URLs. What does not: which addresses are inside (`test_addresses`), connections that are
allowed (`test_outbound`).
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress

import httpx2
import pytest

from freshet.addresses import parse_networks
from freshet.chat.http_tool import HttpTools
from freshet.chat.tools import NewTool, Tool
from freshet.errors import AddressRefused, FreshetError
from freshet.llm import LLMClient
from freshet.llm.providers.http import Transport
from freshet.llm.tools import ToolError
from freshet.outbound import client

pytestmark = pytest.mark.timeout(60)

HOSTS = [
    # IPv4, in every notation that a resolver may take
    *("127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "0177.0.0.1", "0177.1", "0x7f.1", "0x7f000001"),
    *("2130706433", "017700000001", "0x7F.0x0.0x0.0x1", "127.000.000.001", "0.0.0.0", "0", "0x0", "00"),
    *("4294967295", "6425673729", "127.0.0.1.", "127.0.0.1..", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1"),
    *("１２７.０.０.１", "①②⑦.⓪.⓪.①", "𝟙𝟚𝟟.𝟘.𝟘.𝟙", "١٢٧.٠.٠.١", "127.0.0.1%2f", "127.0.0.1%00.example.com"),
    # IPv6, what it maps, translates and tunnels
    *("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::1%25lo]", "[::1%lo]", "[fe80::1%25lo]", "[::ffff:127.0.0.1]"),
    *(
        "[::ffff:7f00:1]",
        "[::ffff:0:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
    ),
    *("[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::80ff:fffe]", "[fc00::1]", "[fd00:ec2::254]"),
    *("[fe80::1]", "[fec0::1]", "[ff02::1]", "[::ffff:169.254.169.254]", "[2002:a9fe:a9fe::1]", "::1"),
    # names, metadata services
    *("localhost", "LOCALHOST", "localhost.", "ip6-localhost", "localhost.localdomain", "ｌｏｃａｌｈｏｓｔ"),
    *(
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.170.2",
        "100.100.100.200",
    ),
    *("metadata.google.internal", "metadata", "instance-data", "192.0.0.192", "169.254.169.254."),
    # what one parser takes for the host and another for something else
    *("good.example@127.0.0.1", "good.example:80@127.0.0.1", "user:pass@localhost", "a%40b@127.0.0.1"),
    *("127.0.0.1#@good.example", "127.0.0.1\\@good.example", "good.example\\@127.0.0.1", "127.0.0.1?@x"),
    *("@127.0.0.1", ":@127.0.0.1", "127.0.0.1%23", "[::1]@127.0.0.1", "127.0.0.1&@good.example#"),
    *("127.0.0.1\r\nHost: good.example", "127.0.0.1\t", " 127.0.0.1", "127.0.0.1\x00", "%31%32%37.0.0.1"),
]
NOT_REACHED = (AddressRefused, httpx2.HTTPError, httpx2.InvalidURL, ValueError, UnicodeError)


class Canary:
    """Listens on every address of this machine, of both families, on one port; counts who comes."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0

    def seen(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.close()


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    found = Canary()
    async with AsyncExitStack() as stack:
        first = socket.create_server(("0.0.0.0", 0))
        found.port = first.getsockname()[1]
        await stack.enter_async_context(await asyncio.start_server(found.seen, sock=first))
        with suppress(OSError):  # a machine without IPv6
            second = socket.create_server(("::", found.port), family=socket.AF_INET6)
            await stack.enter_async_context(await asyncio.start_server(found.seen, sock=second))
        yield found


async def plainly(url: str) -> None:
    async with client(()) as http:
        with pytest.raises(NOT_REACHED):
            await http.get(url)


async def no_secret(owner: str, name: str) -> str:
    raise AssertionError


async def by_a_tool(url: str) -> None:
    """One that is kept as it is: what a door before it would have refused, too."""
    told = {"name": "t", "description": "d", "parameters": {"type": "object", "properties": {}}}
    try:
        new = NewTool.model_validate({**told, "http": {"url": url}})
    except ValueError:
        return
    tools = HttpTools(no_secret, ())
    try:
        with pytest.raises(ToolError):
            await tools.tool("ada", Tool(id=101, kind="http", **new.model_dump())).call("{}")
    finally:
        await tools.aclose()


@pytest.mark.parametrize("door", [plainly, by_a_tool])
async def test_the_server_inside_is_never_connected(
    door: Callable[[str], Awaitable[None]], canary: Canary
) -> None:
    for host in HOSTS:
        for url in (f"http://{host}:{canary.port}/latest/meta-data/", f"http://{host}/"):
            await door(url)
            assert canary.connections == 0, url


@pytest.mark.parametrize("transport", ["httpx2", "aiohttp"])
@pytest.mark.parametrize(
    "host", ["127.1", "[::1]", "[::ffff:7f00:1]", "2130706433", "good.example@localhost"]
)
async def test_nor_is_it_by_a_model(host: str, canary: Canary, transport: Transport) -> None:
    url = f"http://{host}:{canary.port}/v1"
    async with LLMClient(base_url=url, model="m", transport=transport, allowed=()) as llm:
        with pytest.raises(AddressRefused):
            await llm.chat_async("hi")
        with pytest.raises(FreshetError):
            await llm.embed(["年假"], model="e")
    assert canary.connections == 0


async def test_the_canary_sings(canary: Canary) -> None:
    """It would be connected by any of these, if it were allowed: the test can fail."""
    everything = parse_networks("0.0.0.0/0,::/0")
    for host in ("127.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "0"):
        before = canary.connections
        async with client(everything) as http:
            with suppress(httpx2.HTTPError):
                await http.get(f"http://{host}:{canary.port}/")
        assert canary.connections > before, host
