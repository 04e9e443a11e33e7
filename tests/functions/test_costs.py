"""What a run cost is what a hand computes: in its metrics, on its record, in the usage and in the budget."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from freshet.asked import STACK_MODEL
from tests.functions.bills import Bill, as_metrics, costs, entries
from tests.functions.conftest import Site
from tests.functions.shop import (
    PROMPT,
    Act,
    Shop,
    a_completion,
    a_response,
    a_streamed_completion,
    failed,
    failed_in_one_piece,
    in_one_piece,
    joined,
    late,
    left_and_resumed,
    stopped,
    streamed,
    with_a_calculator,
)
from tests.unit.llm.upstream import DONE, Answer, chunk, hangs, models, refuses, sends

BUDGET = 10.0  # USD a month

# Per million tokens.
DEAR = {"input": 3.0, "cached": 0.3, "output": 15.0}
CHEAP = {"input": 0.25, "output": 2.0}
YUAN = {"input": 4.0, "output": 16.0, "currency": "CNY"}
EMBEDDING = {"input": 0.02, "output": 0.0}
STACK = {"own": [0.4, 1.6, 0.1]}  # MODEL_PRICES: prompt, completion, cached


def used(prompt: int, completion: int, cached: int = 0) -> bytes:
    """The end of a stream."""
    details = {"prompt_tokens_details": {"cached_tokens": cached}}
    told = {"prompt_tokens": prompt, "completion_tokens": completion} | (details if cached else {})
    return b"data: " + json.dumps({"choices": [], "usage": told}).encode() + b"\n\n" + DONE


def tells(prompt: int, completion: int, cached: int = 0, pause: float = 0) -> Answer:
    """A whole answer that used so much."""
    end = chunk(finish="stop") + used(prompt, completion, cached)
    return sends(chunk("春眠"), chunk("不觉晓"), end, pause=pause)


def calls(prompt: int, completion: int) -> Answer:
    """A call of the calculator."""
    function = {"name": "calculator", "arguments": '{"expression": "6*7"}'}
    called = chunk(tool_calls=[{"index": 0, "id": "a", "function": function}])
    return sends(called, chunk(finish="tool_calls") + used(prompt, completion), pause=0)


def vectors(prompt: int) -> Answer:
    told = {"data": [{"index": 0, "embedding": [0.5, 0.5]}], "usage": {"prompt_tokens": prompt}}
    return sends(json.dumps(told).encode(), kind="application/json", pause=0)


CUT = sends(chunk("春眠"), chunk("不觉晓"), pause=0)  # 5 characters of 0.75: 4 tokens
BAD = json.dumps({"error": {"message": "no", "code": 400}}).encode()
FAILS = sends(chunk("春眠"), chunk("不觉晓"), b"data: " + BAD + b"\n\n", pause=0)
WAITS = hangs(chunk("春眠"), chunk("不觉晓"))
ELSEWHERE = refuses(503, retry_after="60")  # nobody waits so long with a fallback at hand


@dataclass(frozen=True)
class Case:
    """What is done, what the models answer to it (in order), and what that costs by hand."""

    does: str
    act: Act
    bills: list[Bill]
    dear: tuple[Answer, ...] = ()
    other: tuple[Answer, ...] = ()
    own: tuple[Answer, ...] = ()
    prices: Mapping[str, Any] | None = field(default_factory=lambda: DEAR)
    others: Mapping[str, Any] | None = None
    capability: str = "chat"
    attempts: int = 1


WHOLE = tells(1200, 300)
WHOLE_BILL = Bill("dear", 1200, 300, (1200 * 3 + 300 * 15) / 1e6)
# Nobody told: 7 tokens of the prompt, 4 of what was shown.
PART_BILL = Bill("dear", 7, 4, (7 * 3 + 4 * 15) / 1e6, estimated=True)

CASES = [
    Case("streamed", streamed, [WHOLE_BILL], (WHOLE,)),
    Case("in one piece", in_one_piece, [WHOLE_BILL], (WHOLE,)),
    Case("a completion", a_completion, [WHOLE_BILL], (WHOLE,), capability="completions"),
    Case("a streamed completion", a_streamed_completion, [WHOLE_BILL], (WHOLE,), capability="completions"),
    Case("a response", a_response, [WHOLE_BILL], (WHOLE,), capability="responses"),
    Case(
        "cached",
        streamed,
        [Bill("dear", 1200, 300, (200 * 3 + 1000 * 0.3 + 300 * 15) / 1e6, cached=1000)],
        (tells(1200, 300, cached=1000),),
    ),
    Case("without a price", streamed, [Bill("dear", 1200, 300, None)], (WHOLE,), prices=None),
    Case("cut, and begun again", streamed, [PART_BILL, WHOLE_BILL], (CUT, WHOLE), attempts=2),
    Case("cut, in one piece", in_one_piece, [PART_BILL, WHOLE_BILL], (CUT, WHOLE), attempts=2),
    Case("left and resumed", left_and_resumed, [WHOLE_BILL], (tells(1200, 300, pause=0.2),)),
    Case("joined", joined, [WHOLE_BILL], (tells(1200, 300, pause=0.1),)),
    Case("stopped", stopped, [PART_BILL], (WAITS,)),
    Case("too late", late, [PART_BILL], (WAITS,)),
    Case("retried", streamed, [WHOLE_BILL], (refuses(429, retry_after="0"), WHOLE), attempts=2),
    Case("failed after content", failed, [PART_BILL], (FAILS,)),
    Case("failed, in one piece", failed_in_one_piece, [PART_BILL], (FAILS,)),
    Case(
        "two rounds with a tool",
        with_a_calculator,
        [
            Bill("dear", 1000, 40, (1000 * 3 + 40 * 15) / 1e6),
            Bill("dear", 1100, 20, (100 * 3 + 1000 * 0.3 + 20 * 15) / 1e6, cached=1000),
        ],
        (calls(1000, 40), tells(1100, 20, cached=1000)),
    ),
    Case(
        "another model at its own price",
        streamed,
        [Bill("other", 1200, 300, (1200 * 0.25 + 300 * 2) / 1e6)],
        (ELSEWHERE,),
        other=(WHOLE,),
        others=CHEAP,
        attempts=2,
    ),
    Case(
        "another model, in another currency",
        streamed,
        [Bill("other", 1200, 300, (1200 * 4 + 300 * 16) / 1e6, currency="CNY")],
        (ELSEWHERE,),
        other=(WHOLE,),
        others=YUAN,
        attempts=2,
    ),
    Case(
        "cut twice, then another model in another currency",
        streamed,
        [PART_BILL, PART_BILL, Bill("other", 1200, 300, (1200 * 4 + 300 * 16) / 1e6, currency="CNY")],
        (CUT,),
        other=(WHOLE,),
        others=YUAN,
        attempts=3,
    ),
    Case(
        "the stack's own model",
        streamed,
        [Bill("own", 1200, 300, (200 * 0.4 + 1000 * 0.1 + 300 * 1.6) / 1e6, cached=1000)],
        own=(tells(1200, 300, cached=1000),),
    ),
]


@pytest.fixture
def opened(site: Site, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`async with opened(case)`: the shop of a case."""

    @asynccontextmanager
    async def opening(case: Case) -> AsyncIterator[Shop]:
        answers = {name: given for name in ("dear", "other", "own") if (given := getattr(case, name))}
        async with models(**answers) as upstream:
            monkeypatch.setenv("BUDGET_COST", str(BUDGET))
            monkeypatch.setenv("MODEL_BASE_URL", upstream.url)
            monkeypatch.setenv("MODEL_NAME", "own")
            monkeypatch.setenv("MODEL_PRICES", json.dumps(STACK))
            yield Shop(site, upstream, STACK_MODEL if case.own else await dear(site, case, upstream.url))

    return opening


