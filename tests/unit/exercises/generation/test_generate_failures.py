"""What becomes of a run where calls fail: what is paid for and good is kept, and what failed is heard."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from freshet.errors import (
    BudgetSpent,
    ModelAuthentication,
    ModelBadRequest,
    ModelRefused,
    NoQuestion,
    NotFound,
    Unavailable,
)
from freshet.exercises.collection import Collection
from freshet.ids import new_id
from tests.answering import collected
from tests.stack import Stack
from tests.unit.exercises.generation.examiner import FACTS, Said, examiner, key, short, written
from tests.unit.exercises.generation.making import (
    ask,
    facts,
    final,
    generated,
    generator,
    items,
    said,
    texts,
)
from tests.unit.exercises.kept import left_of
from tests.unit.llm.upstream import Answer, chunk, refuses, says, sends

pytestmark = pytest.mark.usefixtures("cloud")


def later(answer: Answer, pause: float = 0.1) -> Answer:
    """The answer, a little later."""

    async def waits(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(pause)
        await answer(writer)

    return waits


def but_for(failing: int, refusal: Answer) -> Callable[[Said], Any]:
    """Who knows all keys, a little later, but the one of this fact: that call is refused."""

    def knows(question: Said) -> Answer:
        if question["question"] == FACTS[failing][1]:
            return refusal
        return later(says(json.dumps({"answer": key(question)})))

    return knows


@pytest.mark.parametrize(
    "refusal",
    [refuses(400), refuses(503, retry_after="0"), sends(chunk('{"answer": ["b'), chunk(finish="length"))],
    ids=["400", "503", "cut"],
)
async def test_an_inspection_that_fails_costs_its_own_draft_alone(
    owner: str, exercises: Collection, refusal: Answer
) -> None:
    id_ = new_id()
    drafts = written(*map(short, range(3)))
    async with examiner(drafts, written(), knows=but_for(1, refusal)) as model:
        events, error = await generated(model, owner, id_, count=3)
    assert error is None
    assert sorted(texts(events)) == sorted(facts(0, 2))
    outcome = {"kept": 2, "repaired": 0, "dropped": 0, "reasons": {}, "state": "partial"}
    assert outcome.items() <= final(events).items()
    assert (await exercises.get(owner, id_)).state == "partial"


async def test_what_a_failed_inspection_left_open_is_written_again(owner: str) -> None:
    drafts = [written(*map(short, range(3))), written(short(3))]
    async with examiner(*drafts, knows=but_for(1, refuses(400))) as model:
        events, error = await generated(model, owner, count=3)
    assert error is None
    assert sorted(texts(events)) == sorted(facts(0, 2, 3))
    assert (final(events)["state"], final(events)["dropped"]) == ("ready", 0)


async def test_what_would_meet_every_call_ends_the_writing_but_no_inspection(owner: str) -> None:
    refused = asyncio.Event()

    async def refuse(writer: asyncio.StreamWriter) -> None:
        await refuses(401)(writer)
        refused.set()

    async def goes_on(writer: asyncio.StreamWriter) -> None:
        first, second, third = (json.dumps(short(number)) for number in range(3))
        await sends(chunk(f'{{"items": [{first}, {second}'))(writer)
        await asyncio.wait_for(refused.wait(), 5)
        await asyncio.sleep(0.05)
        writer.write(chunk(f", {third}]}}") + chunk(finish="stop"))
        await writer.drain()

    async with examiner(goes_on, knows=but_for(1, refuse)) as model:
        events, error = await generated(model, owner, count=8)
    assert error is None
    assert texts(events) == facts(0)
    assert len(model.of("write")) == 1
    assert len(model.of("answer")) == 2
    assert (final(events)["state"], final(events)["dropped"]) == ("partial", 0)


async def test_a_budget_that_is_spent_amid_inspections_keeps_what_passed(owner: str) -> None:
    calls = 0

    async def admit(expect: object) -> Callable[[object], Any]:
        nonlocal calls
        calls += 1
        if calls > 2:
            raise BudgetSpent("spent", unit="tokens")
        return settle

    async def settle(used: object) -> None: ...

    async with (
        examiner(written(*map(short, range(4)))) as model,
        generator(model, admit=admit) as maker,
    ):
        events, error = await collected(maker.generate(owner, new_id(), ask(count=4)))
    assert error is None
    assert len(texts(events)) == 1
    assert len(model.of("write")) == 1
    assert (final(events)["state"], final(events)["dropped"]) == ("partial", 0)


async def test_a_repetition_that_adds_nothing_says_why(owner: str, exercises: Collection) -> None:
    id_ = new_id()
    async with examiner(written(short(0)), refuses(401)) as model:
        first, error = await generated(model, owner, id_, count=2)
        assert isinstance(error, ModelAuthentication)
    async with examiner(written(short(1)), knows=lambda question: refuses(401)) as model:
        again, error = await generated(model, owner, id_, count=2)
    assert isinstance(error, ModelAuthentication)
    assert items(again) == items(first)
    assert (await exercises.get(owner, id_)).state == "partial"


async def test_a_failure_right_after_the_beginning_leaves_nothing(
    owner: str, cloud: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(self: Collection, *place: str) -> None:
        raise Unavailable("No answer.", part="table")

    monkeypatch.setattr(Collection, "questions", fails)
    async with examiner(written(short(0))) as model:
        _, error = await generated(model, owner, count=1)
    assert isinstance(error, Unavailable)
    assert await left_of(cloud, owner) == []


async def test_nothing_good_is_an_error_and_leaves_nothing(owner: str, cloud: Stack) -> None:
    bad = short(0, quote="The Moon is made of cheese and nothing else.")
    async with examiner(written(bad, short(1, answer=["bile"]))) as model:
        events, error = await generated(model, owner, count=2)
    assert isinstance(error, NoQuestion)
    assert "4 dropped" in error.detail
    assert "quote 2" in error.detail
    assert "reanswer 2" in error.detail
    assert not items(events)
    assert await left_of(cloud, owner) == []


@pytest.mark.parametrize("refusal", [refuses(401), refuses(400)])
async def test_a_failure_ends_the_run_and_a_repetition_goes_on(
    owner: str, exercises: Collection, refusal: Answer
) -> None:
    id_ = new_id()
    async with examiner(written(*map(short, range(4))), refusal) as model:
        events, error = await generated(model, owner, id_, count=8)
    assert isinstance(error, ModelAuthentication | ModelBadRequest)
    kept = await exercises.questions(owner, id_)
    assert (await exercises.get(owner, id_)).state == "partial"
    assert [one.id for one in kept] == [item["id"] for item in items(events)]
    assert sorted(texts(events)) == sorted(facts(*range(4)))

    rest = [number for number in range(8) if FACTS[number][1] not in texts(events)]
    calls = [written(*map(short, rest[at : at + 4])) for at in range(0, len(rest), 4)]
    async with examiner(*calls) as model:
        again, error = await generated(model, owner, id_, count=8)
    assert error is None
    assert items(again)[: len(kept)] == items(events)
    assert sorted(texts(again)) == sorted(facts(*range(8)))
    assert (final(again)["state"], final(again)["kept"]) == ("ready", 8)
    assert sum(said(call)["count"] for call in model.of("write")) == 8 - len(kept)


async def test_a_failure_in_the_gate_ends_the_run(owner: str, exercises: Collection) -> None:
    id_ = new_id()

    def knows(question: dict[str, Any]) -> Any:
        return refuses(401) if question["question"] == FACTS[1][1] else key(question)

    async with examiner(written(short(0)), written(short(1)), knows=knows) as model, generator(model) as one:
        _, error = await collected(one.generate(owner, id_, ask(count=1)))
        assert error is None
        _, error = await collected(one.generate(owner, second := new_id(), ask(count=1)))
    assert isinstance(error, ModelAuthentication)
    with pytest.raises(NotFound):
        await exercises.get(owner, second)


async def test_calls_that_break_off_are_passed_over(owner: str, exercises: Collection) -> None:
    id_ = new_id()
    filtered = sends(chunk('{"items": ['), chunk(finish="content_filter"))
    async with examiner(filtered, written(*map(short, range(4)))) as model:
        events, error = await generated(model, owner, id_, count=8)
    assert error is None
    assert len(model.of("write")) == 3
    assert sorted(texts(events)) == sorted(facts(*range(4)))
    assert final(events)["state"] == (await exercises.get(owner, id_)).state == "partial"


async def test_a_model_that_refuses_everything_is_heard(owner: str, cloud: Stack) -> None:
    async with examiner(sends(chunk('{"items": ['), chunk(finish="content_filter"))) as model:
        _, error = await generated(model, owner, count=2)
    assert isinstance(error, ModelRefused)
    assert await left_of(cloud, owner) == []


async def test_a_model_that_finds_nothing_to_ask_about_says_so(owner: str) -> None:
    async with examiner(written()) as model:
        _, error = await generated(model, owner, count=2)
    assert isinstance(error, NoQuestion)
    assert error.extra["reasons"] == {}
