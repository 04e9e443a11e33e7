"""HTTP tools against a server on loopback."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import pytest

from freshet.addresses import parse_networks
from freshet.chat.http_tool import MAX_BYTES, HttpTools
from freshet.chat.tools import NewTool, Tool
from freshet.errors import NotFound
from freshet.llm import ToolError
from tests.serving import served

LOOPBACK = parse_networks("127.0.0.0/8")
SECRETS = {"weather": 'Bearer s3cr3t-/"token', "other": "another-secret-value"}
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}, "tags": {"type": "array"}},
    "required": ["city"],
    "additionalProperties": False,
}


@dataclass
class Upstream:
    """What a server answers, in pieces, and what it was asked."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    body: tuple[bytes, ...] = (b"{}",)
    silent_s: float = 0.0
    endless: bool = False
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)

    @property
    def asked(self) -> dict[str, Any]:
        return self.requests[-1]

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        request = await receive()
        self.requests.append(
            {
                "method": scope["method"],
                "target": scope["raw_path"].decode() + (f"?{scope['query_string'].decode()}".rstrip("?")),
                "headers": {name.decode(): value.decode() for name, value in scope["headers"]},
                "body": request["body"],
            }
        )
        await asyncio.sleep(self.silent_s)
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        gone = asyncio.ensure_future(receive())
        for piece in cycle(self.body) if self.endless else self.body:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if gone.done():
                break
        gone.cancel()
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    app = Upstream()
    async with served(app) as url:
        app.url = url
        yield app


async def secret(owner: str, name: str) -> str:
    if owner != "ada" or name not in SECRETS:
        raise NotFound(f"There is no secret {name!r}.")
    return SECRETS[name]


@pytest.fixture
async def tools() -> AsyncIterator[HttpTools]:
    found = HttpTools(secret, LOOPBACK)
    yield found
    await found.aclose()


def stored(url: str, **http: Any) -> Tool:
    members = {"name": "weather", "description": "The weather.", "parameters": PARAMETERS}
    tool = NewTool.model_validate({**members, "http": {"url": url, **http}})
    return Tool(id=101, kind="http", **tool.model_dump())


async def call(tools: HttpTools, tool: Tool, owner: str = "ada", **arguments: Any) -> str:
    return await tools.tool(owner, tool).call(json.dumps(arguments or {"city": "x"}))


async def failure(tools: HttpTools, tool: Tool, owner: str = "ada", **arguments: Any) -> str:
    with pytest.raises(ToolError) as raised:
        await call(tools, tool, owner, **arguments)
    return str(raised.value)


