"""Pydantic AI, a framework for agents, over both of OpenAI's APIs.

It is imported on first use: each of the suite's workers reads this file, and one runs it.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from openai import AsyncOpenAI

from tests.e2e.clients.asked import HELLO, PERSON, TICKETS, WEATHER, Person, weather

MakeAgent = Callable[..., Any]


@pytest.fixture(params=["OpenAIChatModel", "OpenAIResponsesModel"])
async def make(
    request: pytest.FixtureRequest, base_url: str, key: str, model: str
) -> AsyncIterator[MakeAgent]:
    """Makes agents that speak one of the two APIs."""
    from pydantic_ai import Agent
    from pydantic_ai.models import openai
    from pydantic_ai.providers.openai import OpenAIProvider

    kind = getattr(openai, request.param)
    async with AsyncOpenAI(base_url=base_url, api_key=key) as client:  # one of its own it would not close
        provider = OpenAIProvider(openai_client=client)
        yield lambda name=model, **options: Agent(kind(name, provider=provider), **options)


async def test_an_agent_answers(make: MakeAgent) -> None:
    answered = await make().run(HELLO)
    assert "你好" in answered.output
    assert answered.usage.input_tokens > 0
    assert answered.usage.output_tokens > 0


async def test_an_agent_s_answer_is_streamed(make: MakeAgent) -> None:
    async with make().run_stream(HELLO) as streamed:
        pieces = [piece async for piece in streamed.stream_text(delta=True, debounce_by=None)]
    assert len(pieces) > 10
    assert "你好" in "".join(pieces)
    assert streamed.usage.output_tokens > 0


async def test_an_agent_calls_its_tool_and_answers_from_the_result(make: MakeAgent) -> None:
    answered = await make(tools=[weather]).run(WEATHER)
    kinds = [part.part_kind for message in answered.all_messages() for part in message.parts]
    assert kinds == ["user-prompt", "tool-call", "tool-return", "text"]
    assert '"temperature": 21' in answered.output


async def test_an_agent_fills_a_model_of_pydantic_by_a_tool_and_by_a_schema(make: MakeAgent) -> None:
    from pydantic_ai import NativeOutput

    for wanted in (Person, NativeOutput(Person)):
        answered = await make(output_type=wanted).run(PERSON)
        assert answered.output.age == 36


async def test_an_agent_goes_on_with_a_conversation(make: MakeAgent) -> None:
    agent = make(tools=[weather])
    first = await agent.run(WEATHER)
    second = await agent.run(HELLO, message_history=first.all_messages())
    assert "你好" in second.output
    assert len(second.all_messages()) == len(first.all_messages()) + 2


async def test_an_agent_answers_from_documents(make: MakeAgent, rag: str) -> None:
    answered = await make(rag).run(TICKETS)
    assert "14 euros" in answered.output
