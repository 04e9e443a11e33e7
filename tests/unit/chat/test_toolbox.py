"""The tools of one chat."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from freshet.addresses import parse_networks
from freshet.chat.outside import Outside
from freshet.chat.toolbox import Toolbox
from freshet.chat.tools import NewTool, Tools
from freshet.errors import Invalid, NotFound
from freshet.rag.passage import Passage, Query
from freshet.stores.table import Table
from tests.serving import served

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


class Empty:
    async def search(self, owner: str, query: Query) -> list[Passage]:
        return []


@pytest.fixture
def tools(table: Table) -> Tools:
    return Tools(table)


@pytest.fixture
async def toolbox(tools: Tools) -> AsyncIterator[Toolbox]:
    async def secret(owner: str, name: str) -> str:
        return f"{name} of {owner}"

    found = Toolbox(tools, secret, Empty, parse_networks("127.0.0.0/8"))
    yield found
    await found.aclose()


def new(name: str, url: str = "https://api.example.com/{city}") -> NewTool:
    http = {"url": url, "secret_headers": {"X-Key": "weather"}}
    members = {"name": name, "description": "d", "parameters": PARAMETERS, "http": http}
    return NewTool.model_validate(members)


async def test_tools_come_in_the_order_of_their_ids_each_once(
    toolbox: Toolbox, tools: Tools, owner: str
) -> None:
    await tools.create(owner, new("weather"))
    picked, search = await toolbox.pick(owner, [101, 2, 101, 3, 2], Outside())
    assert [tool.name for tool in picked] == ["weather", "calculator", "current_time"]
    assert search is None
    assert await toolbox.pick(owner, [], Outside()) == ([], None)


async def test_the_search_is_of_this_chat_alone(toolbox: Toolbox, owner: str) -> None:
    (tool,), search = await toolbox.pick(owner, [1], Outside())
    _, other = await toolbox.pick(owner, [1], Outside())
    assert search
    assert other is not search
    await tool.call('{"query": "x"}')
    assert [hit["query"] for hit in search.hits] == ["x"]


async def test_an_own_tool_is_called_with_its_owners_secret(
    toolbox: Toolbox, tools: Tools, owner: str
) -> None:
    seen: list[bytes] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.extend(value for name, value in scope["headers"] if name == b"x-key")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": "晴".encode()})

    async with served(app) as url:
        await tools.create(owner, new("weather", f"{url}/{{city}}"))
        (tool,), _ = await toolbox.pick(owner, [101], Outside())
        assert await tool.call('{"city": "北京"}') == "晴"
    assert seen == [f"weather of {owner}".encode()]


async def test_ids_that_are_not_the_owners_are_all_named(toolbox: Toolbox, tools: Tools, owner: str) -> None:
    await tools.create("eve", new("weather"))
    with pytest.raises(NotFound, match=r"There is no tool 101, 7\."):
        await toolbox.pick(owner, [1, 101, 2, 7], Outside())


async def test_there_is_a_bound(toolbox: Toolbox, owner: str) -> None:
    with pytest.raises(Invalid, match="up to 32 tools"):
        await toolbox.pick(owner, list(range(1, 34)), Outside())
