"""Conversations: found, read page by page, renamed, taken away, deleted."""

import json
from typing import Any

import pytest

from tests.functions.answers import calls
from tests.functions.conftest import Chat, Configure, Upstream
from tests.unit.llm.upstream import says

PATH = "/api/v1/conversations"
PLAY = "POST /api/debug/chat"
UNKNOWN = "01JABCDEFGHJKMNPQRSTVWXYZ0"
JSON = {"content-type": "application/json"}
EVERY = ["GET {}", "PUT {}", "DELETE {}", "GET {}/export?format=jsonl", "GET {}/export?format=md"]


@pytest.fixture
def converse(chat: Chat, configure: Configure, upstream: Upstream) -> Any:
    """`converse("one", "two")`: the id of a conversation with these prompts; each is answered by `Aha.`."""
    model_id = configure("mine", base_url=upstream(mine=says("Aha.")).url)["id"]

    def conversed(*prompts: str, **first: Any) -> str:
        place: dict[str, Any] = {}
        for prompt in prompts:
            answer = chat(PLAY, json={"model_id": model_id, "prompt": prompt, **first, **place}).json()
            place = {"conversation_id": answer["conversation_id"]}
        return str(place["conversation_id"])

    return conversed


def test_conversations_are_listed_newest_first_and_page_by_page(chat: Chat, converse: Any) -> None:
    made = [converse("Hello\nWorld"), converse("写一首诗", "再写一首"), converse("🙂")]
    first = chat(f"GET {PATH}?limit=2").json()
    rest = chat(f"GET {PATH}?limit=2&cursor={first['next_cursor']}").json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None
    shown = [(one["title"], one["turn_count"], one["model_id"]) for one in first["items"] + rest["items"]]
    assert shown == [("🙂", 1, 2), ("写一首诗", 2, 2), ("Hello", 1, 2)]
    assert chat(f"GET {PATH}", owner="stranger").json() == {"items": [], "next_cursor": None}


def test_turns_are_read_oldest_first_and_page_by_page(chat: Chat, converse: Any) -> None:
    conversation_id = converse("one", "two", "三", system_prompt="Be brief. 简短。")
    first = chat(f"GET {PATH}/{conversation_id}?limit=2").json()
    rest = chat(f"GET {PATH}/{conversation_id}?limit=2&cursor={first['next_cursor']}").json()
    turns = first["turns"] + rest["turns"]
    assert [one["messages"][0]["content"] for one in turns] == ["one", "two", "三"]
    assert {(one["status"], one["output"], one["model"]) for one in turns} == {("done", "Aha.", "mine")}
    assert {one["usage"]["total_tokens"] for one in turns} == {10}
    assert (first["system_prompt"], rest["next_cursor"]) == ("Be brief. 简短。", None)
    assert first["created_at"] < first["updated_at"]


def test_a_conversation_is_renamed(chat: Chat, converse: Any) -> None:
    conversation_id = converse("one")
    renamed = chat(f"PUT {PATH}/{conversation_id}", json={"title": " 新 名字\n🌸 "}).json()
    assert renamed["title"] == "新 名字 🌸"
    assert chat(f"GET {PATH}/{conversation_id}").json()["title"] == renamed["title"]
    for wrong in ("", " ", "x" * 201, None, 5, "\ud83d"):
        content = json.dumps({"title": wrong}).encode()
        refused = chat(f"PUT {PATH}/{conversation_id}", content=content, headers=JSON)
        assert (refused.status, refused.json()["errors"][0]["field"]) == (422, "title")


def test_a_conversation_that_is_deleted_is_gone(chat: Chat, converse: Any) -> None:
    conversation_id, other = converse("one", "two"), converse("three")
    assert [chat(f"DELETE {PATH}/{conversation_id}").status for _ in range(2)] == [204, 404]
    one = f"{PATH}/{conversation_id}"
    again = {"title": "x"}
    assert {chat(route.format(one), json=again).status for route in EVERY} == {404}
    assert chat(PLAY, json={"prompt": "Hi", "conversation_id": conversation_id}).status == 404
    assert [found["id"] for found in chat(f"GET {PATH}").json()["items"]] == [other]


