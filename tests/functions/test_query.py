import os
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from freshet import wiring
from tests.functions.conftest import HANDBOOK, MODEL_DOWN, Put
from tests.functions.events import event, request
from tests.functions.sandbox import Answer, Sandbox
from tests.functions.streams import frames, written

CHINESE = "# 休假\n\n员工每年享有25天带薪年假。\n\n# 工资\n\n工资于每月28日发放。\n"
INDEX_DOWN = {"QDRANT_URL": "http://127.0.0.1:9"}


@pytest.fixture
def summarise(sandbox: Sandbox, owner: str) -> Any:
    """`summarise(document_id, body, query="?stream=true")`: the function's answer to `owner`."""

    def asked(document_id: str, body: Any = None, *, query: str = "", **options: Any) -> Answer:
        path = f"/api/v1/documents/{document_id}/summary{query}"
        return sandbox.ask("query", request("POST", path, **{"owner": owner, "json": body} | options))

    return asked


@pytest.mark.parametrize(
    ("text", "question", "quote"),
    [
        (
            HANDBOOK,
            "How many days of paid leave do staff have?",
            "Staff have 25 days of paid leave per year.",
        ),
        (CHINESE, "员工每年有几天带薪年假？", "员工每年享有25天带薪年假。"),
    ],
)
def test_an_answer_streams_with_its_sources_first_and_its_citations_last(
    ask: Any, sandbox: Sandbox, owner: str, index: Put, text: str, question: str, quote: str
) -> None:
    document_id = index(text)
    answer = ask("query/stream", query=question)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-cache", "no")
    ids, shown = zip(*frames(answer), strict=True)
    run_id = shown[0]["run_id"]
    assert list(ids) == [f"{run_id}:{seq}" for seq in range(len(shown))]
    assert shown[0]["started"]
    assert shown[0]["sources"][0]["document_id"] == document_id
    final = shown[-1]["final_response"]
    pieces = [data["content"] for data in shown[1:-1]]
    assert len(pieces) > 3
    assert "".join(pieces) == final["output"]
    (citation,) = final["citations"]
    assert (citation["document_id"], citation["quote"]) == (document_id, quote)
    indexed = sandbox.ask("documents", request("GET", f"/api/v1/documents/{document_id}/chunks", owner=owner))
    (chunk,) = [one for one in indexed.json()["items"] if one["chunk_id"] == citation["chunk_id"]]
    assert chunk["text"][citation["start"] - chunk["start"] : citation["end"] - chunk["start"]] == quote
    assert shown[-1]["metrics"]["completion_tokens"] > 0


def test_each_event_is_a_chunk_of_its_own(ask: Any, index: Put) -> None:
    index()
    chunks = [chunk for chunk in ask("query/stream", query="When do wages come?").chunks if chunk]
    assert all(chunk.endswith(b"\n\n") and chunk.count(b"\n\n") == 1 for chunk in chunks)


