"""Answers that are broken anyhow, and answers without an end. `make fuzz` tries twenty thousand."""

import pytest

from freshet.llm.providers.http import Transport
from tests.fuzz.streams import decoding
from tests.fuzz.streams.endless import GROWTH_MB, tried

SEED, COUNT = 7, 400


def test_a_broken_stream_ends_the_same_however_it_is_cut() -> None:
    assert decoding.run(COUNT, SEED) == []


@pytest.mark.parametrize(
    ("name", "deadline_s", "ends"),
    [
        ("an event of empty lines", 20, {"model_malformed"}),
        ("an error's body", 20, {"model_bad_request"}),
        ("a header", 20, {"model_overloaded", "model_error"}),
        ("comments", 0.4, {"model_timeout"}),  # they are signs of life: the deadline is their end
    ],
)
async def test_what_has_no_end_is_an_error_in_time(
    name: str, deadline_s: float, ends: set[str], transport: Transport
) -> None:
    state, seconds, grown_mb = await tried(name, transport, timeout_s=deadline_s)
    assert state in ends
    assert seconds < deadline_s + 5
    assert grown_mb < GROWTH_MB
