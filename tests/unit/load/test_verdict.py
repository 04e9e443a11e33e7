from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from tests.load.crowd import Tally
from tests.load.records import Kept
from tests.load.verdict import Load, in_time, wrong_with
from tests.load.watching import Bearer, Held, Memory

BOUND, GROWTH_KB = Held(threads=2, files=3), 100.0


def load(
    tally: Tally | None = None, more: Held = BOUND, growth_kb: float = 0.0, kept: Kept | None = None
) -> Load:
    samples = [(float(second), 1000 + growth_kb / 60 * second) for second in range(120)]
    bearer = Bearer("it", [], BOUND, GROWTH_KB, memory=Memory(samples), more=more)
    return Load("load", 120.0, tally or Tally(streams=2), [bearer], [0.05], kept)


def test_a_load_that_leaves_no_more_than_its_pools_is_sound() -> None:
    assert not [*wrong_with(load(kept=Kept(Counter(done=2), journals=1)))]


@pytest.mark.parametrize(
    "broken",
    [
        lambda: load(Tally(errors=["another text"])),
        lambda: load(more=Held(threads=3, files=3)),
        lambda: load(more=Held(threads=0, files=4)),
        lambda: load(more=Held(threads=0, files=0, tasks=1)),
        lambda: load(growth_kb=101),
        lambda: load(kept=Kept(Counter(done=2, running=1), journals=1)),
        lambda: load(kept=Kept(Counter(done=1), journals=1)),
        lambda: load(kept=Kept(Counter(done=2), journals=1, wrong=["it has no end"])),
        lambda: load(kept=Kept(Counter(done=2))),
    ],
    ids=["error", "thread", "socket", "task", "memory", "running", "lost", "journal", "no journal"],
)
def test_each_fault_is_told(broken: Callable[[], Load]) -> None:
    assert len([*wrong_with(broken())]) == 1


def test_memory_that_grew_only_at_first_is_flat() -> None:
    filled = Memory([(float(second), 1000 + min(second, 60) * 50) for second in range(120)])
    assert filled.slope() == pytest.approx(0)


def test_late_tokens_are_no_error_but_the_load_is_not_held() -> None:
    late = Tally(streams=1, first_s=[0.1, 0.1], gaps_s=[0.05] * 90 + [0.3] * 10)
    assert not in_time(late)
    assert not [*wrong_with(load(late))]


async def test_what_is_held_is_counted_until_it_is_given_up() -> None:
    left = [3, 2, 0]

    async def tasks() -> int:
        return left.pop(0) if len(left) > 1 else left[0]

    counted: Callable[[], Awaitable[int]] = tasks
    bearer = Bearer("it", [], BOUND, GROWTH_KB, counted)
    await bearer.settle(limit_s=0)
    assert bearer.more.tasks == 3
    await bearer.settle(limit_s=10)
    assert bearer.more.tasks == 0
