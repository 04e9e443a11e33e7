"""A sandbox that is killed in the middle of a run: what its readers see, and how the run is made again."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.e2e.client import Event, add, checked, final, follow, read, run_of, text_of, whole
from tests.e2e.local_cloud import LocalCloud, until

TEXT = b"# Ferry\n\nThe ferry of Marken was built of larch and oak by three brothers in the year 1839.\n"
QUESTION = "When was the ferry of Marken built of larch and oak by three brothers?"
AHEAD = 9_999  # further than any journal here
HEARD_S = 15.0


@dataclass(frozen=True)
class Killed:
    """A run whose sandbox was killed `at` that time, and what each of its readers got."""

    run_id: str
    at: float
    live: list[Event]
    followed: list[Event]
    ahead: list[Event]


@pytest.fixture(scope="module")
def killed(fragile: LocalCloud, open_api: httpx.Client) -> Killed:
    """Three read it: the client that asked, one that follows it, one who saw more than the journal has."""
    document = add(open_api, "ferry.md", TEXT)
    checked(open_api.get("/api/v1/runs"))  # there is a sandbox to follow from
    for fault in ("", "slow=600"):
        checked(httpx.post(f"{fragile.model_url}/__faults", json={"fault": fault}))
    live: list[Event] = []
    followed: list[Event] = []
    with ThreadPoolExecutor() as threads:
        asking = threads.submit(take, live, read(open_api, QUESTION, document_ids=[document["id"]]))
        until(lambda: len(live) > 0, 20)
        run_id = live[0].data["run_id"]
        following = threads.submit(take, followed, follow(open_api, run_id))
        until(lambda: len(followed) > 2, 20)
        fragile.kill_sandboxes("query")
        at = time.monotonic()
        ahead = whole(follow(open_api, run_id, after=f"{run_id}:{AHEAD}"))
        with pytest.raises(httpx.RemoteProtocolError):
            asking.result()
        following.result()
    assert followed.pop().id == "[DONE]"
    return Killed(run_id, at, live, followed, ahead)


def take(into: list[Event], events: Any) -> None:
    for event in events:
        into.append(event)  # noqa: PERF402 - each is seen as it comes


def test_who_follows_hears_of_it_in_time_wherever_the_cursor_is(killed: Killed) -> None:
    for events in (killed.followed, killed.ahead):
        end = events[-1]
        assert end.data["status"] == "error"
        assert end.data["problem"]["code"] == "interrupted"
        assert end.at - killed.at < HEARD_S
    assert [event.id for event in killed.ahead] == [f"{killed.run_id}:{AHEAD + 1}"]


def test_what_was_journalled_is_kept(killed: Killed, open_api: httpx.Client) -> None:
    shown = [(event.id, event.data) for event in killed.live]
    kept = [(event.id, event.data) for event in killed.followed[:-1]]
    assert 2 < len(kept) <= len(shown)
    assert kept == shown[: len(kept)]
    replayed = whole(follow(open_api, killed.run_id))
    assert [(event.id, event.data) for event in replayed[:-1]] == kept
    run = run_of(open_api, killed.run_id)
    assert (run["status"], run["error"]["code"]) == ("failed", "interrupted")
    assert run["final_response"]["output"] == text_of(killed.followed)
    assert run["last_seq"] == len(kept) - 1


def test_it_is_made_again_once(killed: Killed, open_api: httpx.Client) -> None:
    path = f"/api/v1/runs/{killed.run_id}/retry"
    answer = open_api.post(path)
    assert answer.status_code == 202, answer.text
    again = answer.json()
    assert again["retry_of"] == killed.run_id
    events = whole(follow(open_api, again["id"]))
    assert events[0].data["run_id"] == again["id"] != killed.run_id
    assert "1839" in final(events)["output"]
    assert final(events)["citations"]
    assert run_of(open_api, again["id"])["status"] == "done"
    assert run_of(open_api, killed.run_id)["retried_by"] == again["id"]
    assert open_api.post(path).json()["id"] == again["id"]
