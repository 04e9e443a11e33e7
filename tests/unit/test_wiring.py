"""Settings against the parts that they choose, on real servers."""

import asyncio
import re

import pytest

from freshet import wiring
from freshet.documents.claim import Work
from freshet.documents.ingest import SUMMARY
from freshet.errors import NotFound
from freshet.ids import new_id
from freshet.rag.passage import Query
from tests.stack import Stack
from tests.unit.stores.bailian_server import ACCESS_KEY, INDEX, WORKSPACE, File, bailian_server

HANDBOOK = "# Leave\n\nStaff have 25 days of paid leave.\n\n# Pay\n\nWages come on the 28th.\n"
CHINESE = "# 休假\n\n员工每年享有25天带薪年假。\n\n# 工资\n\n工资于每月28日发放。\n"


async def ready(owner: str, text: str) -> str:
    document = await wiring.library().upload(owner, "手册.md", text.encode())
    await wiring.ingest().process(Work(owner, document.id, "s3:1:1"), budget_s=60)
    await wiring.ingest().process(Work(owner, document.id, SUMMARY), budget_s=60)
    return document.id


@pytest.mark.parametrize("text", [HANDBOOK, CHINESE])
async def test_summaries_and_contexts_are_made_where_the_settings_say_so(
    product: Stack, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("SUMMARIES", "true")
    monkeypatch.setenv("CONTEXTUAL_CHUNKS", "true")
    owner = new_id()
    document_id = await ready(owner, text)
    summary = (await wiring.library().get(owner, document_id)).summary
    assert summary
    assert re.split(r"(?<=[.。]) ?", summary)[0] in text
    (hit, *_), _ = await wiring.library().chunks(owner, document_id, limit=1, cursor=0)
    assert hit.payload["context"] in text


async def test_neither_is_made_unless_it_is_asked_for(product: Stack) -> None:
    owner = new_id()
    document_id = await ready(owner, HANDBOOK)
    assert (await wiring.library().get(owner, document_id)).summary is None
    (hit, *_), _ = await wiring.library().chunks(owner, document_id, limit=1, cursor=0)
    assert "context" not in hit.payload


async def test_a_reranker_puts_what_was_found_into_its_order(
    product: Stack, model_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = new_id()
    await ready(owner, HANDBOOK)
    await ready(owner, CHINESE)
    plain = await wiring.retriever().search(owner, Query("25 days of leave 年假", limit=5))
    await wiring.aclose()
    monkeypatch.setenv("RERANK_URL", f"{model_url}/rerank")
    monkeypatch.setenv("RERANK_MODEL", "freshet-stand-in")
    reranked = await wiring.retriever().search(owner, Query("25 days of leave 年假", limit=5))
    assert {one.chunk_id for one in reranked} == {one.chunk_id for one in plain}
    assert [one.score for one in reranked] == sorted((one.score for one in reranked), reverse=True)
    assert {one.score for one in reranked} != {one.score for one in plain}


@pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcnow:DeprecationWarning")  # the SDK's
async def test_a_knowledge_base_at_bailian_is_searched_instead(
    product: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    ssm = product.aws.client("ssm")
    await asyncio.to_thread(
        ssm.put_parameter,
        Name="/freshet/bailian-key",
        Type="SecureString",
        Value=":".join(ACCESS_KEY),
        Overwrite=True,
    )
    async with bailian_server(File("file_pumps", "水泵手册", ["水泵每周检查一次。"], ["ann"])) as server:
        monkeypatch.setenv("BAILIAN_ENDPOINT", server.url)
        monkeypatch.setenv("BAILIAN_WORKSPACE_ID", WORKSPACE)
        monkeypatch.setenv("BAILIAN_INDEX_ID", INDEX)
        monkeypatch.setenv("BAILIAN_KEY_PARAMETER", "/freshet/bailian-key")
        (found,) = await wiring.retriever().search("ann", Query("水泵多久检查一次？", limit=5))
        assert (found.document_id, found.text) == ("file_pumps", "水泵每周检查一次。")
        assert await wiring.retriever().search("ben", Query("水泵多久检查一次？", limit=5)) == []
        await wiring.require_documents("ann", ["file_pumps"])
        await wiring.aclose()


async def test_our_own_documents_are_asked_for_by_their_ids(product: Stack) -> None:
    with pytest.raises(NotFound):
        await wiring.require_documents(new_id(), ["file_pumps"])
