import asyncio
import time
from typing import Any

import pytest

from freshet.errors import Conflict, FreshetError, NotFound, TooLarge
from freshet.exercises import collection as slice_
from freshet.exercises.attempts import Attempts
from freshet.exercises.collection import Collection
from freshet.exercises.exercise import Exercise
from freshet.exercises.material.sections import Material, Materials
from freshet.exercises.question import Question
from freshet.exercises.requests import Listing
from freshet.runs.record import iso
from freshet.stores import table as table_
from freshet.stores.table import Table
from tests.stack import Stack
from tests.unit.exercises.kept import MADE, attempt, essay, exercise, left_of, question, result


async def begin(exercises: Collection, owner: str, *concepts: list[str], **members: Any) -> Exercise:
    """A finished exercise with a question a list of concepts."""
    begun = await exercises.begin(owner, exercise(**members))
    await exercises.add(owner, begun.id, *(question(f"q{n}", some) for n, some in enumerate(concepts)))
    state = members.get("state", "ready")
    return await exercises.end(owner, begun.id, state=state, repaired=0, dropped=0, reasons={})


async def listed(exercises: Collection, owner: str, **wanted: Any) -> list[str]:
    page, cursor = await exercises.page(owner, Listing(**wanted))
    assert cursor is None
    return [one.id for one in page]


async def test_the_head_follows_its_questions(exercises: Collection, owner: str) -> None:
    begun = await exercises.begin(owner, exercise(title="水", document_ids=["d1"]))
    await exercises.add(owner, begun.id, question("q1", ["Water", "冰"]))
    await exercises.add(owner, begun.id, essay("q2", ["WATER ", "Steam"], points=2.5))
    head = await exercises.get(owner, begun.id)
    assert (head.state, head.questions, head.points) == ("generating", 2, 3.5)
    assert (head.types, head.concepts) == (["essay", "true_false"], ["Water", "冰", "Steam"])
    ended = await exercises.end(
        owner, begun.id, state="ready", repaired=1, dropped=2, reasons={"key": 2, "quote": 1}
    )
    assert ended == await exercises.get(owner, begun.id)
    assert (ended.state, ended.dropped, ended.reasons) == ("ready", 2, {"key": 2, "quote": 1})
    assert ended.created_at == MADE < ended.updated_at


async def test_questions_come_back_as_they_were_and_in_order(exercises: Collection, owner: str) -> None:
    begun = await exercises.begin(owner, exercise())
    kept = [question(f"q{number}", points=1e-200 if number == 3 else 0.1) for number in range(1, 12)]
    await exercises.add(owner, begun.id, *reversed(kept))
    assert await exercises.questions(owner, begun.id) == kept
    assert await exercises.question(owner, begun.id, "q3") == kept[2]
    with pytest.raises(NotFound, match="q12"):
        await exercises.question(owner, begun.id, "q12")


async def test_what_is_begun_again_goes_on_with_what_it_has(exercises: Collection, owner: str) -> None:
    first = await begin(exercises, owner, ["a"], state="partial", run_id="run-1")
    again = await exercises.begin(owner, exercise(id=first.id, title="other", run_id="run-2"))
    assert (again.state, again.run_id, again.questions, again.title) == ("generating", "run-2", 1, "Water")


async def test_a_finished_exercise_stays_finished_when_begun_again(exercises: Collection, owner: str) -> None:
    first = await begin(exercises, owner, ["a"])
    assert await exercises.begin(owner, exercise(id=first.id)) == first


async def test_adding_the_same_question_again_counts_it_once(exercises: Collection, owner: str) -> None:
    begun = await exercises.begin(owner, exercise())
    for _ in range(2):
        await exercises.add(owner, begun.id, question("q1"))
    assert (await exercises.get(owner, begun.id)).questions == 1
    with pytest.raises(Conflict, match="q1"):
        await exercises.add(owner, begun.id, question("q1", ["other"]))
    assert (await exercises.question(owner, begun.id, "q1")).concepts == ["water"]


async def test_adds_at_once_lose_nothing_of_each_other(exercises: Collection, owner: str) -> None:
    begun = await exercises.begin(owner, exercise())
    added = [question(f"q{number}", [f"concept {number}"]) for number in range(6)]
    await asyncio.gather(*(exercises.add(owner, begun.id, one) for one in added))
    head = await exercises.get(owner, begun.id)
    assert (head.questions, head.points) == (6, 6)
    assert head.concepts == [f"concept {number}" for number in range(6)]


