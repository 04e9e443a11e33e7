"""What a chat asks its model, and what is kept of it."""

from typing import Any

import pytest

from freshet import wiring
from freshet.chat.conversations import Conversations
from freshet.chat.playground import Chat, Play, Playground
from freshet.errors import NotFound
from freshet.ids import new_id
from freshet.runs.events import Done, RunEvent, Started
from tests.stack import Stack
from tests.unit.llm.upstream import Models, models, says


async def play(chat: Chat) -> list[RunEvent]:
    """The chat as a run that is done."""
    events = [event async for event in chat.events()]
    last = events[-1]
    assert isinstance(last, Done)
    metrics = {"prompt_tokens": 7, "completion_tokens": 3}
    await chat.ended({"done": True, "final_response": last.final_response, "metrics": metrics})
    return events


async def stop(chat: Chat, written: str) -> str:
    """The chat as a run that was stopped when this much was written; the id of its conversation."""
    events = chat.events()
    started = await anext(events)
    await events.aclose()
    await chat.ended({"status": "stopped", "final_response": {"output": written, "finish_reason": "stopped"}})
    assert isinstance(started, Started)
    return str(started.data["conversation_id"])


def asked(upstream: Models) -> list[str]:
    return [message["content"] for message in upstream.calls[-1].body["messages"]]


@pytest.fixture
async def playground(cloud: Stack, monkeypatch: pytest.MonkeyPatch) -> Any:
    async with models(m=says("好")) as upstream:
        monkeypatch.setenv("MODEL_BASE_URL", upstream.url)
        monkeypatch.setenv("MODEL_NAME", "m")
        await wiring.aclose()
        yield wiring.playground(), upstream


async def test_a_conversation_goes_on_with_what_was_said(
    playground: tuple[Playground, Models], owner: str
) -> None:
    made, upstream = playground
    first = Play(prompt="一", system_prompt="简短")
    started = (await play(made.chat(owner, new_id(), first)))[0]
    assert isinstance(started, Started)
    conversation_id = started.data["conversation_id"]
    await play(made.chat(owner, new_id(), Play(prompt="二", conversation_id=conversation_id)))
    assert asked(upstream) == ["简短", "一", "好", "二"]


async def test_a_retry_takes_the_place_of_what_it_repeats(
    playground: tuple[Playground, Models], conversations: Conversations, owner: str
) -> None:
    made, upstream = playground
    turn_id = new_id()
    conversation_id = await stop(made.chat(owner, turn_id, Play(prompt="一")), "半")
    await play(made.chat(owner, new_id(), Play(prompt="二", conversation_id=conversation_id)))
    assert asked(upstream) == ["一", "半", "二"]
    await play(made.chat(owner, turn_id, Play(prompt="一")))
    assert asked(upstream) == ["一"]
    (kept,) = (await conversations.page(owner, 10)).items
    turns = (await conversations.get(owner, kept.id)).turns
    assert [(turn.status, turn.output) for turn in turns] == [("done", "好"), ("done", "好")]
    assert kept.turn_count == len(turns)


async def test_a_chat_that_is_not_to_be_kept_leaves_nothing(
    playground: tuple[Playground, Models], conversations: Conversations, owner: str
) -> None:
    made, _ = playground
    started = (await play(made.chat(owner, new_id(), Play(prompt="一", keep=False))))[0]
    assert isinstance(started, Started)
    assert "conversation_id" not in started.data
    assert (await conversations.page(owner, 10)).items == []


@pytest.mark.parametrize("content", [10**30, "\ud83d"])
def test_what_can_not_be_kept_is_refused_at_once(content: Any) -> None:
    message = {"role": "user", "content": [{"type": "text", "text": "x", "more": content}]}
    with pytest.raises(ValueError, match="can't be sent as JSON"):
        Play.model_validate({"messages": [message]})


async def test_what_is_somebody_elses_is_not_there(
    playground: tuple[Playground, Models], conversations: Conversations, owner: str
) -> None:
    made, upstream = playground
    theirs = await conversations.begin(f"{owner}-2", title="x")
    for missing in ({"conversation_id": theirs}, {"model_id": 77}, {"tool_ids": [1, 177]}):
        with pytest.raises(NotFound):
            await play(made.chat(owner, new_id(), Play(prompt="x", **missing)))
    assert upstream.calls == []
    assert (await conversations.page(owner, 10)).items == []
