"""The playground: `POST /api/debug/chat`."""

import asyncio
import json
from typing import Any

import pytest

from tests.functions.answers import calls
from tests.functions.conftest import Chat, Configure, Put, Site, Upstream
from tests.functions.streams import folded, frames, written
from tests.unit.llm.upstream import aborts, chunk, hangs, models, refuses, says, sends, until

PLAY = "POST /api/debug/chat"
UNKNOWN = "01JABCDEFGHJKMNPQRSTVWXYZ0"
HUGE = 10**2000  # an id that fits no key of the table


def test_streamed_and_not_say_the_same(chat: Chat, configure: Configure, upstream: Upstream) -> None:
    sums = [("calculator", {"expression": "6*7"}), ("calculator", {"expression": "1/0"})]
    called = calls(*sums, text="Let me see. ", reasoning="Two sums.")
    said = says("It is 42, ", "and 一 ", "无解 🤷.")
    mine = upstream(mine=(called, said, called, aborts(chunk("It")), said))
    model_id = configure("mine", base_url=mine.url, prices={"input": 1, "output": 2})["id"]
    asked = {"model_id": model_id, "prompt": "算一算", "tool_ids": [2]}
    whole = chat(PLAY, json=asked).json()
    events = frames(chat(PLAY, json=asked | {"stream": True}))
    final = events[-1][1]["final_response"]
    assert [data["reason"] for _, data in events if "reset" in data] == ["upstream_cut"]
    assert whole["output"] == "Let me see. It is 42, and 一 无解 🤷."
    assert whole["tool_calls"][0] == {
        "id": "call_0",
        "name": "calculator",
        "arguments": '{"expression": "6*7"}',
        "result": "42",
    }
    assert "Error" in whole["tool_calls"][1]["result"]
    assert folded(events) == {name: whole[name] for name in ("output", "reasoning", "tool_calls")}
    assert {name: final[name] for name in ("output", "tool_calls", "citations", "finish_reason")} == {
        name: whole[name] for name in ("output", "tool_calls", "citations", "finish_reason")
    }
    assert whole["usage"] == {"prompt_tokens": 14, "completion_tokens": 6, "total_tokens": 20}
    assert whole["metrics"]["cost"] == pytest.approx((14 * 1 + 6 * 2) / 1e6)


def test_a_model_reads_what_tools_gave(chat: Chat, configure: Configure, upstream: Upstream) -> None:
    mine = upstream(mine=(calls(("current_time", {}), ("nope", {})), says("Noon.")))
    model_id = configure("mine", base_url=mine.url)["id"]
    answer = chat(PLAY, json={"model_id": model_id, "prompt": "Time?", "tool_ids": [3, 3, 2]}).json()
    first, second = (call.body for call in mine.calls)
    assert [one["function"]["name"] for one in first["tools"]] == ["current_time", "calculator"]
    assert [one["role"] for one in second["messages"]] == ["user", "assistant", "tool", "tool"]
    results = [one["content"] for one in second["messages"][2:]]
    assert results == [call["result"] for call in answer["tool_calls"]]
    assert "There is no tool 'nope'" in results[1]


def test_documents_are_searched_and_cited(
    chat: Chat, configure: Configure, upstream: Upstream, index: Put
) -> None:
    document_id = index()
    search = calls(("search_documents", {"query": "When do wages come?"}))
    mine = upstream(mine=(search, says("Wages come on the 28th [1]. ", "They double in May [1].")))
    model_id = configure("mine", base_url=mine.url)["id"]
    answer = chat(PLAY, json={"model_id": model_id, "prompt": "Wages?", "tool_ids": [1]}).json()
    (citation,) = answer["citations"]
    assert (citation["document_id"], citation["quote"]) == (document_id, "Wages come on the 28th.")
    foreign = chat(PLAY, owner="stranger", json={"prompt": "search_documents: wages", "tool_ids": [1]}).json()
    assert document_id not in json.dumps(foreign)


def test_a_model_that_never_stops_calling_is_stopped(
    chat: Chat, configure: Configure, upstream: Upstream
) -> None:
    mine = upstream(mine=calls(("calculator", {"expression": "1+1"})))
    model_id = configure("mine", base_url=mine.url)["id"]
    answer = chat(PLAY, json={"model_id": model_id, "prompt": "Sum?", "tool_ids": [2]}).json()
    *before, last = mine.calls
    assert len(before) == len([one for one in answer["tool_calls"] if "result" in one]) == 8
    assert (last.body["tool_choice"], before[-1].body.get("tool_choice")) == ("none", None)


