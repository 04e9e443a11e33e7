"""Every model call of documents is counted for their owner, and ends with the budget."""

from datetime import UTC, datetime
from typing import Any

import pytest

from freshet import wiring
from freshet.documents.claim import Work
from freshet.documents.ingest import SUMMARY
from freshet.ids import new_id
from tests.stack import Stack

HANDBOOK = "# Leave\n\nStaff have 25 days of paid leave.\n\n# Pay\n\nWages come on the 28th.\n"

pytestmark = pytest.mark.usefixtures("product")


async def put(owner: str) -> str:
    """A document of the owner's, parsed."""
    document = await wiring.library().upload(owner, "handbook.md", HANDBOOK.encode())
    await wiring.ingest().process(Work(owner, document.id, "s3:1:1"), budget_s=60)
    return document.id


async def entries(owner: str) -> list[dict[str, Any]]:
    today = datetime.now(UTC).date()
    return await wiring.ledger().days(owner, today, today)


async def test_vectors_sentences_and_summaries_of_a_document_are_counted(
    owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMMARIES", "true")
    monkeypatch.setenv("CONTEXTUAL_CHUNKS", "true")
    monkeypatch.setenv("EMBEDDING_MODEL", "freshet-stand-in-embedding")
    document_id = await put(owner)
    await wiring.ingest().process(Work(owner, document_id, SUMMARY), budget_s=60)
    found = await entries(owner)
    assert [(one["capability"], one["model"], one["calls"]) for one in found] == [
        ("parse", "freshet-stand-in", 2),
        ("parse", "freshet-stand-in-embedding", 1),
        ("summary", "freshet-stand-in", 1),
    ]
    assert found[1]["prompt_tokens"] > 10
    assert found[1]["completion_tokens"] == found[1]["estimated"] == 0


async def test_a_document_that_the_budget_has_no_room_for_says_so(
    owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUDGET_TOKENS", "5")
    document_id = await put(owner)
    document = await wiring.library().get(owner, document_id)
    assert document.error
    assert (document.status, document.error.code) == ("failed", "budget_spent")
    assert "5 tokens" in document.error.message
    assert await entries(owner) == []


async def test_a_summary_that_the_budget_has_no_room_for_is_left_out(
    owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMMARIES", "true")
    monkeypatch.setenv("BUDGET_TOKENS", "200")
    document_id = await put(owner)
    await wiring.ingest().process(Work(owner, document_id, SUMMARY), budget_s=60)
    document = await wiring.library().get(owner, document_id)
    assert (document.status, document.summary) == ("ready", None)


async def test_without_a_table_nothing_is_counted(product: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USAGE_TABLE", "")
    monkeypatch.setenv("BUDGET_TOKENS", "5")
    assert (await wiring.library().get(owner := new_id(), await put(owner))).status == "ready"
