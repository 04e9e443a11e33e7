"""OpenAI's responses: made, gone on from, found again, taken up again, cancelled."""

import asyncio
import json
from typing import Any

import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from freshet.ids import new_id
from freshet.runs import service
from tests.functions.answers import calls
from tests.functions.conftest import Chat, Configure, Put, Site, Upstream
from tests.functions.sandbox import Answer
from tests.unit.llm.upstream import aborts, chunk, hangs, models, refuses, says, until

RESPONSES = "/v1/responses"
STACK = "freshet-stand-in"
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
SEARCH = {"type": "file_search", "vector_store_ids": ["documents"]}
EVERY = ["GET {}", "GET {}?stream=true", "POST {}/cancel"]
EVENTS: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


@pytest.fixture
def respond(chat: Chat) -> Any:
    """`respond("你好", model="mine")`: the answer to `owner`."""

    def responded(given: Any = "你好 🙂", headers: Any = None, **body: Any) -> Answer:
        return chat(f"POST {RESPONSES}", headers=headers, json={"model": "mine", "input": given} | body)

    return responded


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose record is not there is given no time to arrive."""
    monkeypatch.setattr(service, "YOUNG_S", 0)


def events_of(answer: Answer) -> list[dict[str, Any]]:
    """The events of a stream, each one that OpenAI's client knows."""
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    *blocks, rest = answer.body.decode().split("\n\n")
    assert rest == ""
    found = []
    for block in blocks:
        name, data = block.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {found[-1]['type']}"
        EVENTS.validate_python(found[-1])
    return found


def text_of(response: dict[str, Any]) -> str:
    return str(Response.model_validate(response).output_text)


def error(answer: Answer) -> tuple[int, str | None, str | None]:
    found = answer.json()["error"]
    return answer.status, found["code"], found["param"]


def test_streamed_and_not_say_the_same(
    respond: Any, chat: Chat, configure: Configure, upstream: Upstream
) -> None:
    called = calls(("get_weather", {"city": "北京"}), text="Let me see.", reasoning="想一想")
    configure("mine", base_url=upstream(mine=called).url)
    whole = respond(tools=[WEATHER]).json()
    events = events_of(respond(tools=[WEATHER], stream=True))
    assert [one["sequence_number"] for one in events] == list(range(len(events)))
    assert (events[0]["type"], events[-1]["type"]) == ("response.created", "response.completed")
    last = events[-1]["response"]
    kinds = [item["type"] for item in whole["output"]]
    assert kinds == [item["type"] for item in last["output"]] == ["reasoning", "message", "function_call"]
    assert text_of(whole) == text_of(last) == "Let me see."
    assert whole["output"][2]["arguments"] == last["output"][2]["arguments"] == '{"city": "北京"}'
    assert (whole["usage"], whole["status"]) == (last["usage"], last["status"])
    deltas = [one["delta"] for one in events if one["type"] == "response.output_text.delta"]
    assert "".join(deltas) == "Let me see."
    for response in (whole, last):
        assert chat(f"GET {RESPONSES}/{response['id']}").json() == response


def test_a_response_goes_on_from_another(respond: Any, configure: Configure, upstream: Upstream) -> None:
    mine = upstream(mine=(calls(("get_weather", {"city": "x"})), says("晴。"), says("Bye.")))
    configure("mine", base_url=mine.url)
    first = respond(instructions="Be brief.", tools=[WEATHER]).json()
    result = {"type": "function_call_output", "call_id": first["output"][0]["call_id"], "output": "sunny"}
    second = respond([result], previous_response_id=first["id"], tools=[WEATHER]).json()
    third = respond("Thanks", previous_response_id=second["id"], stream=True)
    assert text_of(events_of(third)[-1]["response"]) == "Bye."
    assert second["previous_response_id"] == first["id"]
    said = [(one["role"], one.get("content")) for one in mine.calls[2].body["messages"]]
    assert said == [
        ("user", "你好 🙂"),
        ("assistant", ""),
        ("tool", "sunny"),
        ("assistant", "晴。"),
        ("user", "Thanks"),
    ]


