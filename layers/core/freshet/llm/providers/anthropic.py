"""Anthropic's Messages API, spoken natively: Anthropic, and whatever imitates it.

What belongs here: requests, put from the shapes of OpenAI's chat API (`Request`) into Anthropic's
(https://docs.claude.com/en/api/messages). What does not: the words of `extra` (`anthropic_extra`), what an
answer means (`anthropic_stream`), connections (`http`). Every generation streams: `_body` is the one place
that asks for one.
"""

import re
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NoReturn

import jiter

from freshet.errors import Invalid, ModelBadRequest
from freshet.llm.endpoint import Endpoint
from freshet.llm.events import Event, Unstreamed
from freshet.llm.providers.answer import answered
from freshet.llm.providers.anthropic_extra import in_anthropics_words
from freshet.llm.providers.anthropic_stream import MessageDecoder
from freshet.llm.providers.http import Http, Transport
from freshet.llm.request import Request
from freshet.llm.structured import Schema

if TYPE_CHECKING:
    from httpx2 import Response

DEFAULT_MAX_TOKENS = 4096  # the API has no default; every model since Claude 3 can write as much

_HEADERS = {"anthropic-version": "2023-06-01"}
_TOOL_CHOICES = {"auto": "auto", "none": "none", "required": "any"}

# In the words of a refusal: what is not taken is `output_config`, or only this one schema.
_NO_SCHEMA = re.compile(r"output[_ ](config|format)|structured output|(?<!input_)schema")
_NOT_THIS_SCHEMA = "output_config.format.schema"


class AnthropicProvider:
    """One endpoint, used from one event loop. Its base URL may end in `/v1` or not."""

    def __init__(self, endpoint: Endpoint, transport: Transport) -> None:
        self._endpoint = endpoint
        headers = {**_HEADERS, **endpoint.headers}
        self._http = Http(_versioned(endpoint.url), transport, headers, endpoint.allowed)
        self._schemaless: set[str] = set()  # models that do not take `output_config`

    async def stream(self, request: Request) -> AsyncGenerator[Sequence[Event | Unstreamed], None]:
        """One attempt at an answer; the events of one read are one batch. Closing it closes the upstream."""
        async with (
            aclosing(await self._generation(request)) as response,
            aclosing(answered(response, MessageDecoder())) as batches,
        ):
            with self._http.discreet(response.request.headers):
                async for batch in batches:
                    yield batch

    async def embed(self, texts: Sequence[str], *, model: str, dimensions: int | None) -> Any:
        """Raises ModelBadRequest."""
        raise ModelBadRequest("Anthropic has no embeddings: another endpoint must be configured for them")

    def files(self) -> NoReturn:
        """Raises Invalid."""
        raise Invalid("Files go to endpoints that speak OpenAI's protocol, not to Anthropic's")

    async def ping(self) -> None:
        """Raises ModelError unless the endpoint answers and takes the key; it need not know `/models`."""
        await self._http.ping("/models", await self._headers())

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def _generation(self, request: Request) -> "Response":
        """The answer, begun. Where a schema is refused, it is asked for in words."""
        body = _body(request, in_words=request.model in self._schemaless)
        try:
            return await self._asked(body)
        except ModelBadRequest as error:
            in_words = _body(request, in_words=True)
            if in_words == body or not _NO_SCHEMA.search(error.detail):
                raise
            if _NOT_THIS_SCHEMA not in error.detail:
                self._schemaless.add(request.model)
        return await self._asked(in_words)

    async def _asked(self, body: Mapping[str, Any]) -> "Response":
        return await self._http.post("/messages", body, await self._headers())

    async def _headers(self) -> Mapping[str, str]:
        key = await self._endpoint.secret()
        return {"x-api-key": key} if key else {}


def _versioned(url: str) -> str:
    base, mark, query = url.partition("?")
    base = base.rstrip("/")
    return (base if base.endswith("/v1") else f"{base}/v1") + mark + query


def _body(request: Request, *, in_words: bool) -> dict[str, Any]:
    """What is sent; `in_words`, a schema goes into the system prompt. Raises ModelBadRequest."""
    try:
        return _translated(request, in_words=in_words)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ModelBadRequest(f"The request has not the shape of OpenAI's chat API: {error!r}") from error


def _translated(request: Request, *, in_words: bool) -> dict[str, Any]:
    system, turns = _conversation(request.messages)
    schema = _schema(request)
    if schema and (in_words or not schema.strict):
        system.append(schema.instructions())
        schema = None
    max_tokens = DEFAULT_MAX_TOKENS if request.max_tokens is None else request.max_tokens
    body: dict[str, Any] = {"model": request.model, "max_tokens": max_tokens, "messages": turns}
    if system:
        body["system"] = "\n\n".join(system)
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if request.tool_choice is not None:
        body["tool_choice"] = _tool_choice(request.tool_choice)
    body.update(in_anthropics_words(request.extra, body))
    if _lacks_its_thinking(turns):
        body.pop("thinking", None)
    if schema:  # beside what else `extra` may configure there
        form = {"type": "json_schema", "schema": schema.json_schema}
        body["output_config"] = {"format": form, **body.get("output_config", {})}
    return {**body, "stream": True}


