from datetime import UTC, datetime, timedelta, timezone

import pytest

from freshet.usage.amount import Amount, amount, month_of, next_month, total

SHANGHAI = timezone(timedelta(hours=8))


def test_money_adds_up_exactly() -> None:
    assert total([amount(1, 0.1)] * 10) == amount(10, 1.0) == Amount(10, 1_000_000_000)
    assert amount(0, 0.00000002) == Amount(0, 20)  # an embedded word


@pytest.mark.parametrize(
    ("now", "month", "after"),
    [
        (datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), "2026-11", datetime(2026, 12, 1, tzinfo=UTC)),
        (datetime(2026, 12, 1, tzinfo=UTC), "2026-12", datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2026, 12, 1, 7, 59, tzinfo=SHANGHAI), "2026-11", datetime(2026, 12, 1, tzinfo=UTC)),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), "2028-02", datetime(2028, 3, 1, tzinfo=UTC)),
    ],
)
def test_months_turn_in_utc(now: datetime, month: str, after: datetime) -> None:
    assert (month_of(now), next_month(now)) == (month, after)