async def test_arguments_fill_the_url_and_the_others_follow_in_the_query(
    tools: HttpTools, upstream: Upstream
) -> None:
    upstream.body = ('{"天气": "晴"}'.encode(),)
    tool = stored(f"{upstream.url}/v1/{{city}}?lang=zh", headers={"Accept": "application/ld+json"})
    assert await call(tools, tool, city="北京/海淀", days=3, tags=["a", "b"]) == '{"天气": "晴"}'
    assert upstream.asked["target"] == (
        "/v1/%E5%8C%97%E4%BA%AC%2F%E6%B5%B7%E6%B7%80?lang=zh&days=3&tags=a&tags=b"
    )
    assert (upstream.asked["method"], upstream.asked["body"]) == ("GET", b"")
    assert upstream.asked["headers"]["accept"] == "application/ld+json"
    assert "content-type" not in upstream.asked["headers"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_a_method_with_a_body_sends_the_others_as_json(
    tools: HttpTools, upstream: Upstream, method: str
) -> None:
    tool = stored(f"{upstream.url}/{{city}}", method=method)
    await call(tools, tool, city="x", days=3, tags=["晴"])
    assert upstream.asked["method"] == method
    assert upstream.asked["target"] == "/x"
    assert upstream.asked["headers"]["content-type"] == "application/json"
    assert json.loads(upstream.asked["body"]) == {"days": 3, "tags": ["晴"]}


async def test_delete_sends_no_body(tools: HttpTools, upstream: Upstream) -> None:
    upstream.status, upstream.headers, upstream.body = 204, {}, ()
    told = await call(tools, stored(f"{upstream.url}/{{city}}", method="DELETE"), city="x", days=1)
    assert told == "127.0.0.1 answered 204, without a content."
    assert (upstream.asked["method"], upstream.asked["target"]) == ("DELETE", "/x?days=1")


async def test_arguments_that_do_not_fit_are_not_sent(tools: HttpTools, upstream: Upstream) -> None:
    tool = stored(f"{upstream.url}/{{city}}")
    assert "days: must be integer" in await failure(tools, tool, city="x", days="3")
    assert "must not be empty" in await failure(tools, tool, city="")
    assert "lead out of it" in await failure(tools, tool, city="..")
    assert not upstream.requests


async def test_a_secret_goes_into_its_header_and_nowhere_else(
    tools: HttpTools, upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    tool = stored(f"{upstream.url}/", secret_headers={"Authorization": "weather"})
    token = SECRETS["weather"].removeprefix("Bearer ")
    echo = {"you sent": SECRETS["weather"], "token": token, "in a link": "?t=s3cr3t-%2F%22token", "city": "x"}
    upstream.body = (json.dumps(echo).encode(),)
    told = await call(tools, tool)
    assert upstream.asked["headers"]["authorization"] == SECRETS["weather"]
    assert json.loads(told) == {"you sent": "***", "token": "***", "in a link": "?t=***", "city": "x"}
    upstream.status = 401
    assert "s3cr3t" not in await failure(tools, tool)
    assert "s3cr3t" not in caplog.text


async def test_a_secret_is_not_cut_in_halves_that_can_be_read(tools: HttpTools, upstream: Upstream) -> None:
    value = SECRETS["other"]
    tool = stored(f"{upstream.url}/", secret_headers={"X-Key": "other"})
    for hidden in range(1, len(value)):
        upstream.body = (b"x" * (MAX_BYTES - hidden) + value.encode() + b"y" * 100,)
        assert value[:4] not in await call(tools, tool)


async def test_a_secret_that_is_not_there_is_told_by_its_name(tools: HttpTools, upstream: Upstream) -> None:
    tool = stored(f"{upstream.url}/", secret_headers={"X-Key": "weather"})
    assert await failure(tools, tool, owner="eve") == "There is no secret 'weather'."
    assert not upstream.requests


async def test_a_secret_that_fits_no_header_is_not_told(
    upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(owner: str, name: str) -> str:
        return "s3cr3t\r\nX-Other: 1"

    tools = HttpTools(broken, LOOPBACK)
    told = await failure(tools, stored(f"{upstream.url}/", secret_headers={"X-Key": "weather"}))
    await tools.aclose()
    assert "can't be asked" in told
    assert "s3cr3t" not in told + caplog.text


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain; charset=gbk", "今天晴，气温二十五度".encode("gbk"), "今天晴，气温二十五度"),
        (
            "text/html",
            "<p>今天北京的天气是晴，气温二十五度。</p>".encode("gb18030"),
            "<p>今天北京的天气是晴，气温二十五度。</p>",
        ),
        ("text/plain", "naïve café".encode("cp1252"), "naïve café"),
        ("application/problem+json", b'{"a":1}', '{"a":1}'),
        ("application/x-ndjson", b"{}\n{}", "{}\n{}"),
        ("application/octet-stream", b"plain words", "plain words"),
        ("", "没有标签的文字".encode(), "没有标签的文字"),
    ],
)
async def test_text_is_told_in_whatever_encoding(
    tools: HttpTools, upstream: Upstream, content_type: str, body: bytes, text: str
) -> None:
    upstream.headers = {"content-type": content_type} if content_type else {}
    upstream.body = (body,)
    assert await call(tools, stored(f"{upstream.url}/")) == text


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
        ("application/pdf", b"%PDF-1.7 plain enough"),
        ("", bytes(range(256)) * 4),
        ("text/plain", bytes(range(256)) * 4),
    ],
)
async def test_what_is_no_text_is_refused(
    tools: HttpTools, upstream: Upstream, content_type: str, body: bytes
) -> None:
    upstream.headers = {"content-type": content_type} if content_type else {}
    upstream.body = (body,)
    told = await failure(tools, stored(f"{upstream.url}/"))
    assert "can't be read as text" in told
    assert (content_type or "binary") in told


