"""What a conversation is continued with."""

from typing import Any

from freshet.chat.conversations import Conversations
from freshet.chat.turn import Turn, matched, weight
from tests.unit.chat.turns import asked, call, done, failed, result, stopped

Message = dict[str, Any]


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def said(text: str) -> Message:
    return {"role": "assistant", "content": text}


async def kept(conversations: Conversations, owner: str, *turns: Turn) -> str:
    id_ = await conversations.begin(owner, title="t")
    for turn in turns:
        await conversations.add(owner, id_, turn)
        await conversations.finish(owner, id_, turn)
    return id_


async def history(
    conversations: Conversations, owner: str, id_: str, *given: Any, **bounds: Any
) -> list[Message]:
    _, messages = await conversations.history(owner, id_, *given, **bounds)
    return messages


async def test_a_turn_that_is_asked_again_stands_where_it_stood(
    conversations: Conversations, owner: str
) -> None:
    turns = [done(asked("一"), "1"), stopped(asked("二"), "半"), done(asked("三"), "3")]
    id_ = await kept(conversations, owner, *turns)
    again = await history(conversations, owner, id_, [user("二")], before=turns[1].id)
    assert again == [user("一"), said("1"), user("二")]


async def test_the_newest_turns_come_oldest_first_and_the_new_one_last(
    conversations: Conversations, owner: str
) -> None:
    id_ = await kept(conversations, owner, done(asked("一"), "1"), done(asked("二"), "2"))
    assert await history(conversations, owner, id_, [user("三")]) == [
        user("一"),
        said("1"),
        user("二"),
        said("2"),
        user("三"),
    ]


async def test_turns_are_whole_and_within_the_bound(conversations: Conversations, owner: str) -> None:
    turns = [done(asked("问" * 40), f"{number:02}" * 50) for number in range(30)]
    id_ = await kept(conversations, owner, *turns)
    each = weight(turns[0].messages)
    for fitting in (0, 1, 3, 25):
        messages = await history(conversations, owner, id_, most_chars=each * fitting + each - 1)
        newest = turns[len(turns) - fitting :]
        assert messages == [message for turn in newest for message in turn.messages]


async def test_a_turn_that_is_too_large_hides_those_before_it(
    conversations: Conversations, owner: str
) -> None:
    turns = [done(asked("old"), "old"), done(asked("x" * 1000), "y"), done(asked("new"), "new")]
    id_ = await kept(conversations, owner, *turns)
    assert await history(conversations, owner, id_, most_chars=500) == [user("new"), said("new")]


async def test_turns_without_an_answer_are_left_out_and_partial_answers_are_not(
    conversations: Conversations, owner: str
) -> None:
    turns = [failed(asked("mute")), stopped(asked("cut"), "par"), failed(asked("坏"), "半"), asked("live")]
    id_ = await kept(conversations, owner, *turns)
    assert await history(conversations, owner, id_) == [user("cut"), said("par"), user("坏"), said("半")]


async def test_a_turn_that_goes_on_is_not_taken_for_its_own_history(
    conversations: Conversations, owner: str
) -> None:
    running = asked("", user("q"), call("a"), result("a"))
    id_ = await kept(conversations, owner, running)
    assert await history(conversations, owner, id_) == []


async def test_calls_keep_their_results(conversations: Conversations, owner: str) -> None:
    messages = [call("a", "b"), result("a"), result("b"), said("both")]
    id_ = await kept(conversations, owner, done(asked("q"), "both", *messages))
    assert await history(conversations, owner, id_) == [user("q"), *messages]


async def test_calls_that_nobody_answered_are_not_repeated(conversations: Conversations, owner: str) -> None:
    left = done(asked("q1"), "", call("a"))
    talking = done(asked("q2"), "wait", call("b", content="wait"))
    half = done(asked("q3"), "", call("c", "d"), result("d"), said("d it is"))
    id_ = await kept(conversations, owner, left, talking, half)
    assert await history(conversations, owner, id_, [user("never mind")]) == [
        user("q2"),
        said("wait"),
        user("q3"),
        call("d"),
        result("d"),
        said("d it is"),
        user("never mind"),
    ]


async def test_results_that_come_with_the_next_turn_answer_the_calls_of_the_last(
    conversations: Conversations, owner: str
) -> None:
    id_ = await kept(conversations, owner, done(asked("q"), "", call("a")))
    following = [result("a", "晴"), user("so?")]
    assert await history(conversations, owner, id_, following) == [user("q"), call("a"), *following]
    assert await history(conversations, owner, id_, [result("other"), user("so?")]) == [user("so?")]


async def test_turns_that_calls_hold_together_fit_together_or_not_at_all(
    conversations: Conversations, owner: str
) -> None:
    calling = done(asked("q" * 100), "", call("a"))
    answering = done(asked("", result("a")), "fine", said("fine"))
    id_ = await kept(conversations, owner, calling, answering, done(asked("next"), "ok"))
    whole = await history(conversations, owner, id_, most_chars=1000)
    assert whole == [*calling.messages, *answering.messages, user("next"), said("ok")]
    assert await history(conversations, owner, id_, most_chars=100) == [user("next"), said("ok")]


async def test_pictures_weigh_less_than_text(conversations: Conversations, owner: str) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1_000_000}}
    turn = done(asked("", {"role": "user", "content": [picture, {"type": "text", "text": "什么?"}]}), "猫")
    id_ = await kept(conversations, owner, turn)
    assert await history(conversations, owner, id_) == turn.messages


def test_a_result_stands_once_and_right_after_its_call() -> None:
    strange = {"role": "tool", "tool_call_id": ["?"], "content": "x"}
    odd = {"role": "assistant", "content": "c", "tool_calls": "none"}
    messages = [
        result("a"),
        call("a"),
        result("a", "1"),
        result("a", "2"),
        strange,
        user("u"),
        result("a"),
        odd,
    ]
    assert matched(messages) == [call("a"), result("a", "1"), user("u"), said("c")]
