import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.ids import made_at, new_id


def test_an_id_says_when_it_was_made() -> None:
    before = time.time()
    made = made_at(new_id())
    assert before - 0.001 <= made <= time.time()


def test_ids_sort_by_the_time_of_their_making() -> None:
    first = new_id()
    time.sleep(0.002)
    assert first < new_id()


def test_ids_are_never_the_same() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000


def test_the_time_is_read_as_the_ulid_specification_has_it() -> None:
    assert made_at("01ARZ3NDEKTSV4RRFFQ69G5FAV") == 1469922850.259  # the specification's own example
    assert made_at("7ZZZZZZZZZZZZZZZZZZZZZZZZZ") == (2**48 - 1) / 1000


@pytest.mark.parametrize(
    "text",
    ["", "01J", "01ARZ3NDEKTSV4RRFFQ69G5FAV0", "01ARZ3NDEKTSV4RRFFQ69G5FAU", "01arz3ndektsv4rrffq69g5fav"],
)
def test_what_is_no_id_was_never_made(text: str) -> None:
    assert made_at(text) == 0


@given(st.text(max_size=40))
def test_no_text_is_too_strange_to_ask_about(text: str) -> None:
    assert made_at(text) >= 0
