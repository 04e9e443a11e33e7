"""The ways to ask `chat`, and what each of them says: an answer in one piece, or a stream, folded.

Of a stream the pieces are folded, as a client folds them that shows them, and only what has no pieces is
taken from its end. What belongs here: how a client reads. What does not: what it should have read.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.functions.conftest import Site
from tests.functions.streams import Events, folded

PATIENCE_S = 100.0  # longer than any of them takes

Call = tuple[str, str, str]  # id, name, arguments


@dataclass(frozen=True)
class Said:
    """What an answer says; `usage` are prompt, cached and completion tokens.

    `text` is as it stands: of a completion it is None beside calls. `results` are of calls that ran here.
    """

    text: str | None
    reasoning: str
    calls: list[Call]
    finish: str
    usage: tuple[int, int, int]
    results: list[str | None] = field(default_factory=list)


@dataclass(frozen=True)
class Failed:
    """What a client hears of a failure."""

    code: str | None
    kind: str
    message: str


@dataclass(frozen=True)
class Ask:
    """A question to a configured model; `tools` are left to the caller, where the way of asking has them."""

    prompt: str
    model_id: int
    model: str
    tools: Sequence[str] = ()


Dialect = Callable[[Site, Ask, bool], Awaitable[Said | Failed]]


async def playground(site: Site, ask: Ask, stream: bool) -> Said | Failed:
    """`POST /api/debug/chat`: the caller has no tools there, what is called is run."""
    body = {"model_id": ask.model_id, "prompt": ask.prompt, "stream": stream, "keep": False}
    answer = await site("chat", "POST", "/api/debug/chat", json=body, timeout=PATIENCE_S)
    if answer.status_code != 200:
        return _problem(answer.json())
    told = _folded([("", data) for data in _data(answer)]) if stream else answer.json()
    if "problem" in told:
        return _problem(told["problem"])
    metrics = told["metrics"]
    return Said(
        told["output"],
        told["reasoning"],
        [(call["id"], call["name"], call["arguments"]) for call in told["tool_calls"]],
        told["finish_reason"],
        (metrics["prompt_tokens"], metrics["cached_tokens"], metrics["completion_tokens"]),
        [call.get("result") for call in told["tool_calls"]],
    )


def _folded(events: Events) -> dict[str, Any]:
    """The events by the contract; a call has its id and its name on its first piece only."""
    told = [(call["id"], call["name"]) for _, data in events if (call := data.get("tool_call"))]
    last = events[-1][1]
    written = folded(events)
    if not any("reset" in data for _, data in events):
        assert [one for one in told if any(one)] == [
            (call["id"], call["name"]) for call in written["tool_calls"]
        ]
    return {**last, **last["final_response"], **written}


def _problem(problem: Mapping[str, Any]) -> Failed:
    return Failed(problem["code"], problem["title"], problem["detail"])


async def completions(site: Site, ask: Ask, stream: bool) -> Said | Failed:
    """`POST /v1/chat/completions`."""
    body: dict[str, Any] = {"model": ask.model, "messages": [{"role": "user", "content": ask.prompt}]}
    if ask.tools:
        body["tools"] = [{"type": "function", "function": {"name": name}} for name in ask.tools]
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    answer = await site("chat", "POST", "/v1/chat/completions", json=body, timeout=PATIENCE_S)
    if answer.status_code != 200:
        return _error(answer.json())
    if stream:
        return _chunks(list(_data(answer)))
    told = answer.json()
    (choice,) = told["choices"]
    return _completion(choice["message"], choice["finish_reason"], told["usage"])


def _chunks(chunks: Sequence[Mapping[str, Any]]) -> Said | Failed:
    """As OpenAI's clients put deltas together: text is joined, of a call all that is text."""
    if "error" in chunks[-1]:
        return _error(chunks[-1])
    message: dict[str, Any] = {}
    calls: dict[int, dict[str, Any]] = {}
    (finish,) = [
        choice["finish_reason"] for one in chunks for choice in one["choices"] if choice["finish_reason"]
    ]
    for delta in [choice["delta"] for one in chunks for choice in one["choices"]]:
        for piece in delta.pop("tool_calls", ()):
            _join(calls.setdefault(piece["index"], {}), piece)
        _join(message, delta)
    assert chunks[-1]["choices"] == []
    message["tool_calls"] = [calls[index] for index in sorted(calls)]
    return _completion(message, finish, chunks[-1]["usage"])


