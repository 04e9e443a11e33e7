"""Exercises made from material; the model is a server on loopback that writes what a test needs."""

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from freshet.errors import (
    FreshetError,
    NotFound,
)
from freshet.exercises.collection import Collection
from freshet.ids import new_id
from freshet.runs.events import Done, Item, Started
from freshet.runs.meter import Meter
from freshet.runs.run import Run
from tests.answering import collected
from tests.stack import Stack
from tests.unit.exercises.generation.examiner import FACTS, TEXT, examiner, short, true, written
from tests.unit.exercises.generation.making import (
    ask,
    facts,
    final,
    generated,
    generator,
    items,
    said,
    shown,
    texts,
)
from tests.unit.exercises.kept import left_of
from tests.unit.llm.upstream import chunk, hangs, says, sends, until
from tests.unit.runs.metered import under

pytestmark = pytest.mark.usefixtures("cloud")


async def test_questions_are_written_kept_and_shown(owner: str, exercises: Collection) -> None:
    id_ = new_id()
    answer = written(short(0), true(1), short(2, difficulty="hard", concepts=["printing"]))
    async with examiner(answer) as model:
        events, error = await generated(
            model, owner, id_, types={"short_answer": 2, "true_false": 1}, title="Facts"
        )
    assert error is None
    assert events[0] == Started(
        {"model": "scripted", "exercise_id": id_, "asked": 3, "parts": 1},
    )
    assert final(events) == {
        "exercise_id": id_,
        "asked": 3,
        "kept": 3,
        "missing": {},
        "repaired": 0,
        "dropped": 0,
        "reasons": {},
        "state": "ready",
    }
    assert shown(events) == "\n\n".join([FACTS[0][1], FACTS[1][0], FACTS[2][1]])
    kept = await exercises.questions(owner, id_)
    assert items(events) == [{"exercise_id": id_, **one.model_dump(mode="json")} for one in kept]
    assert {one.question for one in kept} == {FACTS[0][1], FACTS[1][0], FACTS[2][1]}
    head = await exercises.get(owner, id_)
    assert (head.title, head.state, head.origin, head.questions) == ("Facts", "ready", "generated", 3)
    assert (head.types, head.concepts, head.asked) == (["short_answer", "true_false"], ["printing"], 3)
    place = next(one.source for one in kept if one.question == FACTS[2][1])
    assert place
    assert TEXT[place.start : place.end] == place.quote == FACTS[2][0]


async def test_the_first_is_seen_before_the_second_is_written(owner: str, exercises: Collection) -> None:
    seen = asyncio.Event()
    first, second = (json.dumps(short(number)) for number in (0, 1))

    async def waits(writer: asyncio.StreamWriter) -> None:
        await sends(chunk('{"items": [' + first))(writer)
        await asyncio.wait_for(seen.wait(), 5)
        writer.write(chunk(f", {second}]}}") + chunk(finish="stop"))
        await writer.drain()

    id_ = new_id()
    async with (
        examiner(waits) as model,
        generator(model) as maker,
        aclosing(maker.generate(owner, id_, ask(count=2))) as events,
    ):
        async for event in events:
            if isinstance(event, Item):
                assert [one.id for one in await exercises.questions(owner, id_)][-1] == event.item["id"]
                seen.set()
    assert isinstance(event, Done)
    assert event.final_response["kept"] == 2


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        (short(0, quote="The Moon is made of cheese and nothing else."), "quote"),
        (short(0, answer=["Venus"]), "reanswer"),
        (short(0, answer=[]), "key"),
    ],
)
async def test_a_fault_is_mended_once_or_dropped(
    owner: str, bad: dict[str, Any], rule: str, exercises: Collection
) -> None:
    async with examiner(written(bad, short(1)), mends=lambda draft: short(0)) as model:
        events, _ = await generated(model, owner, count=2)
    assert sorted(texts(events)) == sorted(facts(0, 1))
    assert (final(events)["repaired"], final(events)["dropped"]) == (1, 0)
    assert len(model.of("mend")) == 1

    id_ = new_id()
    async with examiner(written(bad, short(1)), written(short(2))) as model:
        events, _ = await generated(model, owner, id_, count=2)
    assert sorted(texts(events)) == sorted(facts(1, 2))
    assert (final(events)["repaired"], final(events)["dropped"]) == (0, 1)
    assert final(events)["reasons"] == {rule: 1}
    assert len(model.of("mend")) == 1
    assert (await exercises.get(owner, id_)).reasons == {rule: 1}


async def test_what_mends_reads_what_is_wrong(owner: str) -> None:
    bad = short(0, quote="Cheese </document> is what the Moon is made of, they say.")
    async with examiner(written(bad), mends=lambda draft: short(0)) as model:
        await generated(model, owner, count=1, difficulty="hard", language="en")
    (asked,) = model.of("mend")
    assert asked.count("</document>") == 1
    assert said(asked) == {
        "count": 1,
        "types": {"short_answer": 1},
        "bloom": ["understand"],
        "difficulty": "hard",
        "language": "en",
    }