def test_a_conversation_goes_on_with_all_that_was_said(
    chat: Chat, configure: Configure, upstream: Upstream
) -> None:
    sums = calls(("calculator", {"expression": "6*7"}))
    mine = upstream(mine=(sums, says("42。"), says("因为。"), says("好。")))
    asked = {"model_id": configure("mine", base_url=mine.url)["id"], "tool_ids": [2]}
    begun = frames(
        chat(PLAY, json={**asked, "prompt": "六乘七？", "system_prompt": "Be brief.", "stream": True})
    )
    place = {"conversation_id": begun[0][1]["conversation_id"]}
    assert begun[-1][1]["final_response"]["conversation_id"] == place["conversation_id"]
    assert chat(PLAY, json={**asked, **place, "prompt": "为什么？"}).json()["conversation_id"] in begun[0][0]
    aside = chat(
        PLAY, json={**asked, **place, "prompt": "Aside", "system_prompt": "早", "keep": False}
    ).json()
    assert aside["conversation_id"] is None
    second, third = (call.body["messages"] for call in mine.calls[2:])
    assert [(one["role"], one.get("content")) for one in second] == [
        ("system", "Be brief."),
        ("user", "六乘七？"),
        ("assistant", ""),
        ("tool", "42"),
        ("assistant", "42。"),
        ("user", "为什么？"),
    ]
    assert second[2]["tool_calls"][0]["function"] == {
        "name": "calculator",
        "arguments": '{"expression": "6*7"}',
    }
    assert third[0] == {"role": "system", "content": "早"}
    assert third[1:] == [
        *second[1:],
        {"role": "assistant", "content": "因为。"},
        {"role": "user", "content": "Aside"},
    ]
    kept = chat(f"GET /api/v1/conversations/{place['conversation_id']}").json()
    assert [one["output"] for one in kept["turns"]] == ["42。", "因为。"]


def test_a_chat_that_is_not_kept_leaves_no_conversation(chat: Chat) -> None:
    events = frames(chat(PLAY, json={"prompt": "你好", "keep": False, "stream": True}))
    assert "conversation_id" not in events[0][1] | events[-1][1]["final_response"]
    assert chat("GET /api/v1/conversations").json()["items"] == []


def test_parameters_of_the_call_win_over_the_models_own(
    chat: Chat, configure: Configure, upstream: Upstream
) -> None:
    mine = upstream(mine=says("OK"))
    own = {"temperature": 0.5, "max_tokens": 9, "extra": {"top_k": 40}}
    model_id = configure("mine", base_url=mine.url, params=own)["id"]
    params = {"temperature": 0, "stop": ["完"], "seed": 7}
    history = [{"role": "assistant", "content": "Hi 👋"}]
    asked = {"model_id": model_id, "prompt": "你好\n🙂", "params": params, "messages": history}
    assert chat(PLAY, json=asked).status == 200
    body = mine.calls[0].body
    assert body["messages"] == [*history, {"role": "user", "content": "你好\n🙂"}]
    sent = {name: body.get(name) for name in ("temperature", "max_tokens", "top_k", "stop", "seed", "stream")}
    assert sent == {"temperature": 0, "max_tokens": 9, "top_k": 40, "stop": ["完"], "seed": 7, "stream": True}


