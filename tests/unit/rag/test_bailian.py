"""Whose files a search sees, and what becomes of the nodes that it finds."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from freshet.errors import Unavailable
from freshet.rag.bailian import BailianRetriever, tag_of
from freshet.rag.passage import Passage, Query, Retriever
from freshet.stores.bailian import KnowledgeBase
from tests.unit.stores.bailian_server import (
    ACCESS_KEY,
    INDEX,
    WORKSPACE,
    Bailian,
    File,
    bailian_server,
    failure,
    success,
)

# The SDK takes the time by a function that Python will drop.
pytestmark = pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcnow:DeprecationWarning")

ANN, BEN = "a2a7-ann", "b3c8-ben"
PUMPS = File("file_pumps", "水泵手册", ["水泵每周检查一次。", "水泵的油每年换一次。"], [ANN], title="维护")
VALVES = File("file_valves", "Valves", ["Valves are inspected once a month."], [ANN, "exercise"])
BENS = File("file_ben", "Ben 的水泵", ["Ben 的水泵每天检查。"], [BEN])


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK takes a proxy from the environment, even to loopback."""
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def server() -> AsyncIterator[Bailian]:
    async with bailian_server(PUMPS, VALVES, BENS) as running:
        yield running


@pytest.fixture
async def knowledge(server: Bailian) -> AsyncIterator[KnowledgeBase]:
    async def key() -> str:
        return ":".join(ACCESS_KEY)

    opened = KnowledgeBase(server.url, WORKSPACE, INDEX, key=key)
    yield opened
    await opened.aclose()


@pytest.fixture
def retriever(knowledge: KnowledgeBase) -> Retriever:
    return BailianRetriever(knowledge)


def texts(passages: list[Passage]) -> list[str]:
    return [passage.text for passage in passages]


async def test_a_node_becomes_a_passage_with_its_place(retriever: Retriever) -> None:
    found = await retriever.search(ANN, Query("水泵的油多久换一次？", limit=1))
    assert found == [
        Passage(
            document_id="file_pumps",
            chunk_id=f"{WORKSPACE}_{INDEX}_file_pumps_0_1",
            filename="水泵手册",
            text="水泵的油每年换一次。",
            page=2,  # Bailian says 1 and 2, counted from 0
            heading=("维护",),
            start=0,
            end=10,
            score=found[0].score,
        )
    ]
    assert found[0].repeated == 0
    assert found[0].position is None


async def test_an_owner_finds_only_what_is_tagged_with_his_id(retriever: Retriever) -> None:
    assert set(texts(await retriever.search(ANN, Query("水泵", limit=9)))) == {*PUMPS.chunks, *VALVES.chunks}
    assert texts(await retriever.search(BEN, Query("水泵", limit=9))) == BENS.chunks
    assert await retriever.search("nobody", Query("水泵", limit=9)) == []


async def test_a_shared_base_is_everybodys(server: Bailian, knowledge: KnowledgeBase) -> None:
    found = await BailianRetriever(knowledge, shared=True).search("nobody", Query("水泵", limit=9))
    assert len(found) == 4
    assert "SearchFilters" not in server.parameters


async def test_a_node_that_tells_of_other_tags_is_not_shown(server: Bailian, retriever: Retriever) -> None:
    server.answers.append(
        success([node(tags=[BEN]), node(tags=[ANN, "x"], _id="mine"), node(tags=f'["{BEN}"]')])
    )
    assert [one.chunk_id for one in await retriever.search(ANN, Query("水泵", limit=9))] == ["mine"]


async def test_a_kind_is_a_tag_besides_the_owner(retriever: Retriever, knowledge: KnowledgeBase) -> None:
    assert texts(await retriever.search(ANN, Query("check", limit=9, kind="exercise"))) == VALVES.chunks
    assert await retriever.search(BEN, Query("check", limit=9, kind="exercise")) == []
    shared = BailianRetriever(knowledge, shared=True)
    assert texts(await shared.search(BEN, Query("check", limit=9, kind="exercise"))) == VALVES.chunks


async def test_finds_within_the_wanted_documents(retriever: Retriever) -> None:
    """The best two are of another document: as many as Bailian gives are looked through."""
    found = await retriever.search(ANN, Query("水泵检查", limit=1, document_ids=["file_valves", "file_ben"]))
    assert texts(found) == VALVES.chunks
    assert len(await retriever.search(ANN, Query("水泵", limit=1, document_ids=["file_pumps"]))) == 1


async def test_no_documents_are_not_asked_for(server: Bailian, retriever: Retriever) -> None:
    assert await retriever.search(ANN, Query("水泵", limit=3, document_ids=[])) == []
    assert not server.asked


async def test_never_more_than_wanted(server: Bailian, retriever: Retriever) -> None:
    server.answers.append(success([node(_id=str(number)) for number in range(5)]))
    assert len(await retriever.search(ANN, Query("水泵", limit=2))) == 2


@pytest.mark.parametrize(
    ("told", "page", "heading"),
    [
        ({}, None, ()),
        ({"page_number": [0], "title": "T", "hier_title": ""}, 1, ("T",)),
        ({"page_number": 4, "title": "T", "hier_title": "第一章 总则"}, 5, ("第一章 总则",)),
        ({"page_number": [], "title": None}, None, ()),
        ({"page_number": "iv", "title": ""}, None, ()),
    ],
)
async def test_a_place_is_told_as_far_as_it_is_known(
    server: Bailian, retriever: Retriever, told: dict[str, Any], page: int | None, heading: tuple[str, ...]
) -> None:
    server.answers.append(success([node(**told)]))
    (found,) = await retriever.search(ANN, Query("水泵", limit=1))
    assert (found.page, found.heading) == (page, heading)


async def test_nodes_from_nowhere_are_left_out(server: Bailian, retriever: Retriever) -> None:
    server.answers.append(success([node(doc_id=None), node(_id=None), node(_id=None, nid="a|b")]))
    assert [one.chunk_id for one in await retriever.search(ANN, Query("水泵", limit=9))] == ["a|b"]


async def test_a_failure_is_the_indexs(server: Bailian, retriever: Retriever) -> None:
    server.answers.append(failure(429, "Throttling.User", "Slow down."))
    with pytest.raises(Unavailable) as caught:
        await retriever.search(ANN, Query("水泵", limit=1))
    assert caught.value.extra == {"part": "index"}
    assert caught.value.retry_after == 1.0


def node(**told: Any) -> dict[str, Any]:
    """A node as it is sent, with this metadata."""
    return {
        "Text": "水泵",
        "Score": 0.5,
        "Metadata": {"doc_id": "file_1", "_id": "1", "doc_name": "a", **told},
    }


def test_an_owner_is_a_tag_of_at_most_32_characters() -> None:
    assert tag_of("ann_1") == "ann_1"
    assert tag_of("2f1e6b3c-9a4d-4c0e-8f7b-1d2c3b4a5968") == "2f1e6b3c9a4d4c0e8f7b1d2c3b4a5968"


@pytest.mark.parametrize(
    "owner", ["ann@example.com", "a" * 33, "安", "", "%", f'x"],"{ANN}', f"{ANN}\\", f'["{ANN}"]', f"{ANN}\n"]
)
async def test_an_owner_that_can_be_no_tag_sees_nothing(knowledge: KnowledgeBase, owner: str) -> None:
    with pytest.raises(Unavailable, match="which files"):
        await BailianRetriever(knowledge).search(owner, Query("水泵", limit=5))
    assert await BailianRetriever(knowledge, shared=True).search(owner, Query("水泵", limit=5))