@pytest.mark.usefixtures("at_once")
def test_there_is_no_going_on_from_what_is_not_there(
    respond: Any, chat: Chat, configure: Configure, upstream: Upstream
) -> None:
    configure("mine", base_url=upstream(mine=(says("A."), refuses(400), says("B."))).url)
    theirs = chat(f"POST {RESPONSES}", owner="stranger", json={"model": STACK, "input": "Hi"}).json()["id"]
    play = chat("POST /api/debug/chat", json={"prompt": "Hi"}).json()["run_id"]
    hidden = respond(store=False).json()["id"]
    failed = f"resp_{respond().json()['error']['run_id']}"
    for id_ in (theirs, f"resp_{play}", hidden, failed, f"resp_{new_id()}", "resp_x", ""):
        for stream in (False, True):
            refused = respond("Go on", previous_response_id=id_, stream=stream)
            assert refused.status in {400, 404}, refused.body
            assert refused.headers["x-should-retry"] == "false"


def test_documents_are_searched_and_cited(
    respond: Any, chat: Chat, configure: Configure, upstream: Upstream, index: Put
) -> None:
    document_id = index()
    search = calls(("search_documents", {"query": "wages"}))
    said = says("你好。Wages come on the 28th [1].")
    mine = upstream(mine=(search, said, search, said))
    configure("mine", base_url=mine.url)
    include = ["file_search_call.results"]
    whole = respond(tools=[SEARCH], include=include).json()
    Response.model_validate(whole)
    found, message = whole["output"]
    assert (found["type"], found["queries"]) == ("file_search_call", ["wages"])
    assert found["results"][0]["file_id"] == document_id
    (annotation,) = message["content"][0]["annotations"]
    assert (annotation["type"], annotation["file_id"]) == ("file_citation", document_id)
    assert message["content"][0]["text"][annotation["index"] :] == "[1]."
    narrowed = SEARCH | {"vector_store_ids": [document_id]}
    events = events_of(respond(tools=[narrowed], stream=True))
    assert {one["type"] for one in events} >= {
        "response.file_search_call.searching",
        "response.file_search_call.completed",
    }
    body = {"model": STACK, "input": "wages", "tools": [narrowed]}
    assert chat(f"POST {RESPONSES}", owner="stranger", json=body).status == 404


def test_the_callers_documents_answer_with_annotations(respond: Any, index: Put) -> None:
    document_id = index()
    events = events_of(respond("When do wages come?", model="freshet-rag", stream=True))
    (message,) = events[-1]["response"]["output"]
    (annotation,) = message["content"][0]["annotations"]
    assert annotation["file_id"] == document_id
    added = [one for one in events if one["type"] == "response.output_text.annotation.added"]
    assert [one["annotation"] for one in added] == [annotation]


def test_a_stream_is_taken_up_after_any_event(
    respond: Any, chat: Chat, configure: Configure, upstream: Upstream
) -> None:
    configure("mine", base_url=upstream(mine=says("One, ", "two, ", "三。")).url)
    events = events_of(respond(stream=True))
    one = f"{RESPONSES}/{events[0]['response']['id']}"
    assert events_of(chat(f"GET {one}?stream=true")) == events
    for number in range(len(events) - 1):
        again = chat(f"GET {one}?stream=true&starting_after={number}")
        assert events_of(again) == events[number + 1 :]
    for query in ("stream=perhaps", "stream=true&starting_after=x"):
        assert chat(f"GET {one}?{query}").status == 400


def test_a_response_that_is_not_to_be_stored_is_hidden(
    respond: Any, chat: Chat, configure: Configure, upstream: Upstream
) -> None:
    mine = upstream(mine=says("Secret."))
    configure("mine", base_url=mine.url)
    hidden = respond(store=False).json()
    assert text_of(hidden) == "Secret."
    one = f"{RESPONSES}/{hidden['id']}"
    assert {chat(route.format(one)).status for route in EVERY} == {404}
    reference = [{"type": "item_reference", "id": hidden["output"][0]["id"]}]
    assert error(respond(reference))[0] == 400
    assert len(mine.calls) == 1


