from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.behaviour.behaviour import Behaviour, Moment
from freshet.behaviour.sequences.session import LONGEST, sessions

GAP_S = 1_800.0
SILENCES = st.integers(0, 10**6).map(lambda seed: Random(seed).choices(range(1, 60), k=LONGEST + seed % 500))


def row(clock: str, duration: float | None = None, *, offset: int = 0, what: str = "微信") -> Behaviour:
    """`clock` is what the log's clock shows."""
    seconds = datetime.fromisoformat(f"2026-03-{clock}").replace(tzinfo=UTC).timestamp() - offset * 60
    return Behaviour("user_0001", Moment(seconds, offset), "open", what, duration=duration)


def lengths(*rows: Behaviour) -> list[int]:
    return [len(session.rows) for session in sessions(rows, gap_s=GAP_S)]


@pytest.mark.parametrize(
    ("rows", "cut"),
    [
        ([], []),
        ([row("02 08:00")], [1]),
        ([row("02 08:00"), row("02 08:30")], [2]),
        ([row("02 08:00"), row("02 08:30:01")], [1, 1]),
        ([row("02 08:00", 600), row("02 08:40")], [2]),
        ([row("02 08:00", 7_200), row("02 08:05", 60), row("02 10:30")], [3]),
        ([row("02 08:00", 7_200), row("02 10:31"), row("02 10:32")], [1, 2]),
        ([row("02 23:59"), row("03 00:00")], [1, 1]),
        ([row("02 23:50", 3_600), row("03 00:10")], [1, 1]),
        ([row("03 07:59", offset=480), row("03 08:00", offset=480)], [2]),  # midnight in Greenwich
        ([row("02 23:59", offset=480), row("03 00:00", offset=480)], [1, 1]),
        ([row("02 08:10"), row("02 07:00"), row("02 08:00")], [1, 2]),
    ],
    ids=[
        "nothing",
        "one",
        "silence as long as allowed",
        "a longer one",
        "silence begins at an end",
        "at the end of what went on longest",
        "which was over",
        "midnight",
        "midnight, though something goes on",
        "another clock's midnight",
        "the log's midnight",
        "in no order",
    ],
)
def test_a_session_ends_with_silence_and_with_the_day(rows: list[Behaviour], cut: list[int]) -> None:
    assert lengths(*rows) == cut


def test_a_session_says_whose_it_is_and_from_when_to_when() -> None:
    rows = [row("02 08:00", 3_600), row("02 08:10", 60)]
    (session,) = sessions(rows, gap_s=GAP_S)
    assert (session.user_id, session.start.iso()) == ("user_0001", "2026-03-02T08:00:00+00:00")
    assert session.end.iso() == "2026-03-02T09:00:00+00:00"


def test_the_key_is_that_of_the_behaviours() -> None:
    one, other = row("02 08:00"), row("02 08:01", what="高德地图")
    keys = [
        session.key for rows in ([one, other], [other, one], [one]) for session in sessions(rows, gap_s=1e9)
    ]
    assert keys[0] == keys[1] != keys[2]


def seconds(silences: list[int]) -> list[Behaviour]:
    """Behaviours of one day, so many seconds after each other."""
    at, rows = 1_772_409_600.0, []
    for silence in silences:
        at += silence
        rows.append(Behaviour("user_0001", Moment(at), "open", "微信"))
    return rows


@given(SILENCES, st.integers(1, 3 * LONGEST))
def test_long_sessions_are_cut_and_rows_that_come_later_move_only_the_last_cut(
    silences: list[int], there: int
) -> None:
    rows = seconds(silences)
    cut = sessions(rows, gap_s=GAP_S)
    assert [one for session in cut for one in session.rows] == rows
    assert all(LONGEST // 2 <= len(session.rows) <= LONGEST for session in cut[:-1])
    before = sessions(rows[:there], gap_s=GAP_S)
    assert cut[: len(before) - 1] == before[:-1]


def test_a_long_session_is_cut_at_its_largest_silence() -> None:
    assert lengths(*seconds([10] * 200 + [60] + [10] * 99)) == [200, 100]
    assert lengths(*seconds([10] * 600)) == [250, 250, 100]
