"""The chat table and its bucket, and an owner who has nothing in them yet."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import Any

import pytest

from freshet import wiring
from freshet.chat.conversations import Conversations
from freshet.errors import Unavailable
from freshet.ids import new_id
from freshet.settings import settings
from freshet.stores.aws import Service
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.stack import Stack


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


@pytest.fixture
def table(cloud: Stack) -> Table:
    return Table(wiring.dynamodb(), settings().chat_table)


@pytest.fixture
def conversations(table: Table) -> Conversations:
    return Conversations(table, Objects(wiring.s3(), settings().bucket, "conversations"))


@pytest.fixture
def write_fails(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], AbstractContextManager[None]]:
    """Within `write_fails(n)` AWS does not answer the write number n, from 0."""
    call = Service.call

    @contextmanager
    def failing(failed: int) -> Iterator[None]:
        writes = count()

        async def called(self: Service, operation: str, **arguments: Any) -> dict[str, Any]:
            if not operation.startswith(("get", "query")) and next(writes) == failed:
                raise Unavailable("The table does not answer.", part="table")
            return await call(self, operation, **arguments)

        with monkeypatch.context() as patched:
            patched.setattr(Service, "call", called)
            yield

    return failing
