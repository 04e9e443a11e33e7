from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.behaviour.behaviour import Behaviour, Moment
from freshet.behaviour.log.segment import pack, unpack
from tests.unit.behaviour.log.rows import row

TEXTS = st.text(max_size=8)
SCALARS = st.one_of(TEXTS, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
ROWS = st.builds(
    Behaviour,
    st.just("王 ann"),
    st.builds(Moment, st.floats(0, 7e9), st.integers(-720, 840)),
    TEXTS,
    TEXTS,
    TEXTS,
    st.none() | st.floats(0, 1e6) | st.integers(0, 9),
    st.dictionaries(TEXTS, SCALARS, max_size=3),
)


@given(st.lists(ROWS, max_size=6))
def test_rows_come_back_as_they_were(rows: list[Behaviour]) -> None:
    read = unpack(pack(rows), "王 ann")
    assert read == rows
    assert [repr(one.duration) for one in read] == [repr(one.duration) for one in rows]


@pytest.mark.parametrize("step", [1, 0.5, 0.001, 1e-6, 1 / 3])
def test_times_come_back_exactly_in_any_unit(step: float) -> None:
    rows = [row(number * step) for number in (0, 1, 1, 7, 100_003)]
    assert [one.at for one in unpack(pack(rows), "ann")] == [one.at for one in rows]


def test_a_usual_log_takes_a_few_bytes_a_row() -> None:
    more: dict[str, Any] = {"kind": "app", "properties": {"device": "phone"}}
    rows = [
        row(number * 37, f"应用 {number % 40}", duration=float(number % 60), **more) for number in range(5000)
    ]
    assert len(pack(rows)) < 15 * len(rows)
