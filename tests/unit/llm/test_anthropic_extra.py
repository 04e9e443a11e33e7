"""What callers say in OpenAI's words beside their messages, as it goes out to Anthropic."""

from typing import Any

import pytest

from tests.unit.llm.test_anthropic import ADDRESS, asked, refusal, sent

pytestmark = pytest.mark.timeout(30)

TOOL = {"type": "function", "function": {"name": "now"}}


async def said(extra: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The members that a request has because of its `extra`."""
    plain, with_extra = await sent(asked(**options)), await sent(asked(extra=extra, **options))
    return {name: value for name, value in with_extra.items() if plain.get(name) != value}


@pytest.mark.parametrize(
    ("extra", "theirs"),
    [
        ({"stop": "END"}, {"stop_sequences": ["END"]}),
        ({"stop": ["。", "\n", "END"]}, {"stop_sequences": ["。", "END"]}),
        ({"stop": None}, {}),
        ({"top_p": 0.5, "top_k": 3}, {"top_p": 0.5, "top_k": 3}),
        ({"max_completion_tokens": 7}, {"max_tokens": 7}),
        ({"user": "u1"}, {"metadata": {"user_id": "u1"}}),
        ({"user": "u1", "safety_identifier": "u2"}, {"metadata": {"user_id": "u2"}}),
        ({"metadata": {"user_id": "u3"}}, {"metadata": {"user_id": "u3"}}),
        ({"metadata": {"project": "x"}}, {}),
        ({"service_tier": "standard_only"}, {"service_tier": "standard_only"}),
        ({"service_tier": "flex"}, {}),
        ({"thinking": {"type": "disabled"}}, {"thinking": {"type": "disabled"}}),
    ],
)
async def test_openais_words_become_anthropics(extra: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert await said(extra) == theirs


async def test_what_anthropic_has_no_word_for_is_dropped() -> None:
    assert not await said(
        {
            "n": 1,
            "seed": 7,
            "logprobs": True,
            "top_logprobs": 2,
            "logit_bias": {"1": 5},
            "presence_penalty": 0.5,
            "frequency_penalty": 0.5,
            "reasoning_effort": "low",
            "store": True,
            "stream_options": {"include_usage": True},
            "response_format": {"type": "json_object"},
            "verbosity": "low",
            "prediction": {},
            "modalities": ["text"],
            "prompt_cache_key": "k",
        }
    )


async def test_a_schema_is_heeded_wherever_it_stands() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "a", "schema": ADDRESS}}
    theirs = {"output_config": {"format": {"type": "json_schema", "schema": ADDRESS}}}
    assert await said({"response_format": form}) == theirs


@pytest.mark.parametrize(
    ("options", "choice"),
    [
        ({"tools": [TOOL]}, {"type": "auto", "disable_parallel_tool_use": True}),
        ({"tools": [TOOL], "tool_choice": "required"}, {"type": "any", "disable_parallel_tool_use": True}),
        ({"tools": [TOOL], "tool_choice": "none"}, None),
        ({}, None),
    ],
)
async def test_one_call_at_a_time_is_said_with_the_choice_of_a_tool(
    options: dict[str, Any], choice: dict[str, Any] | None
) -> None:
    assert await said({"parallel_tool_calls": False}, **options) == (
        {"tool_choice": choice} if choice else {}
    )
    assert await said({"parallel_tool_calls": True}, **options) == {}


async def test_stops_that_are_no_texts_are_a_bad_request() -> None:
    assert "OpenAI's chat API" in (await refusal(asked(extra={"stop": [5]}))).detail
