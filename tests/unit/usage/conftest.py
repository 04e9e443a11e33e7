"""The Usage table, and an owner who has nothing in it yet."""

import pytest

from freshet import wiring
from freshet.ids import new_id
from freshet.llm import retry
from freshet.stores.table import Table
from freshet.usage.ledger import Ledger
from tests.stack import Stack


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


@pytest.fixture
def table(cloud: Stack) -> Table:
    return wiring.usage_table()


@pytest.fixture
def ledger(table: Table) -> Ledger:
    return Ledger(table)


@pytest.fixture
def short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """For where it counts what follows a fault, and not that half a second lies between two attempts."""
    monkeypatch.setattr(retry, "_FIRST_DELAY_S", 0.02)
    monkeypatch.setattr(retry, "_MAX_RESET_DELAY_S", 0.01)
