import asyncio
import random
import time
from functools import cache

import pytest
from pydantic import ValidationError

from freshet.chat import conversations as slice_
from freshet.chat.conversations import Conversations, Rename
from freshet.chat.turn import LAPSE_S, Turn, begun
from freshet.errors import Conflict, Invalid, NotFound, Unavailable
from freshet.ids import new_id
from freshet.settings import settings
from freshet.stores import aws
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.stack import Stack
from tests.unit.chat.turns import METRICS, asked, done, failed, next_id, stopped, ulid


async def begin(conversations: Conversations, owner: str, *turns: Turn, title: str = "Water") -> str:
    """The id of a conversation with these turns, ended or not."""
    id_ = await conversations.begin(owner, title=title, model_id=1, id_=next_id())
    for turn in turns:
        await conversations.add(owner, id_, turn)
        if turn.status != "running":
            await conversations.finish(owner, id_, turn)
    return id_


@cache
def noise(chars: int) -> str:
    """A text that no compression makes small: its characters are of a thousand."""
    return "".join(random.Random(chars).choices([chr(0x4E00 + number) for number in range(1024)], k=chars))


async def left_of(cloud: Stack, owner: str) -> list[str]:
    """Whatever the table and the bucket hold of the owner's."""

    def look() -> list[str]:
        items = cloud.aws.client("dynamodb").scan(TableName=settings().chat_table, ConsistentRead=True)
        prefix = f"conversations/{owner}/"
        found = cloud.aws.client("s3").list_objects_v2(Bucket=settings().bucket, Prefix=prefix)
        places = [item["owner"]["S"] for item in items["Items"]]
        keys = [one["Key"] for one in found.get("Contents", [])]
        return [place for place in places if place.startswith(f"{owner}/")] + keys

    return await asyncio.to_thread(look)


async def test_a_conversation_holds_its_turns_oldest_first(conversations: Conversations, owner: str) -> None:
    first, second = asked("什么是水？"), asked("And ice? 🧊")
    id_ = await conversations.begin(owner, title="什么是水？", model_id=3, system_prompt="答得简短。")
    await conversations.add(owner, id_, first)
    await conversations.finish(owner, id_, done(first, "H₂O。", reasoning="想", citations=[{"quote": "水"}]))
    await conversations.add(owner, id_, second)
    read = await conversations.get(owner, id_)
    assert (read.title, read.model_id, read.system_prompt) == ("什么是水？", 3, "答得简短。")
    assert [turn.id for turn in read.turns] == [first.id, second.id]
    assert (read.turn_count, read.next_cursor) == (2, None)
    kept, running = read.turns
    assert kept == done(first, "H₂O。", reasoning="想", citations=[{"quote": "水"}])
    assert kept.usage
    assert (kept.status, kept.usage.total_tokens, kept.metrics) == ("done", 10, METRICS)
    assert (running.status, running.messages) == ("running", [{"role": "user", "content": "And ice? 🧊"}])


async def test_turns_are_read_page_by_page(conversations: Conversations, owner: str) -> None:
    turns = [done(asked(f"问 {number}"), "答") for number in range(5)]
    id_ = await begin(conversations, owner, *turns)
    read: list[str] = []
    cursor = None
    while True:
        page = await conversations.get(owner, id_, 2, cursor)
        read += [turn.id for turn in page.turns]
        cursor = page.next_cursor
        if not cursor:
            break
    assert read == [turn.id for turn in turns]


async def test_conversations_are_listed_newest_first_without_those_of_strangers(
    conversations: Conversations, owner: str
) -> None:
    begun_ = [await begin(conversations, owner, title=f"第{number}个") for number in range(3)]
    await begin(conversations, f"{owner}-2")
    first = await conversations.page(owner, 2)
    rest = await conversations.page(owner, 2, first.next_cursor)
    assert [item.id for item in (*first.items, *rest.items)] == begun_[::-1]
    assert [item.title for item in first.items] == ["第2个", "第1个"]
    assert rest.next_cursor is None


async def test_what_went_wrong_is_kept_with_what_was_written(
    conversations: Conversations, owner: str
) -> None:
    cut, held, mute = failed(asked("one"), "半个"), stopped(asked("two"), "half an"), failed(asked("three"))
    id_ = await begin(conversations, owner, cut, held, mute)
    turns = (await conversations.get(owner, id_)).turns
    assert [turn.status for turn in turns] == ["failed", "stopped", "failed"]
    assert [turn.output for turn in turns] == ["半个", "half an", ""]
    assert [turn.messages[-1]["content"] for turn in turns] == ["半个", "half an", "three"]
    assert turns[0].error
    assert turns[0].error["code"] == "model_cut"