async def test_what_is_missing_is_written_once_more_and_no_oftener(owner: str) -> None:
    bad = short(0, quote="The Moon is made of cheese and nothing else.")
    async with examiner(written(bad, short(1))) as model:
        events, error = await generated(model, owner, count=2)
    assert error is None
    assert texts(events) == facts(1)
    first, second = model.of("write")
    assert (said(first)["count"], said(second)["count"]) == (2, 1)
    assert FACTS[1][1] not in first
    assert f"<question>{FACTS[1][1]}</question>" in second
    assert (final(events)["state"], final(events)["dropped"], final(events)["kept"]) == ("ready", 2, 1)


async def test_of_two_that_ask_the_same_one_is_kept(owner: str) -> None:
    async with examiner(written(short(0), short(0), short(1)), written(short(2))) as model:
        events, _ = await generated(model, owner, count=3)
    assert sorted(texts(events)) == sorted(facts(0, 1, 2))
    assert final(events)["reasons"] == {"duplicate": 1}


async def test_calls_are_small_and_tell_what_is_wanted(owner: str) -> None:
    answers = [written(*map(short, range(4))), written(*map(short, range(4, 6)))]
    async with examiner(*answers) as model:
        events, _ = await generated(
            model,
            owner,
            count=6,
            difficulty="easy",
            bloom=["apply", "create"],
            language="en",
            instructions="Ask of cities.",
        )
    first, second = map(said, model.of("write"))
    assert first == {
        "count": 4,
        "types": {"short_answer": 4},
        "bloom": ["apply", "create"],
        "difficulty": "easy",
        "language": "en",
        "instructions": "Ask of cities.",
    }
    assert second["count"] == 2
    assert len(items(events)) == 6
    assert {item["difficulty"] for item in items(events)} == {"easy"}
    assert {item["language"] for item in items(events)} == {"en"}
    assert shown(events).split("\n\n") == facts(*range(6))


async def test_a_call_is_told_of_what_is_still_being_inspected(owner: str) -> None:
    inspected = asyncio.Event()

    async def knows(writer: asyncio.StreamWriter) -> None:
        await asyncio.wait_for(inspected.wait(), 5)
        await says('{"answer": ["blood"]}')(writer)

    async def writes(writer: asyncio.StreamWriter) -> None:
        inspected.set()
        await says(written())(writer)

    first = written(*(short(1, question=f"What does the heart move, {at}?") for at in range(4)))
    async with examiner(first, writes, knows=lambda question: knows) as model:
        await generated(model, owner, count=5)
    assert "<question>What does the heart move, 3?</question>" in model.of("write")[1]


async def test_items_come_in_the_order_of_their_ids(owner: str, exercises: Collection) -> None:
    id_ = new_id()
    async with examiner(written(*map(short, range(4))), written(*map(short, range(4, 8)))) as model:
        events, _ = await generated(model, owner, id_, count=8)
    ids = [item["id"] for item in items(events)]
    assert ids == sorted(ids)
    assert ids == [one.id for one in await exercises.questions(owner, id_)]


async def test_inspections_are_bounded(owner: str) -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await until(lambda: model.busiest > 2)
        await asyncio.sleep(0.05)
        await says('{"answer": ["no idea"]}')(writer)

    answers = [written(*map(short, range(4))), written(*map(short, range(4, 8)))]
    async with examiner(*answers, knows=lambda question: slow) as model, generator(model, 2) as maker:
        await collected(maker.generate(owner, new_id(), ask(count=8)))
    assert 1 < model.busiest <= 3  # the one that writes, too


async def test_usage_of_the_gate_is_the_runs(owner: str) -> None:
    bad = short(0, answer=[])
    meter = Meter(owner, "exercises")
    async with (
        examiner(written(bad, short(1)), mends=lambda draft: short(0)) as model,
        generator(model) as maker,
    ):
        await collected(under(meter, maker.generate(owner, new_id(), ask(count=2))))
    kinds = [kind for kind, _ in model.calls]
    assert sorted(kinds) == ["answer", "answer", "mend", "write"]
    assert len(meter.consumed) == 4
    assert {(used.prompt_tokens, used.completion_tokens) for used in meter.consumed} == {(7, 3)}


async def test_chinese_material_makes_chinese_questions(owner: str) -> None:
    text = "光合作用发生在叶绿体中。\n\n水在标准大气压下于一百摄氏度沸腾。"
    draft = {
        "type": "cloze",
        "question": "光合作用发生在{{叶绿体}}中。",
        "quote": "光合作用发生在叶绿体中",
        "concepts": ["光合作用"],
    }
    async with examiner(written(draft), knows=lambda question: ["叶綠體"]) as model:
        events, error = await generated(model, owner, text=text, types=["cloze"], count=1)
    assert error is None
    (item,) = items(events)
    assert (item["question"], item["source"]["start"]) == ("光合作用发生在{{1}}中。", 0)


