"""OpenAI's shapes: requests checked, answers, chunks, usage and errors built.

What does not belong here: what the answer says (`tasks`), the tools of a request (`tools`), faults.
"""

import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MODEL = "freshet-stand-in"
FINGERPRINT = "stand-in-not-an-llm"
_PIECE = re.compile(
    r"\s*(?:[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,2}|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)|\s+"
)
_JSON_PIECE = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,2}|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,6}|\W{1,4}"
)


class BadRequestError(Exception):
    """A request that the real API would refuse, too; `param` names the field."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the tool `name`; the arguments are JSON text."""

    name: str
    arguments: str


Reply = str | list[Call]


def pieces(text: str) -> list[str]:
    """`text` in pieces about as long as tokens; joined they are `text`."""
    return _PIECE.findall(text)


def error_body(
    message: str, *, status: int, param: str | None = None, code: str | None = None
) -> dict[str, Any]:
    """An error as OpenAI sends it."""
    kinds = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
    kind = "invalid_request_error" if 400 <= status < 500 and status != 429 else "server_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code or kinds.get(status)}}


def check_chat(body: Any) -> dict[str, Any]:
    """The body of a chat request, known to be sound. Raises BadRequestError."""
    if not isinstance(body, dict):
        raise BadRequestError("The body must be a JSON object")
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise BadRequestError("You must provide a model parameter", "model")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequestError("messages must be an array with at least one message", "messages")
    for position, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            raise BadRequestError(f"messages[{position}] has no valid role", f"messages[{position}].role")
        if not isinstance(message.get("content"), str | list | None):
            raise BadRequestError(
                f"messages[{position}].content must be text or parts", f"messages[{position}].content"
            )
    _check_number(body, "temperature", 0, 2)
    _check_number(body, "max_tokens", 1, 10_000_000)
    return body


_ROLES = {"system", "developer", "user", "assistant", "tool", "function"}


def _check_number(body: dict[str, Any], name: str, low: float, high: float) -> None:
    value = body.get(name)
    if value is not None and (not isinstance(value, int | float) or not low <= value <= high):
        raise BadRequestError(f"{name} must be between {low} and {high}", name)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in OpenAI's terms: its deltas, a token each, as far as they are sent, and why it ends."""

    id: str
    created: int
    model: str
    deltas: list[dict[str, Any]]
    finish_reason: str
    prompt_tokens: int

    @classmethod
    def build(cls, body: dict[str, Any], reply: Reply) -> "Answer":
        """The answer `reply` to the request `body`, cut at its `max_tokens`."""
        whole = list(_deltas(reply))
        limit = body.get("max_completion_tokens") or body.get("max_tokens") or len(whole)
        reason = _reason(body, reply) if len(whole) <= limit else "length"
        name = f"chatcmpl-{uuid.uuid4().hex[:24]}"
        return cls(name, int(time.time()), body["model"], whole[: int(limit)], reason, _asked(body))

    @property
    def opening(self) -> dict[str, Any]:
        """The stream's first delta: it says who speaks, and whether text is to come."""
        return {"role": "assistant", "content": None if self._calls() else ""}

    def usage(self) -> dict[str, Any]:
        """Tokens, counted in deltas."""
        said = len(self.deltas)
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": said,
            "total_tokens": self.prompt_tokens + said,
            "prompt_tokens_details": {"cached_tokens": 0},
        }

    def whole(self) -> dict[str, Any]:
        """The answer as one body: its deltas, joined."""
        calls = self._calls()
        content = None if calls else "".join(delta["content"] for delta in self.deltas)
        message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": None}
        if calls:
            message["tool_calls"] = calls
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self.finish_reason}
        return {**self._head("chat.completion"), "choices": [choice], "usage": self.usage()}

    def chunk(self, delta: dict[str, Any] | None, finish_reason: str | None = None) -> dict[str, Any]:
        """One chunk of the stream; without a delta one that has no choices."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return {**self._head("chat.completion.chunk"), "choices": [] if delta is None else [choice]}

    def _calls(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []
        for delta in self.deltas:
            for piece in delta.get("tool_calls", ()):
                if "id" in piece:
                    calls.append({"id": piece["id"], "type": "function", "function": dict(piece["function"])})
                else:
                    calls[piece["index"]]["function"]["arguments"] += piece["function"]["arguments"]
        return calls

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": FINGERPRINT,
        }


def text_of(message: dict[str, Any]) -> str:
    """A message's text, of content in parts the text parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(part["text"] for part in content if isinstance(part, dict) and _is_text(part))
    return content or ""


def _is_text(part: dict[str, Any]) -> bool:
    return isinstance(part.get("text"), str)


def _deltas(reply: Reply) -> Iterator[dict[str, Any]]:
    if isinstance(reply, str):
        yield from ({"content": piece} for piece in pieces(reply))
        return
    for index, call in enumerate(reply):
        named = {"name": call.name, "arguments": ""}
        head = {"index": index, "id": f"call_{uuid.uuid4().hex[:24]}", "type": "function", "function": named}
        yield {"tool_calls": [head]}
        for piece in _JSON_PIECE.findall(call.arguments):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _reason(body: dict[str, Any], reply: Reply) -> str:
    # OpenAI ends a call that the request named with `stop`: https://github.com/vllm-project/vllm/pull/25054
    named = isinstance(body.get("tool_choice"), dict)
    return "stop" if isinstance(reply, str) or named else "tool_calls"


def _asked(body: dict[str, Any]) -> int:
    """The prompt's tokens; tools and calls count as the JSON that they are."""
    said = sum(len(pieces(text_of(message))) + 4 for message in body["messages"])
    tools = [body.get("tools"), *(message.get("tool_calls") for message in body["messages"])]
    return said + sum(len(pieces(json.dumps(one, ensure_ascii=False))) for one in tools if one)