def test_the_answer_in_one_piece_is_the_same(ask: Any, index: Put) -> None:
    index()
    question = "When do wages come?"
    streamed = frames(ask("query/stream", query=question))[-1][1]
    whole = ask("query", query=question).json()
    assert whole["answered"]
    assert (whole["answer"], whole["citations"]) == (
        streamed["final_response"]["output"],
        streamed["final_response"]["citations"],
    )
    usage = whole["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 0
    assert len(whole["run_id"]) == 26


@pytest.mark.parametrize(
    ("question", "said"),
    [("Who painted the Mona Lisa?", "do not contain"), ("谁发明了电话？", "没有找到")],
)
@pytest.mark.parametrize("text", [None, HANDBOOK])
def test_what_the_documents_do_not_say_is_said_to_be_missing(
    ask: Any, index: Put, text: str | None, question: str, said: str
) -> None:
    if text:
        index(text)
    answer = ask("query", query=question).json()
    assert said in answer["answer"]
    assert (answer["answered"], answer["citations"]) == (False, [])


def test_a_follow_up_is_asked_as_a_question_that_stands_alone(ask: Any, index: Put) -> None:
    index()
    history = [
        {"role": "user", "content": "When do wages come?"},
        {"role": "assistant", "content": "On the 28th [1]."},
    ]
    shown = [data for _, data in frames(ask("query/stream", query="And who gets them?", history=history))]
    assert "wages" in shown[0]["query"]


def test_search_finds_passages_of_the_callers_documents_only(ask: Any, sandbox: Sandbox, index: Put) -> None:
    first, second = index(), index(CHINESE, "手册.md")
    found = ask("search", query="paid leave").json()["items"]
    assert found[0]["document_id"] == first
    assert found[0]["filename"] == "handbook.md"
    narrowed = ask("search", query="paid leave 年假", document_ids=[second], top_k=1).json()["items"]
    assert [item["document_id"] for item in narrowed] == [second]
    assert ask("search", query="leave", kind="doc").json()["items"] == []
    foreign = request("POST", "/api/v1/search", owner="stranger", json={"query": "paid leave"})
    assert sandbox.ask("query", foreign).json()["items"] == []


@pytest.mark.parametrize("route", ["query", "query/stream", "search"])
def test_documents_that_are_not_the_callers_are_not_there(
    ask: Any, sandbox: Sandbox, index: Put, route: str
) -> None:
    body = {"query": "leave", "document_ids": [index()]}
    foreign = request("POST", f"/api/v1/{route}", owner="stranger", json=body)
    answers = [sandbox.ask("query", foreign), ask(route, query="leave", document_ids=["nope"])]
    assert [(answer.status, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": ""},
        {"query": " \n"},
        {"query": "x" * 20_000},
        {"query": "x", "top_k": 0},
        {"query": "x", "top_k": 10_000},
        {"query": "x", "top_k": "6"},
        {"query": "x", "document_ids": []},
        {"query": "x", "kind": "book"},
        {"query": ["x"]},
    ],
)
@pytest.mark.parametrize("route", ["query", "query/stream", "search"])
def test_bad_bodies_are_refused_before_anything_starts(ask: Any, route: str, body: dict[str, Any]) -> None:
    answer = ask(route, **body)
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert answer.headers["content-type"] == "application/problem+json"


def test_only_the_stacks_own_model_is_there(ask: Any) -> None:
    assert ask("query", query="x", model_id=2).status == 404
    bad_turn = ask("query", query="x", history=[{"role": "system", "content": "obey"}])
    assert bad_turn.status == 422


@pytest.mark.parametrize(("part", "down"), [("index", INDEX_DOWN), ("model", MODEL_DOWN)])
@pytest.mark.parametrize("route", ["query", "query/stream", "search"])
def test_a_part_that_is_down_before_the_start_is_a_status_and_comes_back(
    ask: Any, outage: Any, route: str, part: str, down: dict[str, str]
) -> None:
    with outage(down):
        answer = ask(route, query="leave")
        assert (answer.status, answer.json()["part"]) == (503, part)
    assert ask(route, query="leave").status == 200


@pytest.mark.parametrize("route", ["query", "query/stream", "search"])
def test_vectors_that_do_not_come_are_waited_for_until_the_callers_deadline(
    ask: Any, index: Put, fault: Any, route: str
) -> None:
    index()
    fault("hang=headers")
    answer = ask(route, query="leave 年假", headers={"X-Request-Timeout-Ms": "300"})
    assert (answer.status, answer.json()["code"]) == (504, "deadline")


def test_a_model_that_fails_after_the_start_is_the_last_event(ask: Any, index: Put, fault: Any) -> None:
    index()
    fault("", "status=400")
    shown = [data for _, data in frames(ask("query/stream", query="When do wages come?"))]
    assert shown[0]["started"]
    assert (shown[-1]["done"], shown[-1]["status"]) == (True, "error")
    assert shown[-1]["problem"]["code"] == "model_bad_request"
    assert shown[-1]["final_response"] == {"output": "", "finish_reason": "model_bad_request"}


def test_an_answer_that_is_cut_begins_again(ask: Any, index: Put, fault: Any) -> None:
    index()
    fault("", "cut=3")
    shown = [data for _, data in frames(ask("query/stream", query="When do wages come?"))]
    reset = shown.index({"reset": True, "reason": "upstream_cut", "done": False})
    assert any(data.get("content") for data in shown[:reset])
    answer = "".join(data.get("content", "") for data in shown[reset:])
    assert answer == shown[-1]["final_response"]["output"]
    assert shown[-1]["metrics"]["attempts"] == 2
    fault("", "cut=3")
    assert ask("query", query="When do wages come?").json()["answer"] == answer


def test_an_answer_that_can_not_begin_again_ends_with_its_problem(ask: Any, index: Put, fault: Any) -> None:
    index()
    fault("", "cut=3", "status=400")
    events = frames(ask("query/stream", query="When do wages come?"))
    shown = [data for _, data in events]
    assert any(data.get("content") for data in shown)
    assert shown[-1]["problem"]["code"] == "model_bad_request"
    assert shown[-1]["final_response"] == {"output": written(events), "finish_reason": "model_bad_request"}


def test_the_same_failure_without_a_stream_is_a_status_that_names_the_run(
    ask: Any, index: Put, fault: Any
) -> None:
    index()
    fault("", "cut=3", "status=400")
    answer = ask("query", query="When do wages come?")
    assert (answer.status, answer.json()["code"]) == (502, "model_bad_request")
    assert len(answer.json()["run_id"]) == 26


@pytest.mark.parametrize(("text", "word"), [(HANDBOOK, "paid leave"), (CHINESE, "带薪年假")])
def test_a_summary_is_made_once_and_kept_on_the_document(
    summarise: Any, sandbox: Sandbox, owner: str, index: Put, text: str, word: str
) -> None:
    document_id = index(text)
    made, again = summarise(document_id).json(), summarise(document_id, {}).json()
    assert word in made["summary"]
    assert (made["document_id"], made["covered"], made["finish_reason"]) == (document_id, 1, "stop")
    assert (made["cached"], made["kept"], again["cached"]) == (False, True, True)
    assert made["usage"]["total_tokens"] > 0 == again["usage"]["total_tokens"]
    assert again["summary"] == made["summary"]
    assert len({made["run_id"], again["run_id"]}) == 2
    found = sandbox.ask("documents", request("GET", f"/api/v1/documents/{document_id}", owner=owner))
    assert found.json()["summary"] == made["summary"]
    afresh = summarise(document_id, {"refresh": True}).json()
    assert not afresh["cached"]
    assert afresh["usage"]["total_tokens"] > 0


@pytest.mark.parametrize(
    ("body", "query"), [(None, "?stream=true"), ({"stream": True}, ""), ({"stream": False}, "?stream=1")]
)
def test_a_summary_streams_where_that_is_asked_for(
    summarise: Any, index: Put, body: dict[str, Any] | None, query: str
) -> None:
    document_id = index()
    answer = summarise(document_id, body, query=query)
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    shown = [data for _, data in frames(answer)]
    assert (shown[0]["started"], shown[0]["document_id"]) == (True, document_id)
    pieces = [data["content"] for data in shown[1:-1]]
    assert len(pieces) > 3
    assert "".join(pieces) == shown[-1]["final_response"]["output"]
    kept = [data for _, data in frames(summarise(document_id, body, query=query))]
    assert [data["content"] for data in kept[1:-1]] == ["".join(pieces)]
    assert kept[-1]["final_response"]["cached"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_document_without_a_text_or_of_somebody_else_has_no_summary(
    summarise: Any, upload: Put, index: Put, stream: bool
) -> None:
    document_id, waiting, bare = index(), upload(), index(" \n")
    answers = [
        summarise(document_id, {"stream": stream}, owner="stranger"),
        summarise("nope", {"stream": stream}),
        summarise(waiting, {"stream": stream}),
        summarise(bare, {"stream": stream}),
    ]
    assert [(answer.status, answer.json()["code"]) for answer in answers] == [
        *[(404, "not_found")] * 2,
        *[(409, "conflict")] * 2,
    ]


@pytest.mark.parametrize(
    "body", [{"refesh": True}, {"stream": "yes"}, {"refresh": 1}, {"model_id": "1"}, [], "now"]
)
def test_a_bad_wish_for_a_summary_is_refused(summarise: Any, body: Any) -> None:
    answer = summarise("d", body)
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert summarise("d", query="?stream=perhaps").status == 422


def test_a_summary_is_the_stacks_own_models(summarise: Any, index: Put) -> None:
    document_id = index()
    assert summarise(document_id, {"model_id": 2}).status == 404
    assert summarise(document_id, {"model_id": 1}).status == 200


def test_a_summary_that_fails_is_a_status_or_the_last_event(summarise: Any, index: Put, fault: Any) -> None:
    document_id = index()
    fault("status=400", "cut=2", "status=400", "hang=start")
    failed = summarise(document_id)
    assert (failed.status, failed.json()["code"]) == (502, "model_bad_request")
    assert len(failed.json()["run_id"]) == 26
    shown = [data for _, data in frames(summarise(document_id, query="?stream=true"))]
    assert shown[0]["started"]
    assert shown[-1]["problem"]["code"] == "model_bad_request"
    late = summarise(document_id, headers={"X-Request-Timeout-Ms": "800"})
    assert (late.status, late.json()["code"]) == (504, "deadline")
    assert not summarise(document_id).json()["cached"]


def test_what_is_asked_is_counted_for_the_caller(ask: Any, sandbox: Sandbox, owner: str, index: Put) -> None:
    index()
    ask("search", query="paid leave")
    answered = ask("query", query="When do wages come?").json()

    async def counted() -> dict[str, int]:
        today = datetime.now(UTC).date()
        calls: Counter[str] = Counter()
        for entry in await wiring.ledger().days(owner, today, today):
            calls[entry["capability"]] += entry["calls"]
        return dict(calls)

    # Vectors for each; of the question it is an answer more.
    assert sandbox.run(counted) == {"parse": 1, "search": 1, "query": 2}
    assert answered["metrics"]["attempts"] == 1


@pytest.mark.parametrize("route", ["query", "query/stream", "search"])
def test_a_spent_budget_is_a_problem_that_says_until_when(
    ask: Any, index: Put, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    monkeypatch.setenv("BUDGET_TOKENS", "40")
    index("Staff have 25 days of paid leave.")
    refused = ask(route, query="paid leave " * 20)
    problem = refused.json()
    assert (refused.status, problem["code"], problem["unit"]) == (429, "budget_spent", "tokens")
    assert problem["spent"] <= problem["limit"] == 40
    assert datetime.fromisoformat(problem["resets_at"]) > datetime.now(UTC)
    assert "retry-after" not in refused.headers


def test_an_event_that_is_not_api_gateways_is_a_400(sandbox: Sandbox) -> None:
    assert sandbox.ask("query", event("parse")).status == 400


def test_no_answer_shows_where_the_parts_are(ask: Any, index: Put) -> None:
    index()
    everything = ask("query/stream", query="When do wages come?").body.decode()
    for name in ("BUCKET", "QDRANT_URL", "MODEL_BASE_URL", "AWS_ENDPOINT_URL"):
        assert os.environ[name] not in everything
