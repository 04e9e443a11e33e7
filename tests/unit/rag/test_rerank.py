import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from freshet import wiring
from freshet.documents.chunk import weigh
from freshet.errors import Unavailable
from freshet.llm.rerank import Reranker
from freshet.rag.passage import Passage, Query
from freshet.rag.rerank import LONGEST, RerankingRetriever, readable
from tests.unit.rag.conftest import Put

DOWN = "http://127.0.0.1:9/v1/rerank"


def passage(text: str, score: float = 0.5, heading: tuple[str, ...] = ()) -> Passage:
    return Passage("d", text, "a.md", text, None, heading, 0, len(text), score)


class Found:
    """A retriever with a fixed answer that keeps what it was asked."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        self.asked: list[Any] = []

    async def search(self, owner: str, query: Query) -> list[Passage]:
        self.asked.append((owner, query))
        return list(self.passages[: query.limit])


class Model:
    """The stand-in's rerank endpoint, and its journal."""

    def __init__(self, url: str) -> None:
        self.reranker = Reranker(f"{url}/rerank", "m", timeout_s=2)  # all three attempts fit
        self._http = httpx.AsyncClient(base_url=url.removesuffix("/v1"), trust_env=False)

    async def fault(self, fault: str, times: int = 1) -> None:
        await self._http.post("/__faults", json={"fault": fault, "times": times})

    async def bodies(self) -> list[Any]:
        return [seen["body"] for seen in (await self._http.get("/__requests")).json()["requests"]]

    async def forget(self) -> None:
        await self._http.delete("/__faults")
        await self._http.delete("/__requests")

    async def aclose(self) -> None:
        await self.forget()
        await self._http.aclose()
        await self.reranker.aclose()


@pytest.fixture
async def model(model_url: str) -> AsyncIterator[Model]:
    await _import_the_sdk(model_url)
    running = Model(model_url)
    await running.forget()
    yield running
    await running.aclose()


async def _import_the_sdk(model_url: str) -> None:
    first = Reranker(f"{model_url}/rerank", "m", timeout_s=20)
    await first.rerank("q", ["a"])
    await first.aclose()


ENGLISH = [
    passage("The canteen opens at noon.", 0.9),
    passage("Leave requests go to the manager.", 0.8),
    passage("Staff have 25 days of paid leave.", 0.7),
]
CHINESE = [
    passage("食堂中午开门。", 0.9),
    passage("请假须向经理申请。", 0.8),
    passage("员工享有25天带薪年假。", 0.7),
]


@pytest.mark.parametrize(
    ("query", "passages"), [("How many days of paid leave?", ENGLISH), ("带薪年假有几天？", CHINESE)]
)
async def test_passages_come_in_the_rerankers_order_with_its_scores(
    model: Model, query: str, passages: list[Passage]
) -> None:
    found = await RerankingRetriever(Found(passages), model.reranker.rerank).search("o", Query(query, 2))
    assert len(found) == 2
    assert found[0].text == passages[2].text
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert {one.score for one in found}.isdisjoint({0.7, 0.8, 0.9})


async def test_more_is_looked_at_than_is_wanted_and_the_filters_go_through(model: Model) -> None:
    inner = Found(ENGLISH)
    retriever = RerankingRetriever(inner, model.reranker.rerank, candidates=10)
    await retriever.search("o", Query("paid leave", limit=3, document_ids=["d"], kind="doc"))
    await retriever.search("o", Query("paid leave", 50))
    assert inner.asked == [
        ("o", Query("paid leave", 10, ["d"], "doc")),
        ("o", Query("paid leave", 50)),
    ]


async def test_a_passage_that_only_the_reranker_finds_good_rises_into_the_answer(model: Model) -> None:
    inner = Found([*[passage(f"Nothing here, {i}.") for i in range(20)], passage("Paid leave: 25 days.")])
    found = await RerankingRetriever(inner, model.reranker.rerank).search("o", Query("paid leave", 1))
    assert [one.text for one in found] == ["Paid leave: 25 days."]


