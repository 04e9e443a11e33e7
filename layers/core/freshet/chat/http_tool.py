"""HTTP tools: a call's arguments become a request, the answer becomes text.

Whatever fails is a ToolError with words that the model can act on. A secret goes into its header and nowhere
else: an answer that repeats it is shown without it.

What belongs here: requests and answers. What does not: which addresses may be reached (`freshet.outbound`),
filling the URL (`url_template`), what of an answer is text (`http_text`).
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from freshet.addresses import Network
from freshet.chat.arguments import reader
from freshet.chat.http_text import Redaction, readable
from freshet.chat.tools import Http, Tool
from freshet.chat.url_template import UrlTemplate
from freshet.concurrency import together
from freshet.errors import FreshetError
from freshet.llm import tools as llm
from freshet.llm.tools import ToolError

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

MAX_BYTES = 100_000  # of an answer, as it comes and unpacked: some 25,000 tokens in English
_SHOWN = 500  # characters of an error's body, or of a redirect's target
_HEADERS = {"user-agent": "freshet", "accept": "application/json, text/*;q=0.9, */*;q=0.1"}

Secret = Callable[[str, str], Coroutine[Any, Any, str]]  # of an owner, by name; raises a FreshetError


class HttpTools:
    """Runs the HTTP tools of all owners. They share connections, but no cookies."""

    def __init__(self, secret: Secret, allowed: Sequence[Network]) -> None:
        self._secret = secret
        self._allowed = allowed
        self._building = asyncio.Lock()
        self._client: AsyncClient | None = None

    def tool(self, owner: str, stored: Tool) -> llm.Tool:
        """The tool as a model is given it."""
        assert stored.http, "a built-in tool makes no request"
        http = stored.http

        async def call(**arguments: Any) -> str:
            return await self._called(owner, http, arguments)

        schema = stored.parameters
        return llm.Tool(stored.name, stored.description, schema, function=call, read=reader(schema))

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _called(self, owner: str, http: Http, arguments: Mapping[str, Any]) -> str:
        host = urlsplit(http.url).hostname
        try:
            async with asyncio.timeout(http.timeout_s):
                secrets = await self._secrets(owner, http)
                return await self._answer(http, arguments, secrets)
        except TimeoutError:
            raise ToolError(f"{host} did not answer within {http.timeout_s:g} s.") from None
        except FreshetError as error:
            raise ToolError(error.detail) from None
        except ToolError:
            raise
        except Exception as error:  # its words may hold a header
            raise ToolError(f"{host} can't be asked: {type(error).__name__}.") from None

    async def _secrets(self, owner: str, http: Http) -> dict[str, str]:
        """Values of the secret headers."""
        values = await together(*(self._secret(owner, name) for name in http.secret_headers.values()))
        names = (name.lower() for name in http.secret_headers)
        return {name: value.strip() for name, value in zip(names, values, strict=True)}

    async def _answer(self, http: Http, arguments: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
        url, body = _filled(http, arguments)
        typed = {"content-type": "application/json"} if body else {}
        plain = {name.lower(): value for name, value in http.headers.items()}
        client = await self._connected()
        request = client.build_request(
            http.method,
            url,
            content=body,
            headers={**_HEADERS, **plain, **typed, "accept-encoding": "gzip", **secrets},
        )
        async with aclosing(await client.send(request, stream=True)) as response:
            data = await _read(response)
        # In a thread: to guess an encoding takes a while.
        return await asyncio.to_thread(_told, response, data, Redaction(secrets.values()))

    async def _connected(self) -> "AsyncClient":
        async with self._building:
            if self._client is None:
                # In a thread: the import and the TLS context take a quarter of a second.
                self._client = await asyncio.to_thread(_client, self._allowed)
        return self._client


def _client(allowed: Sequence[Network]) -> "AsyncClient":
    from http.cookiejar import DefaultCookiePolicy

    from freshet import outbound

    client = outbound.client(allowed, timeout_s=None)  # a call has a deadline of its own
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))  # one owner's are not another's
    return client


def _filled(http: Http, arguments: Mapping[str, Any]) -> tuple[str, bytes | None]:
    """URL and body. Raises ToolError."""
    template = UrlTemplate(http.url)
    placed = {name: value for name, value in arguments.items() if name in template.names}
    others = {name: value for name, value in arguments.items() if name not in template.names}
    if http.method in {"GET", "DELETE"}:
        return template.expand(placed, others), None
    return template.expand(placed, {}), json.dumps(others, ensure_ascii=False).encode()


async def _read(response: "Response") -> bytes:
    """The body as it comes, a little more than MAX_BYTES of it at the most."""
    body = bytearray()
    async with aclosing(response.aiter_raw()) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > MAX_BYTES:
                break
    return bytes(body[: MAX_BYTES + 1])


def _told(response: "Response", data: bytes, redaction: Redaction) -> str:
    """What the model is told of an answer. Raises ToolError if it is a failure, or no text."""
    status, host = response.status_code, response.url.host
    if 300 <= status < 400:
        target = redaction.of(response.headers.get("location", ""))[:_SHOWN]
        raise ToolError(f"{host} answered {status}: redirects are not followed. {target}".strip())
    try:
        text = redaction.of_text(readable(data, response.headers, MAX_BYTES), MAX_BYTES)
    except ToolError as error:
        raise ToolError(f"{host} answered {status}. {error}") from None
    if status >= 400:
        raise ToolError(f"{host} answered {status}: {text[:_SHOWN]}")
    return text or f"{host} answered {status}, without a content."
