import asyncio

import pytest

from freshet.deadline import in_time
from freshet.errors import DeadlineExceeded

FOREVER = 60.0


async def test_a_body_that_takes_too_long_ends_with_the_deadline() -> None:
    with pytest.raises(DeadlineExceeded):
        async with in_time(0.01):
            await asyncio.sleep(FOREVER)


async def test_a_timeout_of_the_body_s_own_is_no_deadline() -> None:
    with pytest.raises(TimeoutError):
        async with in_time(FOREVER):
            raise TimeoutError