def _join(whole: dict[str, Any], piece: Mapping[str, Any]) -> None:
    for name, value in piece.items():
        if isinstance(value, Mapping):
            _join(whole.setdefault(name, {}), value)
        elif isinstance(value, str) and name not in {"role", "type"}:
            whole[name] = (whole.get(name) or "") + value
        else:
            whole.setdefault(name, value)


def _completion(message: Mapping[str, Any], finish: str, usage: Mapping[str, Any]) -> Said:
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    calls = [(call["id"], call["function"]) for call in message.get("tool_calls", ())]
    return Said(
        message["content"],
        message.get("reasoning_content", ""),
        [(id_, function["name"], function["arguments"]) for id_, function in calls],
        finish,
        (usage["prompt_tokens"], cached, usage["completion_tokens"]),
    )


async def responses(site: Site, ask: Ask, stream: bool) -> Said | Failed:
    """`POST /v1/responses`."""
    body: dict[str, Any] = {"model": ask.model, "input": ask.prompt, "stream": stream}
    if ask.tools:
        body["tools"] = [{"type": "function", "name": name, "parameters": {}} for name in ask.tools]
    answer = await site("chat", "POST", "/v1/responses", json=body, timeout=PATIENCE_S)
    if answer.status_code != 200:
        return _error(answer.json())
    if stream:
        return _response_events(list(_data(answer)))
    told = answer.json()
    return _response(told, told["output"], {item["id"]: _item_text(item) for item in told["output"]})


def _response_events(events: Sequence[Mapping[str, Any]]) -> Said | Failed:
    """The items as they were announced, with the text of their deltas."""
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    begun: dict[int, Mapping[str, Any]] = {}
    texts: dict[str, str] = {}
    for event in events:
        if event["type"] == "error":
            return _error(event)
        if event["type"] == "response.output_item.added":
            begun[event["output_index"]] = event["item"]
            texts[event["item"]["id"]] = ""
        elif event["type"].endswith(".delta"):
            texts[event["item_id"]] += event["delta"]
    return _response(events[-1]["response"], [begun[index] for index in sorted(begun)], texts)


def _response(
    response: Mapping[str, Any], items: Sequence[Mapping[str, Any]], texts: Mapping[str, str]
) -> Said:
    def of(kind: str) -> list[Mapping[str, Any]]:
        return [item for item in items if item["type"] == kind]

    usage, cut = response["usage"], response["incomplete_details"]
    return Said(
        "".join(texts[item["id"]] for item in of("message")),
        "".join(texts[item["id"]] for item in of("reasoning")),
        [(item["call_id"], item["name"], texts[item["id"]]) for item in of("function_call")],
        cut["reason"] if cut else response["status"],
        (usage["input_tokens"], usage["input_tokens_details"]["cached_tokens"], usage["output_tokens"]),
    )


def _item_text(item: Mapping[str, Any]) -> str:
    if item["type"] == "function_call":
        return str(item["arguments"])
    return "".join(part["text"] for part in item["content"])


def _error(body: Mapping[str, Any]) -> Failed:
    error = body["error"]
    return Failed(error["code"], error["type"], error["message"])


def _data(answer: httpx.Response) -> Iterator[Any]:
    """What a stream holds up to its end."""
    for event in answer.text.split("\n\n"):
        data = event.rpartition("data: ")[2]
        if data and data != "[DONE]" and not event.startswith(":"):
            yield json.loads(data)


DIALECTS: tuple[Dialect, ...] = (playground, completions, responses)