async def test_a_long_answer_is_cut_and_read_no_further(tools: HttpTools, upstream: Upstream) -> None:
    upstream.headers = {"content-type": "text/plain"}
    upstream.body, upstream.endless = ("字".encode() * 20_000,), True
    told = await call(tools, stored(f"{upstream.url}/"))
    assert told.endswith(f"字\n[cut: the answer is longer than {MAX_BYTES} bytes]")
    assert told.startswith("字" * (MAX_BYTES // 3) + "\n")


async def test_a_packed_answer_is_unpacked_no_further_than_it_is_read(
    tools: HttpTools, upstream: Upstream
) -> None:
    upstream.headers = {"content-type": "text/plain", "content-encoding": "gzip"}
    upstream.body = (gzip.compress("好".encode() * 10),)
    assert await call(tools, stored(f"{upstream.url}/")) == "好" * 10
    upstream.body = (gzip.compress(b"0" * 50_000_000),)
    told = await call(tools, stored(f"{upstream.url}/"))
    assert len(told) < MAX_BYTES + 100
    upstream.body = (b"not packed at all",)
    assert "damaged" in await failure(tools, stored(f"{upstream.url}/"))
    upstream.headers["content-encoding"] = "br"
    assert "'br', which was not asked for" in await failure(tools, stored(f"{upstream.url}/"))


async def test_a_failure_is_told_with_its_status_and_the_start_of_its_body(
    tools: HttpTools, upstream: Upstream
) -> None:
    upstream.status, upstream.body = 404, ('{"error": "没有这个城市"}'.encode() + b" " * 2000,)
    told = await failure(tools, stored(f"{upstream.url}/"))
    assert told.startswith('127.0.0.1 answered 404: {"error": "没有这个城市"}')
    assert len(told) < 600


async def test_redirects_are_not_followed(tools: HttpTools, upstream: Upstream) -> None:
    upstream.status, upstream.headers, upstream.body = 302, {"location": f"{upstream.url}/next"}, ()
    told = await failure(tools, stored(f"{upstream.url}/"))
    assert told == f"127.0.0.1 answered 302: redirects are not followed. {upstream.url}/next"
    assert len(upstream.requests) == 1


async def test_cookies_of_one_call_are_not_sent_with_the_next(tools: HttpTools, upstream: Upstream) -> None:
    upstream.headers["set-cookie"] = "session=ada; Path=/"
    await call(tools, stored(f"{upstream.url}/"))
    await call(tools, stored(f"{upstream.url}/"), owner="eve")
    assert "cookie" not in upstream.asked["headers"]


async def test_a_call_has_one_deadline_over_all(tools: HttpTools, upstream: Upstream) -> None:
    upstream.silent_s = 1.5
    told = await failure(tools, stored(f"{upstream.url}/", timeout_s=1))
    assert told == "127.0.0.1 did not answer within 1 s."


async def test_addresses_inside_are_not_reached(upstream: Upstream) -> None:
    tools = HttpTools(secret, ())
    assert "not at a public address" in await failure(tools, stored(f"{upstream.url}/"))
    await tools.aclose()
    assert not upstream.requests


async def test_what_can_not_be_reached_is_told(tools: HttpTools) -> None:
    assert await failure(tools, stored("http://127.0.0.1:1/")) == "127.0.0.1 can't be asked: ConnectError."
