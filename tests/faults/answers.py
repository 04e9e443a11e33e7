"""Answers as clients see them: whole or broken off, in four dialects, each with its way to say what failed.

What belongs here: reading them, and the shape that every error must have. What does not: which answer was
expected (`matrix`), and whether the data agree with it (`observe`).
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self

import httpx

_UNCHECKED = b"The caller can't be checked"
_PATIENCE_S, _PAUSE_S = 60.0, 1.0
PROBLEM = ("type", "title", "status", "detail", "code", "instance", "request_id")


@dataclass(frozen=True)
class Answer:
    """What came. `events` are the data of server-sent events; `ended` is false while something goes on."""

    status: int = 0
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    body: bytes = b""
    broken: str = ""  # how the connection ended, if it did before the answer
    seconds: float = 0.0
    outcome: dict[str, Any] | None = None  # of what went on behind a queue
    ended: bool = True
    returned: bool = False  # whether the client had to come again for it

    @classmethod
    async def of(
        cls, api: httpx.AsyncClient, request: dict[str, Any], begun: Callable[[], None] = lambda: None
    ) -> Self:
        """Asks, and takes what comes; `begun` is called when something does.

        No fault touches the look at the caller's key: where that fails the machine is too busy for the
        authorizer's five seconds, and it is asked again.
        """
        asked_at = time.monotonic()
        while True:
            answer = await cls._once(api, request, begun)
            if answer.status != 503 or _UNCHECKED not in answer.body or _late(asked_at):
                return answer
            await asyncio.sleep(_PAUSE_S)

    @classmethod
    async def _once(cls, api: httpx.AsyncClient, request: dict[str, Any], begun: Callable[[], None]) -> Self:
        asked_at, body, status, headers, broken = time.monotonic(), b"", 0, httpx.Headers(), ""
        try:
            async with api.stream(**request) as response:
                status, headers = response.status_code, response.headers
                async for data in response.aiter_raw():
                    body += data
                    begun()
        except httpx.TransportError as error:
            broken = type(error).__name__
        return cls(status, headers, body, broken, time.monotonic() - asked_at)

    def with_outcome(self, outcome: dict[str, Any], *, ended: bool, seconds: float) -> "Answer":
        """The same, with what came of it."""
        return replace(self, outcome=outcome, ended=ended, seconds=self.seconds + seconds)

    @property
    def is_stream(self) -> bool:
        return bool(self.headers.get("content-type", "").startswith("text/event-stream"))

    @property
    def data(self) -> list[dict[str, Any]]:
        """Of a stream, the data of its events, `[DONE]` left out."""
        return [json.loads(data) for _, data in self.events() if data != "[DONE]"]

    @property
    def items(self) -> list[dict[str, Any]]:
        """What was finished one by one and was not taken back."""
        found: list[dict[str, Any]] = []
        for one in self.data:
            if one.get("reset"):
                found = []
            elif "item" in one:
                found.append(one["item"])
        return found

    @property
    def result(self) -> dict[str, Any]:
        """What was asked for; empty if it did not come."""
        if self.outcome is not None:
            return self.outcome
        if not self.is_stream:
            return _object(self.body) if self.status < 400 else {}
        if text := _openai_text(self.data):
            return {"output": text}
        last = self.data[-1] if self.data else {}
        found: dict[str, Any] = last.get("final_response") or {}
        return found

    @property
    def error(self) -> dict[str, Any] | None:
        """The problem, in whatever dialect it was told; None if there is none."""
        if self.outcome is not None:
            return _of_outcome(self.outcome)
        if self.status >= 400:
            return _told(_object(self.body)) | {"status": self.status}
        return next((found for one in self.data if (found := _event_error(one))), None)

    @property
    def run_id(self) -> str:
        """Of the run that it is the answer of, if it says so."""
        first = self.data[0] if self.is_stream and self.data else _object(self.body)
        found = first.get("run_id") or (self.error or {}).get("run_id") or ""
        return str(found)

    def misshapen(self) -> list[str]:
        """What is wrong with its form: an error must be a problem, a stream in order and complete."""
        if self.broken:
            return []
        if self.status >= 400:
            return _wrong_error(self)
        return _wrong_stream(self) if self.is_stream else []

    def events(self) -> Iterator[tuple[str, str]]:
        """Of a stream, the id and the data of each event that came whole."""
        whole = self.body.decode(errors="replace").split("\n\n")[:-1]
        for block in whole:
            lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and line[0] != ":")
            if "data" in lines:
                yield lines.get("id", ""), lines["data"]


async def got(api: httpx.AsyncClient, path: str, **params: Any) -> Any:
    """What is at `path`, once no fault is there; asked again while too many ask. Raises AssertionError."""
    asked_at = time.monotonic()
    while True:
        answer = await Answer.of(api, {"method": "GET", "url": path, "params": params})
        if answer.status != 429 or _late(asked_at):
            break
        await asyncio.sleep(_PAUSE_S)
    assert answer.status == 200, f"{path}: {answer.status} {answer.broken} {answer.body[:200]!r}"
    return json.loads(answer.body)


def _late(asked_at: float) -> bool:
    return time.monotonic() - asked_at > _PATIENCE_S


def _wrong_error(answer: Answer) -> list[str]:
    body = _object(answer.body)
    if b"Traceback" in answer.body:
        return ["a stack trace"]
    if "error" in body:
        return [] if {"message", "type", "code"} <= body["error"].keys() else ["no OpenAI error"]
    if answer.headers.get("content-type", "").startswith("application/xml"):
        return []  # S3's own, of an upload that goes there
    missing = [name for name in PROBLEM if not body.get(name)]
    return [f"a problem without {', '.join(missing)}"] if missing else []


def _wrong_stream(answer: Answer) -> list[str]:
    events = list(answer.events())
    wrong = []
    if not events:
        return ["an empty stream"]
    ids = [id_ for id_, _ in events if id_]
    if [id_.rpartition(":")[2] for id_ in ids] != [str(seq) for seq in range(len(ids))] and ids:
        wrong.append("events out of order")
    if "object" not in answer.data[0] and "type" not in answer.data[0] and events[-1][1] != "[DONE]":
        wrong.append("no [DONE]")
    return wrong


def _event_error(one: dict[str, Any]) -> dict[str, Any] | None:
    """What an event says that failed: Freshet's last one, or one of OpenAI's two dialects."""
    if one.get("status") == "error":
        found: dict[str, Any] = one["problem"]
        return found
    if one.get("type") == "response.failed":
        return _told({"error": one["response"]["error"]})
    if isinstance(one.get("error"), dict):
        return _told(one)
    return None


def _told(body: dict[str, Any]) -> dict[str, Any]:
    """The problem in a body, or OpenAI's error as one."""
    found = body.get("error", body)
    if not isinstance(found, dict):
        return {}
    return {"detail": found.get("message", ""), **found}


def _of_outcome(outcome: dict[str, Any]) -> dict[str, Any] | None:
    found = outcome.get("error")
    if isinstance(found, dict):
        return found
    problems = outcome.get("problems")
    if problems and outcome.get("failed"):
        first: dict[str, Any] = problems[0]
        return first
    return None


def _openai_text(data: list[dict[str, Any]]) -> str:
    """The text of OpenAI's events, if they end as they should."""
    if any(one.get("type") == "response.completed" for one in data):
        return "".join(one["delta"] for one in data if one.get("type") == "response.output_text.delta")
    choices = [choice for one in data for choice in one.get("choices") or []]
    if not any(choice.get("finish_reason") for choice in choices):
        return ""
    return "".join(choice["delta"].get("content") or "" for choice in choices)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
