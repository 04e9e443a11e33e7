"""An owner with documents in a real index."""

from collections.abc import Awaitable, Callable

import pytest

from freshet import wiring
from freshet.documents.claim import Work
from freshet.ids import new_id
from tests.stack import Stack

Put = Callable[..., Awaitable[str]]


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


@pytest.fixture
def put(product: Stack, owner: str) -> Put:
    """`await put(text, filename, kind=…)`: the id of a document of `owner`, parsed and indexed."""

    async def put(text: str, filename: str = "a.md", **options: str) -> str:
        document = await wiring.library().upload(owner, filename, text.encode(), **options)  # type: ignore[arg-type]  # kind
        await wiring.ingest().process(Work(owner, document.id, "s3:1:1"), budget_s=60)
        assert (await wiring.library().get(owner, document.id)).status == "ready"
        return document.id

    return put