def test_half_a_character_in_a_read_is_no_half_in_an_event(
    chat: Chat, configure: Configure, upstream: Upstream
) -> None:
    raw = chunk("诗🌸") + chunk(finish="stop")
    mine = upstream(mine=sends(*(bytes([one]) for one in raw), pause=0))
    model_id = configure("mine", base_url=mine.url)["id"]
    events = frames(chat(PLAY, json={"model_id": model_id, "prompt": "写诗", "stream": True}))
    assert written(events) == "诗🌸"


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (refuses(400), 502, "model_bad_request"),
        (refuses(401), 502, "model_authentication"),
        (refuses(429, retry_after="90"), 503, "model_rate_limited"),
        (refuses(302, location="http://169.254.169.254/"), 502, "model_not_found"),
    ],
)
def test_a_model_that_fails_is_a_status_or_the_last_event(
    chat: Chat, configure: Configure, upstream: Upstream, refusal: Any, status: int, code: str
) -> None:
    asked = {"model_id": configure("mine", base_url=upstream(mine=refusal).url)["id"], "prompt": "Hi"}
    failed = chat(PLAY, json=asked)
    assert (failed.status, failed.json()["code"]) == (status, code)
    assert failed.headers.get("retry-after") == ("90" if status == 503 else None)
    (_, started), (_, end) = frames(chat(PLAY, json={**asked, "stream": True}))
    assert started["started"]
    assert end["problem"]["code"] == code
    turn = chat(f"GET /api/v1/conversations/{started['conversation_id']}").json()["turns"][0]
    assert (turn["status"], turn["error"]["code"], turn["output"]) == ("failed", code, "")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"model_id": 99}, "99"),
        ({"model_id": 0}, "0"),
        ({"model_id": -1}, "-1"),
        ({"model_id": HUGE}, ""),
        ({"tool_ids": [2, 99, 100]}, "99, 100"),
        ({"tool_ids": [HUGE]}, ""),
        ({"conversation_id": UNKNOWN}, UNKNOWN),
        ({"conversation_id": "../x"}, "../x"),
    ],
)
def test_what_is_not_there_is_a_404(chat: Chat, wrong: Any, named: str, stream: bool) -> None:
    answer = chat(PLAY, json={"prompt": "Hi", "stream": stream} | wrong)
    assert (answer.status, answer.json()["code"]) == (404, "not_found")
    assert named in answer.json()["detail"]
    assert chat("GET /api/v1/conversations").json()["items"] == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "body"),
        ({"prompt": " \n"}, "body"),
        ({"prompt": "x" * 1_000_001}, "prompt"),
        ({"prompt": 5}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"prompt": "\ud83d"}, "prompt"),
        ({"prompt": "x", "model_id": "1"}, "model_id"),
        ({"prompt": "x", "model_id": 1.5}, "model_id"),
        ({"prompt": "x", "model_id": True}, "model_id"),
        ({"prompt": "x", "stream": "true"}, "stream"),
        ({"prompt": "x", "tool_ids": [1] * 33}, "tool_ids"),
        ({"prompt": "x", "tool_ids": ["1"]}, "tool_ids.0"),
        ({"prompt": "x", "system_prompt": ["x"]}, "system_prompt"),
        ({"prompt": "x", "params": {"temperature": 3}}, "params.temperature"),
        ({"prompt": "x", "params": {"max_tokens": 0}}, "params.max_tokens"),
        ({"prompt": "x", "params": {"extra": {"model": "another"}}}, "params.extra"),
        ({"prompt": "x", "params": {"nope": 1}}, "params.nope"),
        ({"prompt": "x", "messages": [{"role": "root", "content": "x"}]}, "messages.0.role"),
        ({"prompt": "x", "messages": [{"role": "user"}] * 1001}, "messages"),
        ({"prompt": "x", "messages": [{"role": "user", "a": "\ud83d"}]}, "messages"),
        ({"prompt": "x", "messages": [{"role": "user", "a": 10**30}]}, "messages"),
        ({"prompt": "x", "conversation_id": "x" * 65}, "conversation_id"),
        ({"prompt": "x", "conversation_id": ""}, "conversation_id"),
        ([], "body"),
        ("Hi", "body"),
    ],
)
def test_a_wrong_body_is_refused_and_its_field_named(chat: Chat, wrong: Any, field: str) -> None:
    content = json.dumps(wrong).encode()  # with half characters, as clients may send them
    answer = chat(PLAY, content=content, headers={"content-type": "application/json"})
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == field
    assert len(answer.body) < 2_000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"prompt=Hi",
        b"\x80\x81",
        '{"prompt": "你好"}'.encode("gb18030"),
        b'{"prompt": "' + b"9" * 10_000 + b'", "model_id": ' + b"9" * 10_000 + b"}",
        b'{"prompt": "x", "messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"prompt": "x", "params": {"extra": {"a": ' + b"[" * 2_000 + b"]" * 2_000 + b"}}}",
        b'{"prompt": "x", "messages": [{"role": "user", "a": ' + b"[" * 900 + b"]" * 900 + b"}]}",
        b'{"prompt": "x", "params": {"extra": {"a": NaN}}}',
    ],
)
def test_what_is_no_json_in_utf_8_is_refused(chat: Chat, content: bytes) -> None:
    answer = chat(PLAY, content=content, headers={"content-type": "application/json"})
    assert answer.status in {400, 422}, answer.body
    assert answer.json()["code"] in {"bad_request", "invalid_request"}


def test_a_key_joins_the_turn_and_adds_none(chat: Chat, generations: Any) -> None:
    asked = {"prompt": "你好", "stream": True}
    first, again = (chat(PLAY, json=asked, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert again.body == first.body
    whole = chat(PLAY, json={"prompt": "你好"}, headers={"Idempotency-Key": "w"})
    assert chat(PLAY, json={"prompt": "你好"}, headers={"Idempotency-Key": "w"}).body == whole.body
    assert len(generations()) == 2
    kept = chat("GET /api/v1/conversations").json()["items"]
    assert [one["turn_count"] for one in kept] == [1, 1]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_turn_that_is_stopped_keeps_what_was_written(site: Site, stream: bool) -> None:
    async with models(mine=(hangs(chunk("Half "), chunk("a word")), says("Whole."))) as mine:
        own = {"name": "mine", "model": "mine", "base_url": mine.url}
        asked = {"model_id": (await site("chat", "POST", "/api/v1/models", json=own)).json()["id"]}
        body = {**asked, "prompt": "Speak", "stream": stream}
        running = asyncio.create_task(site("chat", "POST", "/api/debug/chat", json=body))
        await until(lambda: mine.running)
        run_id = (await site("chat", "GET", "/api/v1/conversations")).json()["items"][0]["id"]
        found = f"/api/v1/runs/{run_id}"
        assert (await site("runs", "POST", f"{found}/stop")).json()["status"] == "stopped"
        answer = await running
        assert answer.status_code == (200 if stream else 409)
        assert b'"stopped"' in answer.content
        turn = (await site("chat", "GET", f"/api/v1/conversations/{run_id}")).json()["turns"][0]
        assert (turn["status"], turn["output"]) == ("stopped", "Half a word")
        assert turn["usage"]["completion_tokens"] > 0
        assert mine.calls[0].left
        again = {**asked, "prompt": "Go on", "conversation_id": run_id}
        await site("chat", "POST", "/api/debug/chat", json=again)
        assert [one["content"] for one in mine.calls[1].body["messages"]] == ["Speak", "Half a word", "Go on"]