def _lacks_its_thinking(turns: list[dict[str, Any]]) -> bool:
    """Whether a tool loop goes on without the signed thinking before its calls, which we don't keep.

    With `thinking` on, the API refuses that: the rounds after the first do without.
    """
    asked = [turn["content"] for turn in turns if turn["role"] == "assistant"]
    last = asked[-1] if asked and turns[-1]["role"] == "user" else []
    kinds = {block.get("type") for block in last if isinstance(block, dict)}
    return "tool_use" in kinds and not kinds & {"thinking", "redacted_thinking"}


def _schema(request: Request) -> Schema | None:
    """What the answer must fit. JSON of whatever shape (`json_object`) can't be asked for."""
    form = request.response_format or request.extra.get("response_format") or {}
    if request.schema or form.get("type") != "json_schema":
        return request.schema
    return Schema("answer", form["json_schema"]["schema"])


def _conversation(messages: Iterable[Mapping[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    """The system's texts, and the turns of user and assistant, who alternate."""
    system: list[str] = []
    turns: list[dict[str, Any]] = []
    for message in messages:
        if message["role"] in {"system", "developer"}:
            system += [block["text"] for block in _blocks(message["content"])]
            continue
        role, blocks = _turn(message)
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        elif blocks:
            turns.append({"role": role, "content": blocks})
    return system, turns


def _turn(message: Mapping[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    match message["role"]:
        case "user":
            return "user", _blocks(message["content"])
        case "assistant":
            calls = message.get("tool_calls") or ()
            return "assistant", [*_blocks(message.get("content")), *map(_tool_use, calls)]
        case "tool":
            return "user", [_tool_result(message)]
        case role:
            raise ModelBadRequest(f"A message's role is {role!r}, which Anthropic does not know")


def _blocks(content: str | Iterable[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """Content as blocks. Blank texts are left out: the API refuses them."""
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or ()
    return [_block(part) for part in parts if part.get("type") != "text" or part["text"].strip()]


def _block(part: Mapping[str, Any]) -> dict[str, Any]:
    match part.get("type"):
        case "text":
            return {"type": "text", "text": part["text"]}
        case "image_url":
            image = part["image_url"]
            return {"type": "image", "source": _source(image if isinstance(image, str) else image["url"])}
        case kind:
            raise ModelBadRequest(f"A part of a message is of type {kind!r}, which Anthropic can't be sent")


def _source(url: str) -> dict[str, str]:
    if url.startswith(("https://", "http://")):
        return {"type": "url", "url": url}
    head, _, data = url.partition(",")
    if not (head.startswith("data:") and head.endswith(";base64")):
        raise ModelBadRequest("An image is neither an http(s) URL nor a data: URL in base64")
    return {"type": "base64", "media_type": head.removeprefix("data:").partition(";")[0], "data": data}


def _tool_use(call: Mapping[str, Any]) -> dict[str, Any]:
    function = call["function"]
    arguments = _arguments(function.get("arguments") or "")
    return {"type": "tool_use", "id": call["id"], "name": function["name"], "input": arguments}


def _arguments(text: str) -> dict[str, Any]:
    """A call's arguments; {} if the model wrote what is no JSON object: the API takes nothing else."""
    try:
        arguments = jiter.from_json(text.encode())
    except ValueError:
        return {}
    return arguments if isinstance(arguments, dict) else {}


def _tool_result(message: Mapping[str, Any]) -> dict[str, Any]:
    result = {"type": "tool_result", "tool_use_id": message["tool_call_id"]}
    content = _blocks(message.get("content"))
    return {**result, "content": content} if content else result


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    if tool.get("type") != "function":
        return dict(tool)  # one that runs at Anthropic, in Anthropic's own shape
    function = tool["function"]
    described = {"description": function["description"]} if function.get("description") else {}
    schema = function.get("parameters") or {"type": "object", "properties": {}}
    return {"name": function["name"], **described, "input_schema": schema}


def _tool_choice(choice: str | Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(choice, str):
        function = choice.get("function")
        return {"type": "tool", "name": function["name"]} if function else dict(choice)
    if choice not in _TOOL_CHOICES:
        raise ModelBadRequest(f"`tool_choice` is {choice!r}, not one of {', '.join(_TOOL_CHOICES)}")
    return {"type": _TOOL_CHOICES[choice]}