@pytest.mark.usefixtures("at_once")
def test_what_is_no_response_of_the_callers_is_not_there(
    respond: Any, chat: Chat, configure: Configure, upstream: Upstream, ask: Any
) -> None:
    configure("mine", base_url=upstream(mine=says("Mine.")).url)
    mine = respond().json()["id"]
    query = ask("query", query="leave").json()["run_id"]
    play = chat("POST /api/debug/chat", json={"prompt": "Hi"}).json()["run_id"]
    ids = [f"resp_{query}", f"resp_{play}", mine[5:], f"resp_{new_id()}", "resp_", "x" * 2000, "响应"]
    for route in EVERY:
        assert chat(route.format(f"{RESPONSES}/{mine}"), owner="stranger").status == 404
        for id_ in ids:
            answer = chat(route.format(f"{RESPONSES}/{id_}"))
            assert (answer.status, answer.json()["error"]["type"]) == (404, "invalid_request_error")
    assert text_of(chat(f"GET {RESPONSES}/{mine}").json()) == "Mine."


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("wrong", "code", "param"),
    [
        ({"background": True}, "unsupported_parameter", "background"),
        ({"nonsense": 1}, "unknown_parameter", "nonsense"),
        ({"input": 5}, "invalid_type", "input"),
        ({"input": [{"type": "wish"}]}, "invalid_value", "input[0].type"),
        ({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}, None, None),
        ({"tools": [{"type": "web_search"}]}, "invalid_value", "tools[0].type"),
        ({"tools": [SEARCH | {"vector_store_ids": []}]}, "invalid_value", "tools[0].vector_store_ids"),
        ({"tool_choice": "required"}, "invalid_value", "tool_choice"),
        ({"temperature": 5}, "invalid_value", "temperature"),
        ({"max_output_tokens": 0}, "invalid_value", "max_output_tokens"),
        ({"text": {"format": {"type": "json_schema"}}}, "invalid_value", "text.format"),
        ({"metadata": {"a": 1}}, "invalid_type", "metadata.a"),
        ({"model": "nope"}, "model_not_found", "model"),
    ],
)
def test_what_is_wrong_is_refused_and_named(
    respond: Any, wrong: Any, code: str | None, param: str | None, stream: bool
) -> None:
    answer = respond("Hi", **{"model": STACK, "stream": stream} | wrong)
    status, said, field = error(answer)
    assert status == (404 if code == "model_not_found" else 400)
    assert code is None or (said, field) == (code, param)
    assert answer.headers["x-should-retry"] == "false"


def test_a_model_that_fails_is_a_status_before_the_first_word_and_an_event_after(
    respond: Any, chat: Chat, configure: Configure, upstream: Upstream
) -> None:
    cut, whole = aborts(chunk("Half")), says("Whole.")
    configure("mine", base_url=upstream(mine=(refuses(400), refuses(400), cut, whole, cut)).url)
    assert [error(respond(stream=stream))[0] for stream in (False, True)] == [400, 400]
    assert text_of(respond().json()) == "Whole."
    events = events_of(respond(stream=True))
    assert [one["type"] for one in events[-2:]] == ["error", "response.failed"]
    failed = events[-1]["response"]
    assert (failed["status"], failed["error"]["code"]) == ("failed", "server_error")
    assert "Half" in json.dumps(failed["output"])
    assert chat(f"GET {RESPONSES}/{failed['id']}").json() == failed


def test_the_same_key_is_the_same_response(respond: Any, generations: Any) -> None:
    for stream in (False, True):
        headers = {"Idempotency-Key": f"k-{stream}"}
        first, again = (respond(model=STACK, headers=headers, stream=stream) for _ in range(2))
        assert first.status == 200
        assert again.body == first.body
    assert len(generations()) == 2


async def test_a_response_that_is_cancelled_keeps_what_was_written(site: Site) -> None:
    async with models(mine=(hangs(chunk("Half "), chunk("a word")), says("Whole."))) as mine:
        own = {"name": "mine", "model": "mine", "base_url": mine.url}
        assert (await site("chat", "POST", "/api/v1/models", json=own)).status_code == 201
        body = {"model": "mine", "input": "Speak", "stream": True}
        running = asyncio.create_task(site("chat", "POST", RESPONSES, json=body))
        await until(lambda: mine.running)
        run_id = await newest(site)
        one = f"{RESPONSES}/resp_{run_id}"
        followed = asyncio.create_task(site("chat", "GET", f"{one}?stream=true&starting_after=1"))
        assert (await site("chat", "GET", one)).json()["status"] == "in_progress"
        cancelled = (await site("chat", "POST", f"{one}/cancel")).json()
        assert (cancelled["status"], text_of(cancelled)) == ("cancelled", "Half a word")
        first, again = await running, await followed
        assert again.text.endswith(first.text[-200:])
        assert (await site("chat", "POST", f"{one}/cancel")).json() == cancelled
        assert mine.calls[0].left


async def newest(site: Site) -> str:
    """The id of the newest run, once there is one; nothing tells when."""
    async with asyncio.timeout(5):
        while not (runs := (await site("runs", "GET", "/api/v1/runs")).json()["items"]):  # noqa: ASYNC110  # as said
            await asyncio.sleep(0.05)
    return str(runs[0]["id"])
