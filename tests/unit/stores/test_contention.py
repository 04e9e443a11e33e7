import asyncio

import pytest

from freshet.errors import NotFound, Unavailable
from freshet.stores import contention
from freshet.stores.aws import ConditionFailed
from freshet.stores.contention import insist


class Counter:
    """A value under a version, that others may be faster at."""

    def __init__(self) -> None:
        self.value = self.version = 0

    async def add(self, amount: int) -> int:
        seen, value = self.version, self.value
        await asyncio.sleep(0)
        if self.version != seen:
            raise ConditionFailed(None)
        self.value, self.version = value + amount, seen + 1
        return self.value


async def test_changes_at_once_are_all_made() -> None:
    counter = Counter()
    made = await asyncio.gather(*(insist(lambda: counter.add(1), "counter") for _ in range(8)))
    assert sorted(made) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_who_is_always_slower_is_told_of_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contention, "_PAUSE_S", 0)
    tries = []

    async def slower() -> None:
        tries.append(True)
        raise ConditionFailed(None)

    with pytest.raises(Unavailable, match="Too many changes of the counter"):
        await insist(slower, "counter")
    assert len(tries) == 20


async def test_another_failure_is_not_tried_again() -> None:
    tries = []

    async def fails() -> None:
        tries.append(True)
        raise NotFound("gone")

    with pytest.raises(NotFound):
        await insist(fails, "counter")
    assert len(tries) == 1
