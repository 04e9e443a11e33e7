import time
from typing import Any

import pytest

from freshet.runs.record import INTERRUPTED, LAPSE_S, NOT_BEGUN, PICKUP_S, Record, expired, new_item, view

METRICS = {"prompt_tokens": 7, "completion_tokens": 3, "duration_ms": 12.5}
SLACK_S = 1.0  # what a test may take


def item(**members: Any) -> dict[str, Any]:
    return new_item("01J", "query", **members)


def ago(seconds: float) -> float:
    return time.time() - seconds


def test_a_new_run_is_queued() -> None:
    record = view(item(owner="ann", heartbeat=time.time()))
    assert (record.status, record.last_seq, record.ended) == ("queued", -1, False)
    assert record.created_at.endswith("+00:00")


def test_what_only_we_need_to_know_is_not_shown() -> None:
    shown = view(item(owner="ann", heartbeat=1e12, stop=True, maker="x")).model_dump()
    assert not {"owner", "heartbeat", "queued_at", "expires_at", "stop", "maker"} & set(shown)


@pytest.mark.parametrize("status", ["queued", "running"])
def test_a_run_whose_heart_stopped_has_failed(status: str) -> None:
    record = view(item(status=status, heartbeat=ago(LAPSE_S + SLACK_S), last_seq=4))
    assert (record.status, record.ended, record.interrupted) == ("failed", True, True)
    assert record.error
    assert (record.error["code"], record.error["detail"]) == ("interrupted", INTERRUPTED)
    assert record.error["run_id"] == "01J"
    assert record.last_seq == 4


@pytest.mark.parametrize("status", ["queued", "running"])
def test_a_heart_may_miss_a_few_beats(status: str) -> None:
    record = view(item(status=status, heartbeat=ago(LAPSE_S - SLACK_S)))
    assert (record.status, record.error) == (status, None)


@pytest.mark.parametrize("status", ["done", "stopped", "failed"])
def test_a_run_that_has_ended_needs_no_heart(status: str) -> None:
    error = {"code": "model_cut"} if status == "failed" else None
    record = view(item(status=status, heartbeat=ago(3600), error=error))
    assert (record.status, record.ended, record.interrupted) == (status, True, False)


def test_a_run_that_was_handed_over_has_time_to_begin() -> None:
    assert view(item(queued_at=ago(PICKUP_S - SLACK_S))).status == "queued"


def test_a_run_that_nobody_began_has_failed() -> None:
    record = view(item(queued_at=ago(PICKUP_S + SLACK_S)))
    assert (record.status, record.interrupted) == ("failed", True)
    assert record.error
    assert record.error["detail"] == NOT_BEGUN


def test_usage_is_the_sum_of_its_tokens() -> None:
    record = view(item(status="done", metrics=METRICS))
    assert record.usage
    assert record.usage.model_dump() == {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    assert record.metrics == METRICS
    assert view(item()).usage is None


def test_runs_are_kept_a_day() -> None:
    assert item()["expires_at"] == pytest.approx(time.time() + 24 * 3600, abs=2)
    assert not expired(item())
    assert expired(item(expires_at=int(time.time()) - 1))


def test_a_record_goes_over_the_wire_and_back() -> None:
    record = view(item(status="done", metrics=METRICS))
    assert Record.model_validate_json(record.model_dump_json()) == record
