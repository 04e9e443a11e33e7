"""A chat's answer: rounds of a model and its tools as the events of a run.

What belongs here: what a run shows of them. What does not: which model and tools (`playground`), the loop
itself (`freshet.llm.tools`).
"""

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson

from freshet.chat.ask import Ask
from freshet.chat.search_documents import DocumentSearch
from freshet.llm import Event, LLMClient, ReasoningDelta, Reset, TextDelta, ToolCallDelta, ToolResult
from freshet.llm.completion import Answer
from freshet.llm.options import ToolOptions
from freshet.llm.tools.arguments import readable
from freshet.runs import events as run

ROUNDS = 8  # of tool calls; then the model has to answer without
TOOL_TIMEOUT_S = 30.0  # longer than any tool's own limit

Members = Mapping[str, Any]

# What a call may say besides what the model client has a name for goes into the body as it is.
_NAMED = ("temperature", "max_tokens", "tool_choice", "response_format")


async def answer(
    model: LLMClient, ask: Ask, started: Members, search: DocumentSearch | None = None
) -> AsyncGenerator[run.RunEvent, None]:
    """Started (with `started`), the answer as it is written, with its calls and their results, Done.

    `search` is the tool that looked documents up, if there is one: what it found is what citations are of.
    """
    yield run.Started({"model": model.model, **started})
    written = _Written()
    rounds = model.run_tools(
        ask.messages,
        [*ask.tools, *ask.definitions],
        max_rounds=ROUNDS,
        tool_timeout=TOOL_TIMEOUT_S,
        **options(ask.params),
    )
    async with aclosing(rounds) as events:
        async for event in events:
            for shown in written.take(event):
                yield shown
    final = written.final()
    if search:
        final["citations"] = await search.citations(written.output)
        final["searches"] = list(_searches(final["tool_calls"], search.hits))
    yield run.Done(final)


def options(params: Members) -> ToolOptions:
    """Members of the API's body as options of a model call."""
    named = {name: params[name] for name in _NAMED if params.get(name) is not None}
    extra = {name: value for name, value in params.items() if name not in _NAMED and value is not None}
    if "max_completion_tokens" in extra:
        named["max_tokens"] = extra.pop("max_completion_tokens")
    chosen: ToolOptions = {**named, "extra": extra}  # type: ignore[typeddict-item]  # names are not literal here
    return chosen


@dataclass(slots=True)
class _Round:
    """One generation, and the results of its calls."""

    answer: Answer = field(default_factory=Answer)
    results: dict[str, ToolResult] = field(default_factory=dict)

    def messages(self) -> Iterator[dict[str, Any]]:
        """It in the shapes of OpenAI's chat API."""
        yield self.answer.completion().message()
        for result in self.results.values():
            yield result.message()

    def calls(self) -> Iterator[dict[str, Any]]:
        """Its calls as clients see them; one that is left to the caller has no result."""
        for call in self.answer.tool_calls():
            result = self.results.get(call.id)
            made = {"id": call.id, "name": call.name, "arguments": call.arguments}
            yield made | ({"result": result.content} if result else {})


class _Written:
    """What the rounds have come to, and what is shown of each event."""

    def __init__(self) -> None:
        self._rounds = [_Round()]
        self._calls_before = 0  # in earlier rounds: on the wire indices do not begin again

    @property
    def output(self) -> str:
        """The text of all rounds."""
        return "".join(text for one in self._rounds for text in one.answer.text)

    def take(self, event: Event | ToolResult) -> Iterator[run.RunEvent]:
        """Takes an event in; yields what the run shows of it."""
        if isinstance(event, ToolResult):
            self._current.results[event.id] = event
            yield run.ToolResult(event.id, event.content)
            return
        if self._current.results:
            self._calls_before += len(self._current.answer.calls)
            self._rounds.append(_Round())
        self._current.answer.add(event)
        match event:
            case TextDelta(text):
                yield run.Content(text)
            case ReasoningDelta(text):
                yield run.Reasoning(text)
            case ToolCallDelta(index, id_, name, arguments):
                yield run.ToolCall(self._calls_before + index, id_, name, arguments)
            case Reset(reason):
                yield run.Reset(reason)
                yield from self._standing()

    def final(self) -> dict[str, Any]:
        """The run's `final_response`."""
        reasoning = "".join(text for one in self._rounds for text in one.answer.reasoning)
        return {
            "output": self.output,
            **({"reasoning": reasoning} if reasoning else {}),
            "tool_calls": [call for one in self._rounds for call in one.calls()],
            "citations": [],
            "finish_reason": self._current.answer.finish_reason,
            "messages": [message for one in self._rounds for message in one.messages()],
        }

    @property
    def _current(self) -> _Round:
        return self._rounds[-1]

    def _standing(self) -> Iterator[run.RunEvent]:
        """A reset voids all that was shown, but only the round under way: the others are shown again."""
        indices = count()
        for one in self._rounds[:-1]:
            if reasoning := "".join(one.answer.reasoning):
                yield run.Reasoning(reasoning)
            if text := "".join(one.answer.text):
                yield run.Content(text)
            for call in one.answer.tool_calls():
                yield run.ToolCall(next(indices), call.id, call.name, call.arguments)
            for result in one.results.values():
                yield run.ToolResult(result.id, result.content)


def _searches(calls: Iterable[Members], hits: Iterable[Members]) -> Iterator[dict[str, Any]]:
    """What was found, with the ids of the calls that asked for it: those side by side end in any order."""
    found = list(hits)
    for call in calls:
        asked = orjson.loads(readable(call["arguments"])).get("query")
        hit = next((one for one in found if one["query"] == asked), None)
        if hit:
            found.remove(hit)
            yield {"id": call["id"], **hit}