async def test_a_turn_whose_process_died_reads_as_failed(conversations: Conversations, owner: str) -> None:
    old = begun(ulid(time.time() - LAPSE_S - 1), [{"role": "user", "content": "?"}], model="m")
    id_ = await begin(conversations, owner, old, asked("young"))
    lost, young = (await conversations.get(owner, id_)).turns
    assert lost.error
    assert (lost.status, lost.error["code"], young.status) == ("failed", "interrupted", "running")


async def test_a_run_that_is_made_again_is_one_turn(conversations: Conversations, owner: str) -> None:
    turn = asked("again")
    id_ = await conversations.begin(owner, title="t", id_=turn.id)
    assert await conversations.begin(owner, title="t", id_=turn.id) == id_
    await conversations.add(owner, id_, turn)
    await conversations.add(owner, id_, turn)
    await conversations.finish(owner, id_, done(turn, "answer"))
    await conversations.finish(owner, id_, done(turn, "answer"))
    await conversations.add(owner, id_, turn)
    assert await conversations.begin(owner, title="t", id_=turn.id) == id_
    read = await conversations.get(owner, id_)
    assert (read.turn_count, [one.output for one in read.turns]) == (1, ["answer"])


async def test_several_go_on_with_a_conversation_at_once(conversations: Conversations, owner: str) -> None:
    id_ = await begin(conversations, owner)

    async def go_on(number: int) -> None:
        turn = asked(f"问 {number}")
        await conversations.add(owner, id_, turn)
        await conversations.finish(owner, id_, done(turn, f"答 {number}"))

    await asyncio.gather(*map(go_on, range(12)))
    read = await conversations.get(owner, id_)
    assert read.turn_count == 12
    assert {turn.output for turn in read.turns} == {f"答 {number}" for number in range(12)}
    assert [turn.id for turn in read.turns] == sorted(turn.id for turn in read.turns)


async def test_a_turn_of_megabytes_comes_back_as_it_was(
    conversations: Conversations, cloud: Stack, owner: str
) -> None:
    text = noise(400_000)  # more than a megabyte in UTF-8
    small, turn = done(asked("small"), "s"), asked(text)
    id_ = await begin(conversations, owner, small, turn)
    assert f"conversations/{owner}/{id_}/{turn.id}.json.gz" in await left_of(cloud, owner)
    assert [one.messages async for one in conversations.turns(owner, id_)][-1] == turn.messages
    await conversations.finish(owner, id_, done(turn, text[::-1]))
    later = done(asked("later"), "l")
    await conversations.add(owner, id_, later)
    first = await conversations.get(owner, id_)
    assert [one.output for one in first.turns] == ["s"]  # large ones come one by one
    second = await conversations.get(owner, id_, cursor=first.next_cursor)
    assert [one.output for one in second.turns] == [text[::-1]]
    third = await conversations.get(owner, id_, cursor=second.next_cursor)
    assert ([one.id for one in third.turns], third.next_cursor) == ([later.id], None)


async def test_a_long_system_prompt_weighs_on_no_list(
    conversations: Conversations, table: Table, cloud: Stack, owner: str
) -> None:
    prompt = noise(300_000)
    id_ = await conversations.begin(owner, title="t", system_prompt=prompt)
    assert (await conversations.find(owner, id_)).system_prompt == prompt
    assert len(str(await table.get(f"{owner}/conversations", id_))) < 1000
    await conversations.delete(owner, id_)
    assert await left_of(cloud, owner) == []


async def test_what_is_no_json_is_refused_before_anything_is_kept(
    conversations: Conversations, owner: str
) -> None:
    id_ = await begin(conversations, owner)
    deep: list[object] = []
    for _ in range(400):
        deep = [deep]
    for content in ("half \ud83d", 2**70, deep):
        with pytest.raises(Invalid):
            await conversations.add(owner, id_, asked("", {"role": "user", "content": content}))
    assert (await conversations.get(owner, id_)).turn_count == 0


async def test_a_conversation_has_its_title_from_its_owner(conversations: Conversations, owner: str) -> None:
    id_ = await begin(conversations, owner)
    before = await conversations.find(owner, id_)
    renamed = await conversations.rename(owner, id_, "  关于\n水\x00 💧 ")
    assert renamed.title == "关于 水 💧"
    assert renamed.updated_at >= before.updated_at
    assert (await conversations.page(owner, 1)).items == [renamed]
    assert (await conversations.rename(owner, id_, "\u200b\x07")).title == "Untitled"


