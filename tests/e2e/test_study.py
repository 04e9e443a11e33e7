"""What a teacher and a learner do: a chapter becomes an exercise, is taken away, and is taken."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.client import Event, check_stream, checked, contents, events_of, final, text_of, whole
from tests.lessons import PHOTOSYNTHESIS

CHAPTER = "study/rust-book-en/ch04-01-what-is-ownership.md"
KINDS = ("cloze", "true_false")


def generated(api: httpx.Client, **asked: Any) -> list[Event]:
    """The events of an exercise as it is made."""
    body = {"types": dict.fromkeys(KINDS, 1), **asked, "stream": True}
    with api.stream("POST", "/api/v1/exercises/generate", json=body) as answer:
        return whole(events_of(answer))


def key(question: dict[str, Any]) -> Any:
    """What is right, as a learner answers it."""
    if question["type"] == "true_false":
        return question["answer"]
    return {blank["id"]: blank["accepted"][0]["text"] for blank in question["blanks"]}


@pytest.fixture(params=["a real chapter", "a Chinese text"])
def lesson(request: pytest.FixtureRequest) -> str:
    if request.param == "a Chinese text":
        return PHOTOSYNTHESIS
    shared: Path = request.getfixturevalue("shared")
    return (shared / CHAPTER).read_text()


def test_a_lesson_becomes_an_exercise_that_can_be_passed(api: httpx.Client, lesson: str) -> None:
    events = generated(api, text=lesson)
    check_stream(events)
    items = [event.data["item"] for event in events if "item" in event.data]
    assert sorted(item["type"] for item in items) == sorted(KINDS)
    assert final(events)["state"] == "ready"
    for item in items:
        place = item["source"]
        assert lesson[place["start"] : place["end"]] == place["quote"]
        assert item["question"]
    path = f"/api/v1/exercises/{final(events)['exercise_id']}"
    answers = {item["id"]: key(item) for item in items}
    attempt = checked(api.post(f"{path}/submit", json={"answers": answers}))
    assert attempt["score"] == attempt["max_score"] > 0
    for name in ("gift", "moodle", "qti", "anki", "csv", "md", "html"):
        file = api.get(f"{path}/export", params={"format": name})
        assert file.status_code == 200
        assert file.content
    assert sum(concept["score"] for concept in checked(api.get("/api/v1/user/profile"))["mastery"]["items"])


def test_the_first_question_is_seen_before_the_second_is_generated(
    api: httpx.Client, faults: Callable[..., None]
) -> None:
    faults("slow=30")
    events = generated(api, text=PHOTOSYNTHESIS, types={"true_false": 2})
    first = next(event for event in events if "item" in event.data)
    assert first.data["item"]["question"] in text_of(events[: events.index(first)])
    assert contents(events)[-1].at - first.at > 0.3
