"""The loop: a generation, the tools that it calls, the next generation, until one calls none."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from freshet.concurrency import together
from freshet.errors import Invalid
from freshet.llm.completion import Answer, ToolCall
from freshet.llm.events import Event, Reset, ToolCallDelta
from freshet.llm.tools.arguments import readable
from freshet.llm.tools.definition import AnyTool, Tool, as_tools, definitions, name_of
from freshet.llm.tools.results import ToolError, ToolResult, bounded

ToolChoice = str | Mapping[str, Any] | None
Stream = Callable[
    [list[dict[str, Any]], Sequence[Mapping[str, Any]], ToolChoice], AsyncGenerator[Event, None]
]

_AT_ONCE = 8  # calls of one generation that run side by side
_FORCING = {"required", "any", "function", "tool"}  # choices of OpenAI's, Mistral's and Anthropic's


async def run_tools(
    stream: Stream,
    messages: Sequence[Mapping[str, Any]],
    tools: Iterable[AnyTool],
    *,
    max_rounds: int = 8,
    timeout_s: float = 30,
    tool_choice: ToolChoice = None,
) -> AsyncGenerator[Event | ToolResult, None]:
    """Generates, runs the tools that were called and generates again, until an answer calls none.

    `stream` makes one generation of messages, definitions and a tool choice. Its events are yielded as they
    come; a generation with calls is followed by their results, in the order of the calls. So a `Reset` makes
    void what came since the last `ToolResult`. Every id of a call is made unique. `messages` stays as it is.

    A call may take `timeout_s`. What fails is told to the model as a failed result. A `tool_choice` that
    forces a call holds for the first round; after `max_rounds` with calls, one more generation may call none.
    A generation that calls a ready-made definition is the last one: none of its calls are run, all are left
    to the caller. Closing or cancelling this closes the stream and cancels the tools.
    """
    if max_rounds < 0:
        raise Invalid(f"A tool loop can't have {max_rounds} rounds")
    toolbox = _Toolbox(tools, timeout_s)
    conversation = [dict(message) for message in messages]
    ids = _Ids(conversation)
    for rounds_left in range(max_rounds, -1, -1):
        choice = tool_choice if rounds_left or not toolbox.definitions else "none"
        answer = Answer()
        async with aclosing(stream(list(conversation), toolbox.definitions, choice)) as events:
            async for event in events:
                unique = ids.unique(event)
                answer.add(unique)
                yield unique
        calls = answer.tool_calls()
        if not calls or not rounds_left or toolbox.lacks_one(calls):
            return
        results = await toolbox.results(calls)
        for result in results:
            yield result
        conversation += [_message(answer), *(result.message() for result in results)]
        tool_choice = _after_first(tool_choice)
        ids.next_round()


class _Toolbox:
    """The tools of a loop: those that it runs, and ready-made definitions, which it only shows."""

    def __init__(self, tools: Iterable[AnyTool], timeout_s: float) -> None:
        known = as_tools(tools)
        self.definitions = definitions(known)
        self._tools = {tool.name: tool for tool in known if isinstance(tool, Tool)}
        self._shown_only = {name_of(tool) for tool in known if not isinstance(tool, Tool)}
        self._timeout_s = timeout_s

    def lacks_one(self, calls: Iterable[ToolCall]) -> bool:
        """Whether a call is not ours to run."""
        return any(call.name in self._shown_only for call in calls)

    async def results(self, calls: Iterable[ToolCall]) -> list[ToolResult]:
        """What became of the calls, in their order."""
        places = asyncio.Semaphore(_AT_ONCE)

        async def placed(call: ToolCall) -> ToolResult:
            async with places:
                return await self._result(call)

        return await together(*map(placed, calls))

    async def _result(self, call: ToolCall) -> ToolResult:
        try:
            content = await self._named(call.name).call(call.arguments, timeout_s=self._timeout_s)
        except ToolError as error:
            return ToolResult(call.id, call.name, bounded(f"Error: {error}"), failed=True)
        return ToolResult(call.id, call.name, content)

    def _named(self, name: str) -> Tool:
        if name not in self._tools:
            raise ToolError(f"There is no tool {name!r}; there are: {', '.join(self._tools) or 'none'}")
        return self._tools[name]


class _Ids:
    """Makes the ids of calls unique in a conversation, for models that repeat them or send none.

    Some upstreams say a call's name with each of its pieces, too: here it is told once.
    """

    def __init__(self, conversation: Iterable[Mapping[str, Any]]) -> None:
        self._taken = set(_earlier_ids(conversation))
        self._current: dict[int, str] = {}
        self._named: set[int] = set()

    def unique(self, event: Event) -> Event:
        """The event; the first piece of a call carries its id and its name, the others neither."""
        if isinstance(event, Reset):
            self._taken.difference_update(self._current.values())
            self.next_round()
        if not isinstance(event, ToolCallDelta):
            return event
        name = None if event.index in self._named else event.name
        if name:
            self._named.add(event.index)
        if event.index in self._current:
            return replace(event, id=None, name=name)
        self._current[event.index] = chosen = self._free(event.id or f"call_{event.index}")
        self._taken.add(chosen)
        return replace(event, id=chosen)

    def next_round(self) -> None:
        """The calls so far are settled; indices begin again."""
        self._current.clear()
        self._named.clear()

    def _free(self, wanted: str) -> str:
        chosen, number = wanted, 1
        while chosen in self._taken:
            number += 1
            chosen = f"{wanted}_{number}"
        return chosen


def _earlier_ids(conversation: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The ids of calls in the messages so far, which are a caller's and may be anything."""
    for message in conversation:
        calls = message.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            yield str(call.get("id")) if isinstance(call, Mapping) else ""


def _message(answer: Answer) -> dict[str, Any]:
    """The answer as the next generation gets it: arguments that are no JSON would fail at some upstreams."""
    completion = answer.completion()
    calls = tuple(replace(call, arguments=readable(call.arguments)) for call in completion.tool_calls)
    return replace(completion, tool_calls=calls).message()


def _after_first(choice: ToolChoice) -> ToolChoice:
    """What was called once by force would be called again and again."""
    kind = choice.get("type") if isinstance(choice, Mapping) else choice
    return None if kind in _FORCING else choice