@pytest.mark.parametrize("title", ["", " \n\t", "長" * 201, 3, None])
def test_a_title_is_short_and_not_blank(title: object) -> None:
    with pytest.raises(ValidationError):
        Rename.model_validate({"title": title})
    assert Rename.model_validate({"title": "長" * 200})


async def test_strangers_find_nothing(conversations: Conversations, owner: str) -> None:
    turn = done(asked("q"), "secret")
    id_ = await begin(conversations, owner, turn)
    for stranger, name in ((f"{owner}-2", id_), (owner, new_id()), (owner, ""), (owner, "长" * 3000)):
        for attempt in (
            conversations.find(stranger, name),
            conversations.get(stranger, name),
            conversations.history(stranger, name),
            conversations.rename(stranger, name, "mine"),
            conversations.delete(stranger, name),
            conversations.add(stranger, name, asked("q")),
        ):
            with pytest.raises(NotFound):
                await attempt
    await conversations.finish(f"{owner}-2", id_, done(turn, "forged"))
    assert (await conversations.get(owner, id_)).turns == [turn]


async def test_a_full_conversation_takes_no_turn(
    conversations: Conversations, cloud: Stack, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slice_, "MAX_TURNS", 2)
    id_ = await begin(conversations, owner, asked("1"), last := asked("2"))
    with pytest.raises(Conflict, match="at most 2 turns"):
        await conversations.add(owner, id_, surplus := asked("3"))
    await conversations.finish(owner, id_, done(surplus, "kept nowhere"))
    await conversations.add(owner, id_, last)
    read = await conversations.get(owner, id_)
    assert (read.turn_count, len(read.turns)) == (2, 2)


async def test_nothing_is_left_of_what_was_deleted(
    conversations: Conversations, cloud: Stack, owner: str
) -> None:
    large = done(asked(noise(300_000)), "a")
    id_ = await begin(conversations, owner, large, *(done(asked("q"), "a") for _ in range(3)))
    other = await begin(conversations, owner, large)
    await conversations.delete(owner, id_)
    with pytest.raises(NotFound):
        await conversations.delete(owner, id_)
    assert [item.id for item in (await conversations.page(owner, 10)).items] == [other]
    assert (await conversations.get(owner, other)).turns == [large]
    await conversations.delete(owner, other)
    assert await left_of(cloud, owner) == []


async def test_a_turn_that_ends_after_its_conversation_leaves_nothing(
    conversations: Conversations, cloud: Stack, owner: str
) -> None:
    small, large = asked("q"), asked("q")
    id_ = await begin(conversations, owner, small, large)
    await conversations.delete(owner, id_)
    await conversations.finish(owner, id_, done(small, "late"))
    await conversations.finish(owner, id_, done(large, noise(300_000)))
    with pytest.raises(NotFound):
        await conversations.add(owner, id_, asked(noise(300_000)))
    assert await left_of(cloud, owner) == []


async def test_a_deletion_amid_turns_leaves_nothing(
    conversations: Conversations, cloud: Stack, owner: str
) -> None:
    text = noise(300_000)

    async def go_on(id_: str, number: int) -> None:
        turn = asked("q" if number % 3 else text)
        try:
            await conversations.add(owner, id_, turn)
            await conversations.finish(owner, id_, done(turn, "a" if number % 2 else text))
        except NotFound:
            pass

    async def deleted(id_: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await conversations.delete(owner, id_)

    for step in range(4):
        id_ = await begin(conversations, owner)
        await asyncio.gather(*(go_on(id_, number) for number in range(6)), deleted(id_, step * 0.02))
    assert await left_of(cloud, owner) == []


async def test_a_deletion_that_was_cut_off_can_be_repeated(
    conversations: Conversations,
    table: Table,
    cloud: Stack,
    owner: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turn = asked("q")
    id_ = await begin(conversations, owner, done(asked(noise(300_000)), "a"), turn)
    nowhere = aws.Service("s3", "bucket")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        elsewhere.setattr(aws, "ATTEMPTS", 1)
        await nowhere.run(lambda _: None)
    with pytest.raises(Unavailable):
        await Conversations(table, Objects(nowhere, settings().bucket, "conversations")).delete(owner, id_)
    await nowhere.aclose()
    assert (await conversations.page(owner, 10)).items == []
    with pytest.raises(NotFound):
        await conversations.get(owner, id_)
    with pytest.raises(NotFound):
        await conversations.add(owner, id_, asked("q"))
    await conversations.finish(owner, id_, done(turn, "late"))
    assert turn.id not in [one.id async for one in conversations.turns(owner, id_)]
    await conversations.delete(owner, id_)
    assert await left_of(cloud, owner) == []
