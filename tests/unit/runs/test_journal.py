from hypothesis import given
from hypothesis import strategies as st

from freshet.runs.frame import Frame
from freshet.runs.journal import MAX_INLINE_BYTES, Journal, one_batch
from freshet.stores.objects import Objects
from freshet.stores.table import Table
from tests.unit.runs.capabilities import contents, end
from tests.unit.runs.conftest import Keep

RUN = "01J00000000000000000000000"
ITEM_LIMIT = 400_000  # DynamoDB's


async def test_frames_come_back_as_they_went_in(journal: Journal, owner: str, keep: Keep) -> None:
    first, second = contents("你", "a\nb", "\u2028\\n"), [*contents("好", first=3), end(4)]
    assert await journal.read(owner, RUN, -1) == []
    await keep(RUN, *first)
    await keep(RUN, *second)
    assert await journal.read(owner, RUN, -1) == first + second


async def test_only_the_last_frame_of_the_last_batch_ends_the_run(
    journal: Journal, owner: str, keep: Keep
) -> None:
    await keep(RUN, *contents("a", "b"))
    await keep(RUN, *contents("c", first=2), end(3))
    assert [one.last for one in await journal.read(owner, RUN, -1)] == [False, False, False, True]


async def test_what_comes_after_a_number_begins_in_the_middle_of_a_batch(
    journal: Journal, owner: str, keep: Keep
) -> None:
    frames = contents(*"abcdef")
    await keep(RUN, *frames[:4])
    await keep(RUN, *frames[4:])
    for after in range(-1, 8):
        assert await journal.read(owner, RUN, after) == frames[after + 1 :], after


async def test_numbers_sort_as_numbers(journal: Journal, owner: str, keep: Keep) -> None:
    frames = contents(*"abc", first=9) + contents(*"def", first=99_999)
    for one in reversed(frames):
        await keep(RUN, one)
    assert await journal.read(owner, RUN, -1) == frames


async def test_a_batch_that_was_written_twice_is_read_once(journal: Journal, owner: str, keep: Keep) -> None:
    frames = contents(*"abc")
    await keep(RUN, *frames)
    await keep(RUN, *frames)
    assert await journal.read(owner, RUN, -1) == frames


async def test_batches_that_overlap_are_read_once(journal: Journal, owner: str, keep: Keep) -> None:
    """The answer to a write was lost, so its frames were written again, with those that came meanwhile."""
    frames = [*contents(*"abcdefg"), end(7)]
    await keep(RUN, *frames[2:8])
    await keep(RUN, *frames[0:3])
    await keep(RUN, *frames[2:6])  # lands last, though it was sent first
    for after in range(-1, 8):
        assert await journal.read(owner, RUN, after) == frames[after + 1 :], after


async def test_an_outsize_frame_is_in_the_bucket(
    journal: Journal, objects: Objects, table: Table, owner: str, keep: Keep
) -> None:
    (outsize,) = contents("员工每年享有" * 20_000, first=1)
    frames = [*contents("a"), outsize, *contents("b", first=2), end(3)]
    for batch in (frames[:1], frames[1:2], frames[2:]):
        await keep(RUN, *batch)
    assert await journal.read(owner, RUN, -1) == frames
    assert await objects.get(owner, f"{RUN}/0000000001") == outsize.json
    items = await table.span(f"{owner}/{RUN}", "0", "9")
    assert ["frames" in item for item in items] == [True, False, True]


async def test_the_last_frame_may_be_outsize(journal: Journal, owner: str, keep: Keep) -> None:
    last = end(0, citations=["引" * MAX_INLINE_BYTES])
    await keep(RUN, last)
    assert await journal.read(owner, RUN, -1) == [last]


async def test_a_journal_of_megabytes_is_read_piece_by_piece(
    journal: Journal, owner: str, keep: Keep
) -> None:
    frames = contents(*("字" * 90_000 for _ in range(6)))
    for one in frames:
        await keep(RUN, one)
    found: list[Frame] = []
    while more := await journal.read(owner, RUN, len(found) - 1):
        found += more
    assert found == frames


async def test_of_outsize_frames_about_a_megabyte_is_read_at_a_time(
    journal: Journal, owner: str, keep: Keep
) -> None:
    """In the table's own limit they count for nothing: all of a run's would be fetched at once."""
    frames = contents(*("x" * 400_000 for _ in range(5)))
    for one in frames:
        await keep(RUN, one)
    assert await journal.read(owner, RUN, -1) == frames[:3]
    assert await journal.read(owner, RUN, 2) == frames[3:]


async def test_journals_do_not_mix(journal: Journal, owner: str, keep: Keep) -> None:
    await keep(RUN, *contents("a"))
    assert await journal.read(owner, f"{RUN}1", -1) == []
    assert await journal.read(f"{owner}x", RUN, -1) == []


async def test_a_batch_expires_with_its_run(table: Table, owner: str, journal: Journal) -> None:
    await journal.append(owner, RUN, contents("a"), expires_at=123)
    (item,) = await table.span(f"{owner}/{RUN}", "0", "9")
    assert item["expires_at"] == 123


@given(st.lists(st.integers(0, MAX_INLINE_BYTES // 2) | st.integers(0, MAX_INLINE_BYTES * 2), max_size=8))
def test_batches_take_every_frame_once_and_fit_an_item(sizes: list[int]) -> None:
    frames = [Frame(seq, b"x" * size) for seq, size in enumerate(sizes)]
    taken: list[Frame] = []
    while batch := one_batch(frames, len(taken)):
        size = sum(len(one.json) + 1 for one in batch)
        assert size <= MAX_INLINE_BYTES < ITEM_LIMIT or len(batch) == 1
        taken += batch
    assert taken == frames


def test_a_batch_is_as_large_as_it_may_be() -> None:
    half = MAX_INLINE_BYTES // 2 - 1  # with its line break a half to the byte
    frames = [Frame(seq, b"x" * half) for seq in range(3)]
    assert one_batch(frames, 0) == frames[:2]
    assert one_batch(frames, 2) == frames[2:]
    assert one_batch(frames, 3) == []
