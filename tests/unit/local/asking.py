"""Asking the stand-in for a model over HTTP, with tools as OpenAI defines them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.unit.llm.upstream import StandIn


def defined(
    name: str, description: str, required: list[str] | None = None, **properties: Any
) -> dict[str, Any]:
    """A tool as OpenAI defines one; all arguments are required unless said otherwise."""
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
    }
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": schema},
    }


@asynccontextmanager
async def asking(server: StandIn) -> AsyncIterator["Asking"]:
    """Of a stand-in that remembers nothing."""
    await server.forget()
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=10) as http:
        yield Asking(http)


class Asking:
    """HTTP calls to the stand-in, without a client of ours in between."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def post(self, *messages: str | dict[str, Any], fault: str = "", **body: Any) -> httpx.Response:
        said = [{"role": "user", "content": one} if isinstance(one, str) else one for one in messages]
        headers = {"x-fault": fault} if fault else {}
        body = {"model": "any", "messages": said, **body}
        return await self.http.post("/v1/chat/completions", json=body, headers=headers)

    async def choice(self, *messages: str | dict[str, Any], **body: Any) -> dict[str, Any]:
        answer = await self.post(*messages, **body)
        assert answer.status_code == 200, answer.text
        choice: dict[str, Any] = answer.json()["choices"][0]
        return choice

    async def calls(self, question: str, *tools: dict[str, Any], **body: Any) -> list[tuple[str, Any]]:
        message = (await self.choice(question, tools=tools, **body))["message"]
        functions = [call["function"] for call in message.get("tool_calls", [])]
        return [(function["name"], json.loads(function["arguments"])) for function in functions]


def conversation(question: str, *told: tuple[str, str]) -> list[dict[str, Any]]:
    """A question, the calls that it led to, and what the tools told."""
    calls = [
        {"id": f"c{number}", "type": "function", "function": {"name": name, "arguments": "{}"}}
        for number, (name, _) in enumerate(told)
    ]
    results = [
        {"role": "tool", "tool_call_id": f"c{number}", "content": text}
        for number, (_, text) in enumerate(told)
    ]
    return [
        {"role": "user", "content": question},
        {"role": "assistant", "content": None, "tool_calls": calls},
        *results,
    ]
