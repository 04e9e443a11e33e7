"""Exercises from an owner's documents, in a real index."""

import pytest

from freshet import wiring
from freshet.documents.claim import Work
from freshet.errors import Conflict
from freshet.exercises.collection import Collection
from freshet.ids import new_id
from freshet.runs.events import Started
from tests.unit.exercises.generation.examiner import FACTS, examiner, short, written
from tests.unit.exercises.generation.making import facts, generated, items, texts
from tests.unit.llm.upstream import refuses

pytestmark = pytest.mark.usefixtures("product")


async def put(owner: str, *numbers: int) -> str:
    """The id of an indexed document about these facts."""
    text = "\n\n".join(FACTS[number][0] for number in numbers)
    document = await wiring.library().upload(owner, "facts.md", f"# Facts\n\n{text}\n".encode())
    await wiring.ingest().process(Work(owner, document.id, "s3:1:1"), budget_s=60)
    return document.id


async def test_questions_name_their_place_in_the_documents(owner: str, exercises: Collection) -> None:
    ids = [await put(owner, 0, 1), await put(owner, 2)]
    id_ = new_id()
    async with examiner(written(short(0), short(1)), written(short(2))) as model:
        events, error = await generated(model, owner, id_, text=None, document_ids=ids, count=3)
    assert error is None
    assert events[0] == Started({"model": "scripted", "exercise_id": id_, "asked": 3, "parts": 2})
    assert sorted(texts(events)) == sorted(facts(0, 1, 2))
    places = {item["question"]: item["source"] for item in items(events)}
    assert [places[one]["document_id"] for one in facts(0, 1, 2)] == [ids[0], ids[0], ids[1]]
    assert places[facts(2)[0]] == {
        "quote": FACTS[2][0],
        "start": len("Facts\n\n"),
        "end": len("Facts\n\n") + len(FACTS[2][0]),
        "document_id": ids[1],
        "filename": "facts.md",
        "page": None,
        "heading": ["Facts"],
    }
    assert (await exercises.get(owner, id_)).document_ids == ids
    assert all('filename="facts.md"' in call for _, call in model.calls)


async def test_documents_add_what_they_say_about_a_text(owner: str, exercises: Collection) -> None:
    document_id = await put(owner, 1)
    text = f"{FACTS[0][0]} The heart of an adult is a muscle that moves blood."
    id_ = new_id()
    async with examiner(written(short(0)), written(short(1))) as model:
        events, error = await generated(model, owner, id_, text=text, use_documents=True, count=2)
    assert error is None
    assert isinstance(events[0], Started)
    assert events[0].data["parts"] == 2
    assert sorted(texts(events)) == sorted(facts(0, 1))
    places = {item["question"]: item["source"]["document_id"] for item in items(events)}
    assert places == {facts(0)[0]: None, facts(1)[0]: document_id}
    assert (await exercises.get(owner, id_)).document_ids == [document_id]


async def test_an_exercise_goes_on_though_its_document_is_deleted(owner: str, exercises: Collection) -> None:
    ids, id_ = [await put(owner, 0, 1)], new_id()
    async with examiner(written(short(0)), refuses(400)) as model:
        await generated(model, owner, id_, text=None, document_ids=ids, count=2)
    await wiring.library().delete(owner, ids[0])
    async with examiner(written(short(1))) as model:
        events, error = await generated(model, owner, id_, text=None, document_ids=ids, count=2)
    assert error is None
    assert sorted(texts(events)) == sorted(facts(0, 1))
    assert items(events)[1]["source"]["document_id"] == ids[0]
    assert (await exercises.get(owner, id_)).document_ids == ids


async def test_a_document_that_is_not_read_yet_is_a_conflict(owner: str) -> None:
    document, _ = await wiring.library().start_upload(owner, "a.md")
    async with examiner(written()) as model:
        _, error = await generated(model, owner, text=None, document_ids=[document.id])
    assert isinstance(error, Conflict)
    assert model.calls == []