async def dear(site: Site, case: Case, base_url: str) -> int:
    """The id of the model `dear`, for which `other` stands in if there is one."""
    others = [await configured(site, "other", base_url, prices=case.others)] if case.other else []
    return await configured(site, "dear", base_url, prices=case.prices, fallbacks=others)


async def configured(site: Site, name: str, base_url: str, **members: Any) -> int:
    """The id of the new model."""
    model = {"name": name, "base_url": base_url, "model": name, **members}
    answer = await site("chat", "POST", "/api/v1/models", json=model)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def items(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was used, of a day."""
    assert len({one["day"] for one in report["items"]}) == 1
    return [{name: one[name] for name in one if name != "day"} for one in report["items"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.does)
async def test_what_a_run_cost_is_what_a_hand_computes(opened: Any, case: Case) -> None:
    async with opened(case) as shop:
        paid = await case.act(shop)
        metrics = (await shop.record(paid.run_id))["metrics"]
        report = await shop.usage()
    wanted = as_metrics(case.bills)
    assert {name: metrics.get(name) for name in wanted} == wanted
    assert metrics["attempts"] == case.attempts
    assert paid.metrics.items() <= metrics.items()
    assert items(report) == entries(case.bills, case.capability)
    assert {total["currency"]: total["cost"] for total in report["totals"]} == costs(case.bills)
    assert report["budget"]["cost"]["spent"] == costs(case.bills).get("USD", 0)


async def test_vectors_cost_what_a_hand_computes(opened: Any) -> None:
    case = Case("vectors", streamed, [], (vectors(50_000),), prices=EMBEDDING)
    async with opened(case) as shop:
        body = {"model": "dear", "input": PROMPT}
        answer = await shop.ask("chat", "POST", "/v1/embeddings", json=body)
        report = await shop.usage()
    assert answer.json()["usage"] == {"prompt_tokens": 50_000, "total_tokens": 50_000}
    bill = Bill("dear", 50_000, 0, 50_000 * 0.02 / 1e6)
    assert items(report) == entries([bill], "embeddings")
    assert report["budget"]["cost"]["spent"] == 0.001
