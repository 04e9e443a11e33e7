"""The tools that an owner has, on a real table."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import pytest
from pydantic import ValidationError

from freshet.addresses import parse_networks
from freshet.chat.tools import MAX_TOOLS, NewTool, Tool, Tools
from freshet.errors import AddressRefused, Conflict, Forbidden, NotFound, Unavailable
from freshet.stores.table import Table

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "城市"}, "n": {"maximum": 1e300}},
    "required": ["city"],
}
BUILT_IN = [(1, "search_documents"), (2, "calculator"), (3, "current_time")]


@pytest.fixture
def tools(table: Table) -> Tools:
    return Tools(table)


def new(name: str = "weather", **members: Any) -> NewTool:
    http = {"url": "https://api.example.com/{city}", **members.pop("http", {})}
    described = {"name": name, "description": "天气 of a city", "parameters": SCHEMA, "http": http}
    return NewTool.model_validate({**described, **members})


async def own(tools: Tools, owner: str) -> list[tuple[int, str]]:
    return [(tool.id, tool.name) for tool in await tools.list(owner)][len(BUILT_IN) :]


async def test_the_built_in_ones_are_there_from_the_start(tools: Tools, owner: str) -> None:
    listed = await tools.list(owner)
    assert [(tool.id, tool.name) for tool in listed] == BUILT_IN
    for tool in listed:
        assert await tools.get(owner, tool.id) == tool
        assert (tool.kind, tool.http, tool.created_at) == ("builtin", None, None)
        assert tool.description
        assert tool.parameters["type"] == "object"


@pytest.mark.parametrize("id_", [1, 2, 3])
async def test_the_built_in_ones_are_nobodys_to_change(tools: Tools, owner: str, id_: int) -> None:
    with pytest.raises(Forbidden, match=f"Tool {id_} is built in"):
        await tools.replace(owner, id_, new())
    with pytest.raises(Forbidden, match=f"Tool {id_} is built in"):
        await tools.delete(owner, id_)


async def test_a_tool_is_kept_as_it_was_given(tools: Tools, owner: str) -> None:
    http = {"method": "POST", "headers": {"X-Lang": "zh"}, "secret_headers": {"X-Key": "k"}, "timeout_s": 2.5}
    made = await tools.create(owner, new(http=http))
    assert made.id == 101
    assert await tools.get(owner, 101) == made
    assert await tools.list(owner) == [*(await tools.list("nobody")), made]
    given = new(http=http).model_dump()
    assert made == Tool(id=101, kind="http", **given, created_at=made.created_at, updated_at=made.created_at)


async def test_ids_rise_and_are_never_given_twice(tools: Tools, owner: str) -> None:
    for name in "abc":
        await tools.create(owner, new(name))
    await tools.delete(owner, 103)
    assert (await tools.create(owner, new("c"))).id == 104
    assert await own(tools, owner) == [(101, "a"), (102, "b"), (104, "c")]


async def test_what_is_somebody_elses_is_not_there(tools: Tools, owner: str) -> None:
    await tools.create(owner, new())
    eve = f"{owner}-eve"
    assert await own(tools, eve) == []
    for call in (tools.get(eve, 101), tools.replace(eve, 101, new()), tools.delete(eve, 101)):
        with pytest.raises(NotFound, match="There is no tool 101"):
            await call
    assert await own(tools, owner) == [(101, "weather")]


@pytest.mark.parametrize("id_", [0, -1, 4, 100, 101, 10**12, 10**40, 10**2000])
async def test_an_id_that_was_never_given_is_not_there(tools: Tools, owner: str, id_: int) -> None:
    for call in (tools.get(owner, id_), tools.replace(owner, id_, new()), tools.delete(owner, id_)):
        with pytest.raises(NotFound):
            await call


async def test_a_tool_is_replaced_and_keeps_its_id_and_its_making(tools: Tools, owner: str) -> None:
    made = await tools.create(owner, new())
    changed = await tools.replace(owner, made.id, new("forecast", description="other"))
    assert (changed.id, changed.name, changed.created_at) == (made.id, "forecast", made.created_at)
    assert await tools.get(owner, made.id) == changed
    assert (await tools.create(owner, new("weather"))).id == 102  # the former name is free


async def test_a_deleted_tool_is_gone_with_its_name(tools: Tools, owner: str) -> None:
    await tools.create(owner, new())
    await tools.delete(owner, 101)
    with pytest.raises(NotFound):
        await tools.delete(owner, 101)
    with pytest.raises(NotFound):
        await tools.get(owner, 101)
    assert (await tools.create(owner, new())).id == 102


async def test_a_name_is_given_once(tools: Tools, owner: str) -> None:
    await tools.create(owner, new("a"))
    await tools.create(owner, new("b"))
    with pytest.raises(Conflict, match="There is a tool 'a' already"):
        await tools.create(owner, new("a"))
    with pytest.raises(Conflict, match="There is a tool 'a' already"):
        await tools.replace(owner, 102, new("a"))
    with pytest.raises(Conflict, match="built-in"):
        await tools.create(owner, new("calculator"))
    assert await own(tools, owner) == [(101, "a"), (102, "b")]
    assert (await tools.get(owner, 102)).name == "b"


async def test_of_many_at_once_one_gets_the_name(tools: Tools, owner: str) -> None:
    made = await asyncio.gather(*(tools.create(owner, new()) for _ in range(5)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in made) == ["Conflict"] * 4 + ["Tool"]
    assert len(await own(tools, owner)) == 1


async def test_many_at_once_get_an_id_each(tools: Tools, owner: str) -> None:
    made = await asyncio.gather(*(tools.create(owner, new(f"t{number}")) for number in range(6)))
    assert sorted(tool.id for tool in made) == list(range(101, 107))
    assert sorted(await own(tools, owner)) == sorted((tool.id, tool.name) for tool in made)


async def test_there_is_a_bound(tools: Tools, owner: str, table: Table) -> None:
    names = {f"t{number}": number for number in range(1001, 1001 + MAX_TOOLS)}
    await table.write(f"{owner}/tools", {"id": "directory", "names": names, "version": 1})
    with pytest.raises(Conflict, match=f"There are {MAX_TOOLS} tools already"):
        await tools.create(owner, new())


async def test_a_list_longer_than_an_answer_of_the_table_is_whole(tools: Tools, owner: str) -> None:
    wide = {**SCHEMA, "description": "x" * 15_000}
    described = "宽" * 4_000
    for number in range(45):  # 27 KB each: 1.2 MB
        await tools.create(owner, new(f"t{number}", parameters=wide, description=described))
    assert await own(tools, owner) == [(101 + number, f"t{number}") for number in range(45)]


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_a_creation_that_breaks_off_is_whole_or_not_there(
    tools: Tools, owner: str, write_fails: Callable[[int], AbstractContextManager[None]], number: int
) -> None:
    made = None
    with write_fails(number), suppress(Unavailable):
        made = await tools.create(owner, new())
    assert await own(tools, owner) == ([(101, "weather")] if made else [])
    if not made:
        with pytest.raises(NotFound):
            await tools.get(owner, 101)
        made = await tools.create(owner, new())
    assert await tools.get(owner, made.id) == made


async def test_an_address_inside_is_refused_when_it_is_saved(table: Table, owner: str) -> None:
    tools = Tools(table, parse_networks("127.0.0.0/8"))
    await tools.create(owner, new(http={"url": "http://127.0.0.1:1/{city}"}))
    for host in ("169.254.169.254", "10.0.0.1", "[::1]", "0x7f.1.1.1.example.invalid", "[::ffff:10.0.0.1]"):
        inside = new("b", http={"url": f"http://{host}/{{city}}"})
        if "invalid" in host:  # a name that nobody knows yet
            assert (await tools.create(owner, inside)).name == "b"
            continue
        with pytest.raises(AddressRefused) as raised:
            await tools.create(owner, inside)
        assert raised.value.extra["errors"][0]["field"] == "http.url"


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"name": "a b"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "名"}, "name"),
        ({"name": "a\n"}, "name"),
        ({"name": "a" * 65}, "name"),
        ({"name": 1}, "name"),
        ({"description": ""}, "description"),
        ({"description": "x" * 4001}, "description"),
        ({"description": "\ud800"}, "description"),
        ({"parameters": {"type": "array"}}, "parameters"),
        ({"parameters": {"type": "object", "properties": {"city": {"enum": [float("nan")]}}}}, "parameters"),
        ({"parameters": {**SCHEMA, "default": {"n": 2**64}}}, "parameters"),
        ({"parameters": {"type": "object"}}, "http"),
        ({"parameters": {**SCHEMA, "required": []}}, "http"),
        ({"http": {"url": "https://{city}.example.com/"}}, "http.url"),
        ({"http": {"url": "https://a/" + "x" * 2000}}, "http.url"),
        ({"http": {"url": "https://h/{unknown}"}}, "http"),
        ({"http": {"url": "https://h/{city}?x={y}"}}, "http"),
        ({"http": {"method": "TRACE"}}, "http.method"),
        ({"http": {"method": "get"}}, "http.method"),
        ({"http": {"timeout_s": 0.5}}, "http.timeout_s"),
        ({"http": {"timeout_s": 31}}, "http.timeout_s"),
        ({"http": {"timeout_s": "3"}}, "http.timeout_s"),
        ({"http": {"headers": {"Authorization": "Bearer abc"}}}, "http.headers"),
        ({"http": {"headers": {"X-Api-Key": "abc"}}}, "http.headers"),
        ({"http": {"headers": {"X": "a\r\nHost: b"}}}, "http.headers"),
        ({"http": {"headers": {"X": "中"}}}, "http.headers"),
        ({"http": {"headers": {"Host": "b"}}}, "http.headers"),
        ({"http": {"headers": {"Content-Length": "1"}}}, "http.headers"),
        ({"http": {"headers": {"a b": "c"}}}, "http.headers"),
        ({"http": {"secret_headers": {"Transfer-Encoding": "k"}}}, "http.secret_headers"),
        ({"http": {"secret_headers": {"X-Key": "../k"}}}, "http.secret_headers.X-Key"),
        ({"http": {"headers": {"X-A": "1"}, "secret_headers": {"x-a": "k"}}}, "http"),
    ],
)
def test_what_is_wrong_with_a_tool_is_told_by_its_field(members: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        new(**members)
    assert {".".join(map(str, error["loc"])) for error in raised.value.errors()} == {field}