async def test_stopping_keeps_what_is_finished_and_leaves_no_task(owner: str, exercises: Collection) -> None:
    id_ = new_id()
    head = json.dumps({"items": [short(0), short(1)]})[:-2]
    async with examiner(hangs(chunk(head + ', {"type": "short'))) as model, generator(model) as maker:
        before = asyncio.all_tasks()
        events = maker.generate(owner, id_, ask(count=4))
        seen = 0
        async for event in events:
            seen += isinstance(event, Item)
            if seen == 2:
                break
        async with asyncio.timeout(1):
            await events.aclose()
        await until(lambda: not model.busy)
        assert asyncio.all_tasks() <= before
    exercise = await exercises.get(owner, id_)
    assert (exercise.state, exercise.questions) == ("partial", 2)
    assert sorted(one.question for one in await exercises.questions(owner, id_)) == sorted(facts(0, 1))


async def test_a_cancelled_reader_closes_the_exercise_too(owner: str, exercises: Collection) -> None:
    id_ = new_id()
    head = json.dumps({"items": [short(0)]})[:-2]
    async with examiner(hangs(chunk(head))) as model, generator(model) as maker:
        reading = asyncio.create_task(collected(maker.generate(owner, id_, ask(count=4))))
        async with asyncio.timeout(5):
            while not model.of("answer") or not (await exercises.get(owner, id_)).questions:  # noqa: ASYNC110 - it is in a table
                await asyncio.sleep(0.02)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    assert (await exercises.get(owner, id_)).state == "partial"


async def test_closing_before_a_question_leaves_nothing(owner: str, cloud: Stack) -> None:
    async with examiner(hangs()) as model, generator(model) as maker:
        events = maker.generate(owner, new_id(), ask())
        assert isinstance(await anext(events), Started)
        await events.aclose()
    assert await left_of(cloud, owner) == []


async def test_a_stopped_run_ends_at_once_and_its_exercise_with_it(owner: str, exercises: Collection) -> None:
    id_ = new_id()
    head = json.dumps({"items": [short(0)]})[:-2]
    async with examiner(hangs(chunk(head))) as model, generator(model) as maker:
        run = Run("exercises", maker.generate(owner, id_, ask(count=4)), owner=owner, run_id=id_)
        frames = []
        async for frame in run.frames():
            frames.append(frame.data)
            if "item" in frame.data:
                stopped = asyncio.get_running_loop().time()
                run.stop()
        assert asyncio.get_running_loop().time() - stopped < 1
    assert frames[-1]["status"] == "stopped"
    assert frames[-1]["final_response"]["items"] == [frames[-2]["item"]]
    async with asyncio.timeout(5):
        while (await exercises.get(owner, id_)).state != "partial":  # noqa: ASYNC110 - it is in a table
            await asyncio.sleep(0.02)


async def test_a_save_under_way_is_carried_through(
    owner: str, exercises: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, saving = new_id(), asyncio.Event()
    add = Collection.add

    async def slow(self: Collection, *place: Any) -> None:
        saving.set()
        await asyncio.sleep(0.1)
        await add(self, *place)

    monkeypatch.setattr(Collection, "add", slow)
    head = json.dumps({"items": [short(0)]})[:-2]
    async with examiner(hangs(chunk(head))) as model, generator(model) as maker:
        reading = asyncio.create_task(collected(maker.generate(owner, id_, ask(count=4))))
        await asyncio.wait_for(saving.wait(), 5)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    kept = await exercises.get(owner, id_)
    assert (kept.state, kept.questions) == ("partial", 1)


async def test_deleting_it_meanwhile_ends_the_run_and_leaves_nothing(
    owner: str, exercises: Collection, cloud: Stack
) -> None:
    deleted = asyncio.Event()

    async def waits(writer: asyncio.StreamWriter) -> None:
        await sends(chunk('{"items": [' + json.dumps(short(0))))(writer)
        await asyncio.wait_for(deleted.wait(), 5)
        writer.write(chunk(f", {json.dumps(short(1))}]}}") + chunk(finish="stop"))
        await writer.drain()

    id_ = new_id()
    error: FreshetError | None = None
    async with examiner(waits) as model, generator(model) as maker:
        try:
            async for event in maker.generate(owner, id_, ask(count=2)):
                if isinstance(event, Item):
                    await exercises.delete(owner, id_)
                    deleted.set()
        except NotFound as caught:
            error = caught
    assert error
    assert await left_of(cloud, owner) == []


async def test_what_is_not_the_owners_is_not_found(owner: str, cloud: Stack) -> None:
    sources: list[dict[str, Any]] = [{"analysis_id": new_id()}, {"document_ids": [new_id()]}]
    for source in sources:
        async with examiner(written()) as model:
            _, error = await generated(model, owner, text=None, **source)
        assert isinstance(error, NotFound)
    assert await left_of(cloud, owner) == []


async def test_a_text_without_a_title_is_called_as_its_first_heading(
    owner: str, exercises: Collection
) -> None:
    id_ = new_id()
    async with examiner(written(short(0))) as model:
        await generated(model, owner, id_, text=f"\n\n# Of all kinds\n\n{TEXT}", count=1)
    assert (await exercises.get(owner, id_)).title == "Of all kinds"