def test_a_conversation_is_its_owners_alone(chat: Chat, converse: Any) -> None:
    one = f"{PATH}/{converse('one')}"
    for route in EVERY:
        foreign = chat(route.format(one), owner="stranger", json={"title": "mine now"})
        assert (foreign.status, foreign.json()["code"]) == (404, "not_found")
    place = {"conversation_id": one.rpartition("/")[2]}
    assert chat(PLAY, owner="stranger", json={"prompt": "Go on", **place}).status == 404
    kept = chat(f"GET {one}").json()
    assert (kept["title"], len(kept["turns"])) == ("one", 1)


@pytest.mark.parametrize("conversation_id", [UNKNOWN, "x", "01" * 13, "对话", "x" * 4000, "..%2F..%2Fdev"])
def test_a_conversation_that_never_was_is_not_found(chat: Chat, conversation_id: str) -> None:
    one = f"{PATH}/{conversation_id}"
    assert {chat(route.format(one), json={"title": "x"}).status for route in EVERY} == {404}


def test_a_page_that_can_not_be_is_refused(chat: Chat, converse: Any) -> None:
    for path in (PATH, f"{PATH}/{converse('one')}"):
        for query in ("limit=0", "limit=101", "limit=x", f"cursor={'x' * 65}"):
            answer = chat(f"GET {path}?{query}")
            assert (answer.status, answer.json()["errors"][0]["field"]) == (422, query.partition("=")[0])


@pytest.fixture
def kept(chat: Chat, configure: Configure, upstream: Upstream) -> str:
    """The id of a conversation in which a tool was called."""
    sums = calls(("calculator", {"expression": "6*7"}))
    mine = upstream(mine=(sums, says("It is **42**。"), says("```py\nprint('42')")))
    asked = {"model_id": configure("mine", base_url=mine.url)["id"], "tool_ids": [2]}
    begun = chat(PLAY, json={**asked, "prompt": "六乘七？🙂", "system_prompt": "Be exact."}).json()
    place = {"conversation_id": begun["conversation_id"]}
    assert chat(PLAY, json={**asked, **place, "prompt": "As code?"}).status == 200
    return str(place["conversation_id"])


def test_a_conversation_is_exported_as_lines_of_json(chat: Chat, kept: str) -> None:
    answer = chat(f"GET {PATH}/{kept}/export")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/jsonl; charset=utf-8"
    named = "filename*=UTF-8''%E5%85%AD%E4%B9%98%E4%B8%83%EF%BC%9F%F0%9F%99%82.jsonl"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="')
    assert disposition.endswith(named)
    assert disposition.isascii()
    lines = [json.loads(line) for line in answer.body.decode().splitlines()]
    said = [(line["role"], line.get("content")) for line in lines]
    assert said == [
        ("system", "Be exact."),
        ("user", "六乘七？🙂"),
        ("assistant", ""),
        ("tool", "42"),
        ("assistant", "It is **42**。"),
        ("user", "As code?"),
        ("assistant", "```py\nprint('42')"),
    ]
    assert lines[2]["tool_calls"][0]["id"] == lines[3]["tool_call_id"]
    assert [line["status"] for line in lines if "status" in line] == ["done", "done"]
    assert chat(f"GET {PATH}/{kept}/export?format=jsonl").body == answer.body


def test_a_conversation_is_exported_as_markdown(chat: Chat, kept: str) -> None:
    answer = chat(f"GET {PATH}/{kept}/export?format=md")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["content-disposition"].endswith(".md")
    text = answer.body.decode()
    assert text.startswith("# 六乘七？🙂\n")
    places = [
        text.index(part) for part in ("Be exact.", "\n\n六乘七？🙂\n\n", "6*7", "It is **42**。", "As code?")
    ]
    assert places == sorted(places)
    assert text.count("```") % 2 == 0


def test_a_format_that_there_is_none_of_is_refused(chat: Chat, converse: Any) -> None:
    one = f"{PATH}/{converse('one')}"
    for wrong in ("", "pdf", "JSONL", "jsonl%00"):
        answer = chat(f"GET {one}/export?format={wrong}")
        assert (answer.status, answer.json()["errors"][0]["field"]) == (422, "format")
