"""Models: what their owner configures, where their keys go and where they may be."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from tests.functions.conftest import Chat, Configure, Upstream
from tests.functions.streams import frames
from tests.stack import Stack
from tests.unit.llm.upstream import Answer, chunk, refuses, says, sends

MODELS = "/api/v1/models"
PLAY = "POST /api/debug/chat"
KEY = "sk-a-key-of-the-owners-own"
STACK_KEY = "sk-the-key-of-the-stack"
EVERY = ["GET {}", "PUT {}", "DELETE {}", "POST {}/test"]


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """`everything_logged()`: all that was logged, with the members of each record."""
    caplog.set_level(logging.INFO)
    return lambda: "\n".join(f"{vars(record)} {record.getMessage()}" for record in caplog.records)


def authorization(call: Any) -> list[str]:
    """What a request to a model carried as its key."""
    lines = call.head.split("\r\n")
    return [line.split(": ", 1)[1] for line in lines if line.lower().startswith("authorization:")]


def breaks_off_with(key: str) -> Answer:
    """A stream whose error repeats the key."""
    error = {"error": {"message": f"Incorrect API key provided: {key}", "code": "invalid_api_key"}}
    return sends(chunk("So"), b"data: " + json.dumps(error).encode() + b"\n\n", pause=0)


def refuses_with(key: str) -> Answer:
    """A refusal that repeats the key."""
    body = json.dumps({"error": {"message": f"Incorrect API key provided: {key}"}}).encode()
    return sends(body, status="401 Unauthorized", kind="application/json", pause=0)


def test_models_are_configured_read_replaced_and_deleted(chat: Chat, configure: Configure) -> None:
    full: dict[str, Any] = {
        "name": "我的 模型 🤖",
        "provider": "anthropic",
        "base_url": "http://127.0.0.1:9",
        "model": "claude",
        "key": "anthropic-key",
        "headers": {"x-team": "a"},
        "secret_headers": {"x-pass": "team-pass"},
        "params": {"temperature": 0.25, "max_tokens": 100, "extra": {"top_k": 5, "deep": {"a": [1.5, None]}}},
        "prices": {"input": 3, "cached": 0.3, "output": 15, "currency": "CNY"},
        "capabilities": ["chat", "vision"],
        "fallbacks": [1],
    }
    first, second = configure(**full), configure("second")
    assert (first["id"], second["id"]) == (2, 3)
    assert first["params"]["extra"] == full["params"]["extra"]
    assert {name: first[name] for name in ("key", "prices", "fallbacks")} == {
        name: full[name] for name in ("key", "prices", "fallbacks")
    }
    listed = chat(f"GET {MODELS}").json()["items"]
    assert [(one["id"], one["editable"]) for one in listed] == [(1, False), (2, True), (3, True)]
    assert listed[1] == chat(f"GET {MODELS}/2").json() == first
    replaced = chat(f"PUT {MODELS}/2", json={"name": "second half", "model": "gpt"}).json()
    assert (replaced["name"], replaced["key"], replaced["fallbacks"]) == ("second half", None, [])
    assert replaced["created_at"] == first["created_at"] < replaced["updated_at"]
    assert chat(f"GET {MODELS}/2").json() == replaced
    assert [chat(f"DELETE {MODELS}/2").status for _ in range(2)] == [204, 404]
    assert configure("third")["id"] == 4


def test_a_name_is_one_models(chat: Chat, configure: Configure) -> None:
    taken = configure("café")["name"]
    other = configure("other")["id"]
    for name in (taken, "cafe\u0301", "freshet-rag", "freshet-stand-in"):
        answers = [
            chat(f"POST {MODELS}", json={"name": name, "model": "m"}),
            chat(f"PUT {MODELS}/{other}", json={"name": name, "model": "m"}),
        ]
        assert [(one.status, one.json()["code"]) for one in answers] == [(409, "conflict")] * 2


def test_somebody_elses_model_is_not_there(chat: Chat, configure: Configure) -> None:
    mine = configure("mine")
    for route in EVERY:
        wanted = route.format(f"{MODELS}/{mine['id']}")
        foreign = chat(wanted, owner="stranger", json={"name": "x", "model": "m"})
        assert (foreign.status, foreign.json()["code"]) == (404, "not_found")
    answer = chat(PLAY, owner="stranger", json={"model_id": 2, "prompt": "Hi"})
    assert answer.status == 404
    theirs = chat(f"POST {MODELS}", owner="stranger", json={"name": "x", "model": "m", "fallbacks": [2]})
    assert (theirs.status, theirs.json()["errors"][0]["field"]) == (422, "fallbacks")
    assert chat(f"GET {MODELS}", owner="stranger").json()["items"][1:] == []
    assert chat(f"GET {MODELS}/{mine['id']}").json() == mine


def test_the_stacks_model_is_the_deployments(chat: Chat) -> None:
    shown = chat(f"GET {MODELS}/1").json()
    assert (shown["name"], shown["editable"], shown["base_url"]) == ("freshet-stand-in", False, None)
    changed = chat(f"PUT {MODELS}/1", json={"name": "mine", "model": "m", "base_url": "http://127.0.0.1:9"})
    assert [changed.status, chat(f"DELETE {MODELS}/1").status] == [403, 403]
    assert chat(f"GET {MODELS}/1").json() == shown


@pytest.mark.parametrize("model_id", ["0", "-1", "99", "9" * 20, "9" * 2000, "1.5", "x", "%F0%9F%A4%96"])
@pytest.mark.parametrize("route", EVERY)
def test_an_id_that_is_none_is_refused(chat: Chat, route: str, model_id: str) -> None:
    answer = chat(route.format(f"{MODELS}/{model_id}"), json={"name": "x", "model": "m"})
    assert answer.status in {404, 422}, answer.body


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"model": ""}, "model"),
        ({"provider": "bard"}, "provider"),
        ({"base_url": "ftp://example.com"}, "base_url"),
        ({"base_url": "http://"}, "base_url"),
        ({"base_url": "https://u:p@example.com"}, "base_url"),
        ({"base_url": "https://example.com\r\nx: y"}, "base_url"),
        ({"key": KEY}, "key"),
        ({"key": "../other/key"}, "key"),
        ({"headers": {"Authorization": "Bearer x"}}, "headers"),
        ({"headers": {"host": "elsewhere"}}, "headers"),
        ({"headers": {"x-a": "b\r\nx-c: d"}}, "headers"),
        ({"secret_headers": {"x-a": KEY}}, "secret_headers.x-a"),
        ({"params": {"extra": {"messages": []}}}, "params.extra"),
        ({"params": {"temperature": "hot"}}, "params.temperature"),
        ({"prices": {"input": -1, "output": 1}}, "prices.input"),
        ({"prices": {"input": 1, "output": 1, "currency": "usd"}}, "prices.currency"),
        ({"capabilities": ["chat", "chat"]}, "capabilities"),
        ({"fallbacks": [99]}, "fallbacks"),
        ({"fallbacks": ["1"]}, "fallbacks.0"),
    ],
)
def test_a_wrong_configuration_is_refused_and_its_field_named(chat: Chat, wrong: Any, field: str) -> None:
    answer = chat(f"POST {MODELS}", json={"name": "x", "model": "m"} | wrong)
    assert (answer.status, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == field
    assert KEY not in answer.body.decode()
    assert chat(f"GET {MODELS}").json()["items"][1:] == []


def test_a_model_goes_by_its_owners_key_and_nobody_sees_it(
    chat: Chat, configure: Configure, keep_secret: Any, upstream: Upstream, everything_logged: Any
) -> None:
    keep_secret("model-key", KEY)
    keep_secret("pass", f"{KEY}-2")
    mine = upstream(mine=(says("OK"), says("OK"), breaks_off_with(KEY), refuses_with(KEY)))
    own = {"base_url": mine.url, "key": "model-key", "secret_headers": {"x-pass": "pass"}}
    model_id = configure("mine", **own)["id"]
    answers = [
        chat(f"POST {MODELS}/{model_id}/test"),
        *(chat(PLAY, json={"model_id": model_id, "prompt": "Hi"}) for _ in range(3)),
        chat(PLAY, json={"model_id": model_id, "prompt": "Hi", "stream": True}),
        chat(f"GET {MODELS}"),
        chat(f"GET {MODELS}/{model_id}"),
        chat("GET /api/v1/usage"),
    ]
    conversation_ids = [one["id"] for one in chat("GET /api/v1/conversations").json()["items"]]
    answers += [chat(f"GET /api/v1/conversations/{id_}") for id_ in conversation_ids]
    assert [authorization(call) for call in mine.calls] == [[f"Bearer {KEY}"]] * len(mine.calls)
    assert all(f"x-pass: {KEY}-2" in call.head for call in mine.calls)
    assert len(mine.calls) >= 5
    told = b"".join(answer.body for answer in answers).decode()
    assert KEY not in told
    assert "/api/debug/chat" in everything_logged()
    assert KEY not in everything_logged()


def test_a_secret_that_is_missing_or_somebody_elses_is_no_key(
    chat: Chat, configure: Configure, keep_secret: Any, upstream: Upstream
) -> None:
    keep_secret("model-key", KEY)
    mine = upstream(mine=says("OK"))
    own = {"name": "mine", "model": "mine", "base_url": mine.url, "key": "model-key"}
    theirs = chat(f"POST {MODELS}", owner="stranger-2", json=own).json()["id"]
    refused = chat(PLAY, owner="stranger-2", json={"model_id": theirs, "prompt": "Hi"})
    assert (refused.status, refused.json()["code"]) == (502, "model_authentication")
    assert "PUT /api/v1/secrets/model-key" in refused.json()["detail"]
    assert mine.calls == []


def test_the_stacks_key_goes_to_the_stacks_own_model_only(
    chat: Chat, configure: Configure, upstream: Upstream, product: Stack, outage: Any
) -> None:
    """Whatever an owner configures: the stack's address, its model's name, its model as a fallback."""
    name = f"/freshet/tests/key-{configure('any')['created_at'].replace(':', '-')}"
    product.aws.client("ssm").put_parameter(Name=name, Value=STACK_KEY, Type="SecureString")
    stack = upstream(stack=says("OK"), theirs=refuses(503, retry_after="60"))
    with outage({"MODEL_BASE_URL": stack.url, "MODEL_NAME": "stack", "MODEL_KEY_PARAMETER": name}):
        ids = [
            configure("same place", model="stack", base_url=stack.url)["id"],
            configure("no place", model="stack")["id"],
            configure("a secret of the stack's name", model="stack", base_url=stack.url, key="key-1")["id"],
        ]
        for model_id in (1, ids[0], ids[2]):
            chat(PLAY, json={"model_id": model_id, "prompt": "Hi"})
        assert [authorization(call) for call in stack.calls] == [[f"Bearer {STACK_KEY}"], []]
        falling = configure("falling", model="theirs", base_url=stack.url, fallbacks=[1])["id"]
        assert chat(PLAY, json={"model_id": falling, "prompt": "Hi"}).json()["output"] == "OK"
        assert [(call.model, authorization(call)) for call in stack.calls[2:]] == [
            ("theirs", []),
            ("stack", [f"Bearer {STACK_KEY}"]),
        ]


PRIVATE = [
    "http://169.254.169.254/latest",
    "http://[fd00:ec2::254]/v1",
    "http://10.0.0.1/v1",
    "http://100.64.0.1/v1",
    "http://0.0.0.0/v1",
    "http://[::ffff:169.254.169.254]/v1",
    "http://2852039166/v1",
    "http://0xa9fea9fe/v1",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_a_base_url_that_is_not_public_is_refused_when_saved(
    chat: Chat, configure: Configure, url: str
) -> None:
    body = {"name": "x", "model": "m", "base_url": url}
    saved = [chat(f"POST {MODELS}", json=body), chat(f"PUT {MODELS}/{configure('y')['id']}", json=body)]
    assert [(one.status, one.json()["code"]) for one in saved] == [(422, "address_refused")] * 2
    assert saved[0].json()["errors"][0]["field"] == "base_url"


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_base_url_that_is_not_public_any_more_is_refused_when_used(
    chat: Chat, configure: Configure, upstream: Upstream, outage: Any, provider: str
) -> None:
    mine = upstream(mine=says("OK"))
    local = mine.url.replace("127.0.0.1", "localhost")
    ids = [
        configure(f"at {url}", model="mine", base_url=url, provider=provider)["id"]
        for url in (mine.url, local, mine.url.replace("127.0.0.1", "127.1"))
    ]
    with outage({"ALLOWED_NETWORKS": ""}):
        for model_id in ids:
            refused = chat(PLAY, json={"model_id": model_id, "prompt": "Hi"})
            assert (refused.status, refused.json()["code"]) == (422, "address_refused")
            events = frames(chat(PLAY, json={"model_id": model_id, "prompt": "Hi", "stream": True}))
            assert events[-1][1]["problem"]["code"] == "address_refused"
            tried = chat(f"POST {MODELS}/{model_id}/test").json()
            assert (tried["ok"], tried["error"]["code"]) == (False, "address_refused")
        assert chat(PLAY, json={"prompt": "Hi"}).status == 200  # the stack's own is where the deployment says
    assert mine.calls == []


def test_a_model_is_tried(chat: Chat, configure: Configure, upstream: Upstream) -> None:
    mine = upstream(good=says("OK ", "好"), bad=refuses(400))
    good = configure("good", base_url=mine.url, prices={"input": 1, "output": 1}, params={"temperature": 0})
    bad = configure("bad", base_url=mine.url, fallbacks=[good["id"]])
    tried = chat(f"POST {MODELS}/{good['id']}/test").json()
    assert (tried["ok"], tried["output"], tried["finish_reason"]) == (True, "OK 好", "stop")
    assert tried["usage"]["cost"] == pytest.approx(10 / 1e6)
    assert mine.calls[0].body["max_tokens"] <= 64
    failed = chat(f"POST {MODELS}/{bad['id']}/test").json()
    assert (failed["ok"], failed["error"]["code"]) == (False, "model_bad_request")
    assert mine.asked == ["good", "bad"]
    assert chat("GET /api/v1/conversations").json()["items"] == []


def test_fallbacks_answer_in_their_order(chat: Chat, configure: Configure, upstream: Upstream) -> None:
    mine = upstream(first=refuses(503, retry_after="60"), second=says("Second."), third=says("Third."))
    third = configure("third", base_url=mine.url)["id"]
    second = configure("second", base_url=mine.url, key="not-kept")["id"]
    gone = configure("gone", base_url=mine.url)["id"]
    first = configure("first", base_url=mine.url, fallbacks=[gone, second, third])["id"]
    chat(f"DELETE {MODELS}/{gone}")
    answer = chat(PLAY, json={"model_id": first, "prompt": "Hi"}).json()
    assert answer["output"] == "Third."
    assert mine.asked == ["first", "third"]
    used = chat("GET /api/v1/usage").json()["items"]
    assert [(one["model"], one["capability"], one["calls"]) for one in used] == [("third", "chat", 1)]