async def test_passages_with_one_score_keep_their_order(model: Model) -> None:
    marked = [replace(passage("Same words.", 0.9 - i / 10), chunk_id=str(i)) for i in range(3)]
    found = await RerankingRetriever(Found(marked), model.reranker.rerank).search("o", Query("words", 3))
    assert [one.chunk_id for one in found] == ["0", "1", "2"]


@pytest.mark.parametrize("passages", [[], ENGLISH[:1]])
async def test_fewer_than_two_passages_need_no_reranker(model: Model, passages: list[Passage]) -> None:
    found = await RerankingRetriever(Found(passages), model.reranker.rerank).search("o", Query("leave", 5))
    assert found == passages
    assert await model.bodies() == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("status=500", "model_overloaded"),
        ("status=429;retry_after=60", "model_rate_limited"),
        ("status=401", "model_authentication"),
        ("status=400", "model_bad_request"),
        ("hang=headers", "model_timeout"),
    ],
)
async def test_a_reranker_that_fails_leaves_the_order_and_is_counted(
    model: Model,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    fault: str,
    code: str,
) -> None:
    await model.fault(fault, times=9)
    started = time.monotonic()
    retriever = RerankingRetriever(Found(ENGLISH), model.reranker.rerank)
    assert await retriever.search("o", Query("my secret question", 2)) == ENGLISH[:2]
    assert time.monotonic() - started < 6
    metric = json.loads(capsys.readouterr().out)
    assert (metric["RerankFailures"], metric["code"]) == ([1.0], code)
    (warning,) = caplog.records
    assert (warning.levelname, warning.__dict__["code"]) == ("WARNING", code)
    assert "my secret question" not in str(warning.__dict__)


async def test_a_key_that_cannot_be_had_leaves_the_order() -> None:
    async def key() -> str:
        raise Unavailable("the parameter store does not answer", part="secrets")

    reranker = Reranker(DOWN, "m", key=key)
    assert await RerankingRetriever(Found(ENGLISH), reranker.rerank).search("o", Query("leave", 3)) == ENGLISH


async def test_the_search_fails_where_the_inner_retriever_does(model: Model) -> None:
    class Broken(Found):
        async def search(self, *_: Any, **__: Any) -> list[Passage]:
            raise Unavailable("no index", part="index")

    with pytest.raises(Unavailable):
        await RerankingRetriever(Broken([]), model.reranker.rerank).search("o", Query("leave", 3))


async def test_the_reranker_reads_headings_and_whole_words(model: Model) -> None:
    cut = passage("Em\u00adploy\u00adees have leave.", heading=("Handbook", "Leave"))
    await RerankingRetriever(Found([cut, *ENGLISH]), model.reranker.rerank).search("o", Query("leave", 3))
    (body,) = await model.bodies()
    assert body["documents"][0] == "Handbook\nLeave\nEmployees have leave."


@pytest.mark.parametrize("text", ["river " * 2000, "河流" * 3000, "河流 river " * 1000])
def test_long_passages_are_cut_to_about_one_size_in_any_language(text: str) -> None:
    read = readable(passage(text))
    assert text.startswith(read)
    assert weigh(read) == pytest.approx(LONGEST, rel=0.01)


@pytest.mark.parametrize("text", ["river " * 250, "河流" * 250, "河" * 200 + " river" * 100, ""])
def test_passages_of_a_chunks_size_are_not_cut(text: str) -> None:
    assert readable(passage(text)) == text


async def test_a_real_search_is_reranked(put: Put, owner: str, model: Model) -> None:
    await put("# Leave\n\nStaff have 25 days of paid leave.\n\n# Pay\n\nWages come on the 28th.\n")
    await put("# 休假\n\n员工每年享有25天带薪年假。\n\n# 工资\n\n工资于每月28日发放。\n")
    retriever = RerankingRetriever(wiring.retriever(), model.reranker.rerank)
    for query, wanted in (("When do wages come?", "28th"), ("工资几号发放", "28日")):
        found = await retriever.search(owner, Query(query, 3))
        assert wanted in found[0].text
        assert await retriever.search("stranger", Query(query, 3)) == []
    assert [body["query"] for body in await model.bodies() if "documents" in body] == [
        "When do wages come?",
        "工资几号发放",
    ]