async def test_who_counted_too_early_counts_again(
    exercises: Collection, materials: Materials, table: Table, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = await exercises.begin(owner, exercise())
    faster, read = Collection(table, materials), exercises._questions
    raced: list[bool] = []

    async def overtaken(*arguments: str) -> list[Question]:
        found = await read(*arguments)
        if not raced:
            raced.append(True)
            await faster.add(owner, begun.id, question("q2"))
        return found

    monkeypatch.setattr(exercises, "_questions", overtaken)
    await exercises.add(owner, begun.id, question("q1"))
    assert (await exercises.get(owner, begun.id)).questions == 2


async def test_an_exercise_and_a_question_are_bounded(
    exercises: Collection, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slice_, "MAX_QUESTIONS", 2)
    begun = await exercises.begin(owner, exercise())
    with pytest.raises(TooLarge):
        await exercises.add(owner, begun.id, question("q1", explanation="水" * 100_000))
    await exercises.add(owner, begun.id, question("q1"), question("q2"))
    with pytest.raises(Conflict, match="at most 2"):
        await exercises.add(owner, begun.id, question("q3"))
    assert len(await exercises.questions(owner, begun.id)) == 2


async def test_a_head_holds_whatever_its_questions_are_about(exercises: Collection, owner: str) -> None:
    begun = await exercises.begin(owner, exercise())
    concepts = [f"{number} {'概念' * 100}" for number in range(400)]
    await exercises.add(owner, begun.id, question("q1", concepts))
    head = await exercises.get(owner, begun.id)
    assert len(head.concepts) == slice_.MAX_CONCEPTS
    assert await listed(exercises, owner, concept=concepts[0][:200]) == [begun.id]


async def test_a_question_is_replaced_by_its_next_version_only(exercises: Collection, owner: str) -> None:
    begun = await begin(exercises, owner, ["old"])
    new = question("q0", ["new"], version=2)
    for _ in range(2):
        await exercises.replace(owner, begun.id, new)
    assert await exercises.questions(owner, begun.id) == [new]
    assert (await exercises.get(owner, begun.id)).concepts == ["new"]
    with pytest.raises(Conflict):
        await exercises.replace(owner, begun.id, question("q0", ["faster"], version=2))
    with pytest.raises(NotFound):
        await exercises.replace(owner, begun.id, question("q7", version=2))


async def test_a_replacement_and_an_addition_at_once_are_both_counted(
    exercises: Collection, owner: str
) -> None:
    begun = await begin(exercises, owner, ["old"])
    await asyncio.gather(
        exercises.replace(owner, begun.id, question("q0", ["new"], version=2)),
        exercises.add(owner, begun.id, question("q1", ["added"])),
    )
    assert (await exercises.get(owner, begun.id)).concepts == ["new", "added"]


async def test_exercises_are_listed_newest_first_without_those_of_strangers(
    exercises: Collection, owner: str
) -> None:
    begun = [(await begin(exercises, owner, ["a"], title=f"第{n}个")).id for n in range(3)]
    await begin(exercises, f"{owner}-2", ["a"])
    first, cursor = await exercises.page(owner, Listing(limit=2))
    rest, end = await exercises.page(owner, Listing(limit=2, cursor=cursor))
    assert sorted(one.id for one in (*first, *rest)) == sorted(begun)
    assert [one.id for one in (*first, *rest)] == sorted(begun, reverse=True)
    assert (len(first), end) == (2, None)


@pytest.mark.parametrize(
    "wanted",
    [
        {"document_id": "d1"},
        {"type": "true_false"},
        {"concept": "photosynthesis"},
        {"concept": "  PhotoSYNTHESIS "},
        {"concept": "ＰＨＯＴＯＳＹＮＴＨＥＳＩＳ"},
        {"concept": "細胞膜"},
        {"concept": "“细胞膜”。"},
        {"q": "biology"},
        {"q": "細胞"},
        {"q": " 的 cell"},
        {"state": "ready"},
        {"state": "ready", "type": "true_false", "concept": "细胞膜", "q": "细胞", "document_id": "d1"},
    ],
)
async def test_exercises_are_found_by_what_they_are_about(
    exercises: Collection, owner: str, wanted: dict[str, Any]
) -> None:
    about = ["Photosynthesis"], ["细胞膜"]
    found = await begin(exercises, owner, *about, title="Biology: 细胞的  Cell", document_ids=["d0", "d1"])
    other = await exercises.begin(owner, exercise(title="Physics", document_ids=["d10"]))
    await exercises.add(owner, other.id, essay("q1", ["photosynthesis rate", "细胞"]))
    assert await listed(exercises, owner, **wanted) == [found.id]


@pytest.mark.parametrize(
    "wanted", [{"document_id": "d"}, {"concept": "细胞"}, {"concept": "!?"}, {"q": "chemistry"}]
)
async def test_what_nothing_is_about_finds_nothing(
    exercises: Collection, owner: str, wanted: dict[str, Any]
) -> None:
    await begin(exercises, owner, ["细胞膜"], title="Biology", document_ids=["d1"])
    assert await listed(exercises, owner, **wanted) == []


async def test_an_exercise_that_nobody_makes_any_more_reads_as_partial(
    exercises: Collection, owner: str
) -> None:
    alive = await exercises.begin(owner, exercise())
    await exercises.add(owner, alive.id, question("q1"))
    dead = await exercises.begin(owner, exercise(types=["true_false"]))
    ended = await begin(exercises, owner, ["a"], state="partial")
    done = await begin(exercises, owner, ["a"])
    assert (await exercises.get(owner, dead.id)).state == "partial"
    assert await listed(exercises, owner, state="generating") == [alive.id]
    assert sorted(await listed(exercises, owner, state="partial")) == sorted([dead.id, ended.id])
    assert await listed(exercises, owner, state="ready") == [done.id]
    await exercises.add(owner, dead.id, question("q1"))
    assert (await exercises.get(owner, dead.id)).state == "generating"


async def test_what_nothing_came_of_is_not_listed(exercises: Collection, owner: str) -> None:
    """The head that a process leaves which dies before it has a question."""
    await exercises.begin(owner, exercise())
    new = await exercises.begin(owner, exercise(updated_at=iso(time.time())))
    for state in (None, "generating"):
        assert await listed(exercises, owner, state=state) == [new.id]
    assert await listed(exercises, owner, state="partial") == []


async def test_a_deletion_leaves_nothing_however_much_there_was(
    exercises: Collection,
    attempts: Attempts,
    materials: Materials,
    owner: str,
    cloud: Stack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table_, "_AT_ONCE", 10)
    begun = await exercises.begin(owner, exercise())
    await exercises.add(owner, begun.id, *(question(f"q{number}") for number in range(25)))
    await asyncio.gather(*(attempts.keep(owner, attempt(begun.id, result("q1", 1))) for _ in range(15)))
    await materials.put(owner, begun.id, Material(title="Water", sections=[]))
    assert len(await left_of(cloud, owner)) == 25 + 15 + 2
    await exercises.delete(owner, begun.id)
    assert await left_of(cloud, owner) == []
    with pytest.raises(NotFound):
        await exercises.delete(owner, begun.id)


async def test_a_deletion_ends_what_is_still_made_and_nothing_stays(
    exercises: Collection, owner: str, cloud: Stack
) -> None:
    begun = await exercises.begin(owner, exercise())

    async def make() -> None:
        for number in range(100):
            await exercises.add(owner, begun.id, question(f"q{number}"))

    making = asyncio.create_task(make())
    await asyncio.sleep(0.1)
    await exercises.delete(owner, begun.id)
    with pytest.raises(NotFound):
        await making
    assert await left_of(cloud, owner) == []
    with pytest.raises(NotFound):
        await exercises.end(owner, begun.id, state="ready", repaired=0, dropped=0, reasons={})


async def test_a_question_that_comes_after_the_deletion_does_not_stay(
    exercises: Collection, owner: str, cloud: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = await exercises.begin(owner, exercise())
    put = exercises._put

    async def deleted_first(*arguments: Any) -> None:
        await exercises.delete(owner, begun.id)
        await put(*arguments)

    monkeypatch.setattr(exercises, "_put", deleted_first)
    with pytest.raises(NotFound):
        await exercises.add(owner, begun.id, question("q1"))
    assert await left_of(cloud, owner) == []


async def test_a_deletion_that_was_cut_off_is_out_of_sight_and_can_be_repeated(
    exercises: Collection, owner: str, cloud: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = await begin(exercises, owner, ["a"])
    with monkeypatch.context() as cut:
        cut.setattr(exercises._materials._objects, "_bucket", "nowhere")
        with pytest.raises(FreshetError):
            await exercises.delete(owner, begun.id)
    assert await left_of(cloud, owner)
    assert await listed(exercises, owner) == []
    for looked in (exercises.get, exercises.questions):
        with pytest.raises(NotFound):
            await looked(owner, begun.id)
    with pytest.raises(NotFound):
        await exercises.begin(owner, exercise(id=begun.id))
    await exercises.delete(owner, begun.id)
    assert await left_of(cloud, owner) == []


@pytest.mark.parametrize(
    "id_", ["", "x" * 3000, "q", "01M80T6VP6DKZY5K1AFSPA6843", "01M80T6VP6DKZY5K1AFSPA6843/../x"]
)
async def test_an_exercise_that_is_not_there_is_not_found(
    exercises: Collection, owner: str, id_: str
) -> None:
    for looked in (exercises.get, exercises.questions, exercises.delete):
        with pytest.raises(NotFound):
            await looked(owner, id_)
    for asked in (exercises.add, exercises.replace):
        with pytest.raises(NotFound):
            await asked(owner, id_, question("q1", version=2))


async def test_strangers_find_nothing(exercises: Collection, owner: str) -> None:
    begun = await begin(exercises, owner, ["a"])
    for looked in (exercises.get, exercises.questions, exercises.delete):
        with pytest.raises(NotFound):
            await looked(f"{owner}-2", begun.id)
    assert await exercises.get(owner, begun.id) == begun
