"""How many calls a run makes at most; the model is a server on loopback."""

import threading
from collections import Counter
from math import ceil

import pytest

from freshet.errors import NoQuestion
from freshet.exercises.gate import same
from freshet.exercises.generation import writing
from freshet.exercises.generation.inspection import MOST_CALLS
from freshet.exercises.generation.plan import BATCH
from freshet.exercises.question import Question
from tests.unit.exercises.generation.examiner import FACTS, TEXT, Said, examiner, key, short, written
from tests.unit.exercises.generation.making import facts, final, generated, texts

pytestmark = pytest.mark.usefixtures("cloud")

COUNT = 50
LONG = "\n\n".join(f"# Chapter {at}\n\n{TEXT}\n\n" + "It says nothing at all. " * 350 for at in range(40))
OTHERS = written(*(short(number) for number in range(1, 5)))


async def test_a_very_bad_model_is_called_only_so_often(owner: str) -> None:
    """All drafts but the first are answered otherwise, and so are those that mend them."""

    def knows(question: Said) -> list[str]:
        return key(question) if question["question"] == FACTS[0][1] else ["no idea"]

    async with examiner(written(short(0)), OTHERS, knows=knows) as model:
        events, error = await generated(model, owner, text=LONG, count=COUNT)
    assert error is None
    assert texts(events) == facts(0)
    calls = Counter(kind for kind, _ in model.calls)
    assert calls["write"] <= 2 * (ceil(COUNT / BATCH) + 2)
    assert calls["answer"] + calls["mend"] <= MOST_CALLS * (COUNT + BATCH)
    assert calls.total() <= 192  # as the module's docstring says
    assert final(events)["dropped"] == final(events)["reasons"]["reanswer"] >= COUNT


async def test_a_model_of_which_no_call_brings_anything_is_not_asked_again(owner: str) -> None:
    async with examiner(OTHERS, knows=lambda question: ["no idea"]) as model:
        _, error = await generated(model, owner, text=LONG, count=20)
    assert isinstance(error, NoQuestion)
    assert "20 dropped" in error.detail
    assert len(model.of("write")) == 7


async def test_questions_are_not_compared_in_the_loop(owner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []

    def noted(one: Question, other: Question) -> bool:
        threads.append(threading.get_ident())
        return same(one, other)

    monkeypatch.setattr(writing, "same", noted)
    async with examiner(written(short(0), short(1), short(2))) as model:
        events, _ = await generated(model, owner, count=3)
    assert len(texts(events)) == 3
    assert len(threads) == 3
    assert threading.get_ident() not in threads
