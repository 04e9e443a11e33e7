import pytest

from freshet import wiring
from freshet.errors import ModelError, Unavailable
from freshet.rag.passage import Passage, Query
from freshet.rag.retrieve import HybridRetriever
from freshet.stores.vectors import Vectors
from tests.unit.rag.conftest import Put

HANDBOOK = "# Leave\n\nStaff have 25 days of paid leave.\n\n# Pay\n\nWages come on the 28th.\n"
CHINESE = "# 休假\n\n员工每年享有25天带薪年假。\n\n# 工资\n\n工资于每月28日发放。\n"
DOWN = "http://127.0.0.1:9"


async def search(owner: str, query: str, limit: int = 5, **narrowed: object) -> list[Passage]:
    return await wiring.retriever().search(owner, Query(query, limit=limit, **narrowed))  # type: ignore[arg-type]  # filters


async def test_a_passage_says_where_it_stands(put: Put, owner: str) -> None:
    document_id = await put(HANDBOOK, "handbook.md")
    best = (await search(owner, "paid leave"))[0]
    assert (best.document_id, best.filename, best.page) == (document_id, "handbook.md", None)
    assert "25 days of paid leave" in best.text
    assert best.end - best.start == len(best.text)
    assert best.score > 0
    hits, _ = await wiring.library().chunks(owner, document_id, limit=50, cursor=0)
    assert best.chunk_id in {hit.id for hit in hits}


@pytest.mark.parametrize(
    ("query", "wanted"), [("paid leave", "25 days"), ("带薪年假有几天", "25天"), ("發放工資", "28日")]
)
async def test_the_best_passage_comes_first_in_either_language(
    put: Put, owner: str, query: str, wanted: str
) -> None:
    for text in (HANDBOOK, CHINESE, "# Other\n\nThe canteen opens at noon.\n"):
        await put(text)
    found = await search(owner, query)
    assert wanted in found[0].text
    assert [passage.score for passage in found] == sorted((one.score for one in found), reverse=True)


async def test_only_what_the_owner_asked_about_is_searched(put: Put, owner: str) -> None:
    first, second = await put(HANDBOOK), await put(HANDBOOK, kind="doc")
    assert await search("stranger", "paid leave") == []
    assert {one.document_id for one in await search(owner, "paid leave")} == {first, second}
    narrowed = await search(owner, "paid leave", document_ids=[first, "nope"])
    assert {one.document_id for one in narrowed} == {first}
    assert {one.document_id for one in await search(owner, "paid leave", kind="doc")} == {second}
    assert len(await search(owner, "paid leave", limit=1)) == 1


async def test_a_query_without_words_is_no_error(put: Put, owner: str) -> None:
    await put(HANDBOOK)
    for query in ("???", "。。。", "🎉", "the of and"):
        await search(owner, query)


async def test_an_owner_without_documents_finds_nothing(owner: str, put: Put) -> None:
    assert await search(owner, "paid leave") == []


async def test_the_part_that_fails_is_named(put: Put, owner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await put(HANDBOOK)
    nowhere = HybridRetriever(Vectors(DOWN, "none", 256), wiring.embed)
    with pytest.raises(Unavailable) as caught:
        await nowhere.search(owner, Query("leave", limit=5))
    assert caught.value.part == "index"
    await wiring.aclose()
    monkeypatch.setenv("MODEL_BASE_URL", f"{DOWN}/v1")
    monkeypatch.setenv("LLM_ASYNC_TIMEOUT", "0.3")
    with pytest.raises(ModelError):
        await search(owner, "leave")


def passage(**changes: object) -> Passage:
    fields: dict[str, object] = {
        "document_id": "d",
        "chunk_id": "c",
        "filename": "手册.pdf",
        "text": "text",
        "page": 3,
        "heading": ("A",),
        "start": 100,
        "end": 104,
        "score": 1.0,
    }
    return Passage(**(fields | changes))  # type: ignore[arg-type]  # the fields above


def test_a_place_in_a_passage_has_the_page_and_headings_of_the_last_mark_before_it() -> None:
    one = passage(marks=((100, 3, ("A",)), (150, 4, ("A", "B"))))
    assert one.place(100) == (3, ("A",))
    assert one.place(149) == (3, ("A",))
    assert one.place(150) == (4, ("A", "B"))
    assert one.place(99) == (3, ("A",))
    assert passage().place(120) == (3, ("A",))


def test_clients_see_a_passage_without_what_only_citations_need() -> None:
    assert passage().as_dict() == {
        "document_id": "d",
        "chunk_id": "c",
        "filename": "手册.pdf",
        "text": "text",
        "page": 3,
        "heading": ["A"],
        "score": 1.0,
    }
