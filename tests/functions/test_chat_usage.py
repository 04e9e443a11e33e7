"""What callers used, and what they may: `GET /api/v1/usage` and budgets."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.functions.conftest import Chat, Configure, Put, Upstream
from tests.functions.streams import frames
from tests.unit.llm.upstream import aborts, chunk, refuses, says

USAGE = "GET /api/v1/usage"
PLAY = "POST /api/debug/chat"
COMPLETIONS = "POST /v1/chat/completions"
RESPONSES = "POST /v1/responses"
SHORT = {"max_tokens": 20}
TODAY = datetime.now(UTC).date()  # the suite does not run at midnight


def openai(model: str, **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 20} | more


@pytest.fixture
def spend(chat: Chat, configure: Configure, upstream: Upstream) -> Any:
    """`spend()`: the answer to a question that takes 10 tokens, and reserves some more."""
    prices = {"input": 1_000, "output": 1_000}
    model = configure("mine", base_url=upstream(mine=says("Aha.")).url, prices=prices)

    def spent(**more: Any) -> Any:
        return chat(PLAY, json={"model_id": model["id"], "prompt": "Hi", "params": SHORT} | more)

    return spent


def test_usage_is_told_by_day_model_and_capability(
    chat: Chat, ask: Any, index: Put, configure: Configure, upstream: Upstream
) -> None:
    mine = upstream(mine=(says("One."), aborts(chunk("Half")), says("Whole.")), other=says("Two."))
    prices = {"input": 1, "output": 2, "currency": "CNY"}
    model_id = configure("mine", base_url=mine.url, prices=prices)["id"]
    configure("other", base_url=mine.url)
    index()
    ask("query", query="When do wages come?")
    for _ in range(2):
        chat(PLAY, json={"model_id": model_id, "prompt": "Hi"})
    chat(COMPLETIONS, json=openai("other"))
    chat(RESPONSES, json={"model": "other", "input": "Hi"})
    chat(f"POST /api/v1/models/{model_id}/test")
    chat("POST /v1/embeddings", json={"model": "freshet-stand-in", "input": "x"})
    report = chat(USAGE).json()
    used = {(one["capability"], one["model"]): one for one in report["items"]}
    assert used.keys() == {
        ("parse", "freshet-stand-in"),
        ("query", "freshet-stand-in"),
        ("chat", "mine"),
        ("completions", "other"),
        ("responses", "other"),
        ("test", "mine"),
        ("embeddings", "freshet-stand-in"),
    }
    assert {one["day"] for one in report["items"]} == {TODAY.isoformat()}
    chats = used["chat", "mine"]
    assert (chats["calls"], chats["currency"], chats["estimated"]) == (3, "CNY", 1)
    assert chats["prompt_tokens"] > 14
    assert chats["cost"] == pytest.approx((chats["prompt_tokens"] + 2 * chats["completion_tokens"]) / 1e6)
    assert (used["completions", "other"]["cost"], used["completions", "other"]["unpriced"]) == (0, 1)
    sums = {one["currency"]: one for one in report["totals"]}
    assert sums["CNY"]["calls"] == 4
    assert sums["USD"]["calls"] == sum(one["calls"] for one in report["items"]) - 4
    assert chat(USAGE, owner="stranger-3").json()["items"] == []


def test_usage_is_told_of_the_days_that_are_asked_for(chat: Chat, spend: Any) -> None:
    spend()
    yesterday, tomorrow = (TODAY + timedelta(days=days) for days in (-1, 1))
    assert chat(f"{USAGE}?from={TODAY}&to={TODAY}").json()["items"] == chat(USAGE).json()["items"] != []
    assert chat(f"{USAGE}?to={yesterday}").json()["items"] == []
    assert chat(f"{USAGE}?from={tomorrow}&to={tomorrow}").json()["items"] == []
    for query, field in (
        ("from=yesterday", "from"),
        (f"to={TODAY}T00:00:01", "to"),
        (f"from={tomorrow}&to={TODAY}", "to"),
        ("from=2000-01-01", "from"),
        ("from=0000-00-00", "from"),
    ):
        refused = chat(f"{USAGE}?{query}")
        assert (refused.status, refused.json()["errors"][0]["field"]) == (422, field)


def test_without_a_limit_there_is_no_budget(chat: Chat, spend: Any) -> None:
    spend()
    budget = chat(USAGE).json()["budget"]
    assert (budget["tokens"], budget["cost"]) == (None, None)
    assert budget["month"] == f"{TODAY:%Y-%m}"


def test_a_budget_that_is_spent_is_a_429_that_says_so(
    chat: Chat, spend: Any, outage: Any, ask: Any, index: Put
) -> None:
    index()
    with outage({"BUDGET_TOKENS": "31"}):
        assert spend().status == 200
        refused = spend()
        assert (refused.status, refused.json()["code"]) == (429, "budget_spent")
        problem = refused.json()
        assert (problem["limit"], problem["spent"], problem["unit"]) == (31, 10, "tokens")
        assert datetime.fromisoformat(problem["resets_at"]).day == 1
        *_, (_, end) = frames(spend(stream=True))
        assert end["problem"]["code"] == "budget_spent"
        openais = [
            *(chat(COMPLETIONS, json=openai("mine", stream=stream)) for stream in (False, True)),
            *(
                chat(RESPONSES, json={"model": "mine", "input": "Hi", "stream": stream})
                for stream in (False, True)
            ),
            chat(COMPLETIONS, json=openai("freshet-stand-in")),
        ]
        for answer in openais:
            assert (answer.status, answer.json()["error"]["code"]) == (429, "insufficient_quota")
            assert answer.headers["x-should-retry"] == "false"
        budget = chat(USAGE).json()["budget"]
        assert budget["tokens"] == {"limit": 31, "spent": 10, "reserved": 0, "left": 21}
        assert budget["resets_at"].startswith(problem["resets_at"][:10])
        assert ask("query", query="When do wages come?").status == 429


def test_a_budget_is_each_callers_own(chat: Chat, spend: Any, outage: Any) -> None:
    with outage({"BUDGET_TOKENS": "5000"}):
        assert chat(PLAY, json={"prompt": "Hi"}).status == 200
        assert chat(PLAY, json={"prompt": "Hi", "params": {"max_tokens": 5000}}).status == 429
        assert chat(PLAY, owner="stranger-4", json={"prompt": "Hi"}).status == 200


def test_money_is_a_limit_too(chat: Chat, spend: Any, outage: Any) -> None:
    with outage({"BUDGET_COST": "0.031"}):
        assert spend().status == 200
        refused = spend().json()
        assert (refused["code"], refused["unit"], refused["limit"]) == ("budget_spent", "USD", 0.031)
        assert refused["spent"] == pytest.approx(0.01)
        budget = chat(USAGE).json()["budget"]
        assert budget["tokens"] is None
        assert budget["cost"]["spent"] == pytest.approx(0.01)
        assert budget["cost"]["left"] == pytest.approx(0.021)


def test_what_a_failed_call_did_not_use_is_given_back(
    chat: Chat, configure: Configure, upstream: Upstream, outage: Any
) -> None:
    mine = upstream(mine=(refuses(400), says("Aha.")))
    asked = {"model_id": configure("mine", base_url=mine.url)["id"], "prompt": "Hi", "params": SHORT}
    with outage({"BUDGET_TOKENS": "25"}):
        assert chat(PLAY, json=asked).status == 502
        assert chat(USAGE).json()["budget"]["tokens"]["left"] == 25
        assert chat(PLAY, json=asked).status == 200
