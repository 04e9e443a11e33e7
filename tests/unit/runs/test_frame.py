import pytest

from freshet.errors import DeadlineExceeded, ModelCut, Stopped, Unavailable
from freshet.runs.events import Content, Done, Started
from freshet.runs.frame import Written, result
from freshet.runs.run import Run
from tests.unit.runs.capabilities import ANSWER, Dictated, Given, events


def run(*given: Given) -> Run:
    return Run("test", events(*given))


async def test_the_answer_without_a_stream_is_the_last_event_of_the_stream() -> None:
    answer = await result(run(*ANSWER))
    assert answer["final_response"] == {"output": "你好"}
    assert answer["metrics"]["duration_ms"] >= 0


@pytest.mark.parametrize("begun", [(), (Started(), Content("half"))])
async def test_the_answer_without_a_stream_raises_what_failed_and_names_the_run(
    begun: tuple[Given, ...],
) -> None:
    one = run(*begun, ModelCut("It was cut off."))
    with pytest.raises(ModelCut, match=r"It was cut off\.") as caught:
        await result(one)
    assert caught.value.extra["run_id"] == one.run_id


async def test_what_failed_keeps_its_parts() -> None:
    with pytest.raises(Unavailable) as caught:
        await result(run(Unavailable("The index does not answer.", part="index", retry_after=3)))
    assert (caught.value.part, caught.value.retry_after) == ("index", 3)


async def test_a_run_that_was_stopped_has_no_answer() -> None:
    one = Run("test", Dictated(Started(), Done({})).events())
    one.stop()
    with pytest.raises(Stopped) as caught:
        await result(one)
    assert caught.value.extra["run_id"] == one.run_id


async def test_a_run_that_is_late_has_none() -> None:
    with pytest.raises(DeadlineExceeded):
        await result(Run("test", Dictated().events(), timeout_s=0.05))


def test_what_was_written_is_all_that_was_shown_since_the_last_reset() -> None:
    written = Written()
    for data in (
        {"content": "void"},
        {"tool_call": {"index": 0, "id": "a", "name": "f", "arguments": "{}"}},
        {"reset": True},
        {"reasoning": "想"},
        {"content": "算"},
        {"tool_call": {"index": 0, "id": "b", "name": "f", "arguments": '{"x'}},
        {"tool_call": {"index": 0, "id": None, "name": None, "arguments": '": 1}'}},
        {"tool_result": {"id": "b", "content": "42"}},
        {"tool_call": {"index": 1, "id": "c", "name": "g", "arguments": "{"}},
    ):
        written.note(data)
    assert written.unfinished("stopped") == {
        "output": "算",
        "finish_reason": "stopped",
        "reasoning": "想",
        "tool_calls": [
            {"id": "b", "name": "f", "arguments": '{"x": 1}', "result": "42"},
            {"id": "c", "name": "g", "arguments": "{"},
        ],
    }
