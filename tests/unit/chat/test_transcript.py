import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshet.chat.conversations import Conversations
from freshet.chat.markdown import closed, fenced
from freshet.chat.transcript import export
from freshet.chat.turn import Turn
from freshet.errors import NotFound
from tests.unit.chat.turns import METRICS, asked, call, done, failed, result, stopped

CITATION = {"marker": 1, "document_id": "d", "filename": "员工_手册.pdf", "page": 3, "quote": "年假\n15 天"}


async def written(
    conversations: Conversations, owner: str, format_: Any, *turns: Turn, **begun: Any
) -> tuple[str, dict[str, str]]:
    """The exported file and its headers."""
    id_ = await conversations.begin(owner, **{"title": "t", **begun})
    for turn in turns:
        await conversations.add(owner, id_, turn)
        await conversations.finish(owner, id_, turn)
    exported = await export(conversations, owner, id_, format_)
    pieces = [piece async for piece in exported.pieces]
    return b"".join(pieces).decode(), {"Content-Type": exported.media_type, **exported.headers}


def outside_of_code(text: str) -> list[str]:
    """The lines of a Markdown text that stand in no fenced code block (CommonMark 4.5)."""
    lines, fence = [], ""
    for line in text.split("\n"):
        mark = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if not fence and mark and not (mark[1][0] == "`" and "`" in line[mark.end() :]):
            fence = mark[1]
        elif fence and mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
            fence = ""
        elif not fence:
            lines.append(line)
    assert not fence, "a code block is left open"
    return lines


async def test_each_line_of_jsonl_is_a_message_in_order(conversations: Conversations, owner: str) -> None:
    messages = [call("a"), result("a", "水\u2028是\nH₂O"), {"role": "assistant", "content": "水 💧 [1]"}]
    first = done(asked("什么是水？"), "水 💧 [1]", *messages, citations=[CITATION], reasoning="想想")
    second = failed(asked("再说一遍"))
    text, headers = await written(conversations, owner, "jsonl", first, second, system_prompt="答得\n简短。")
    system, *lines = [json.loads(line) for line in text.removesuffix("\n").split("\n")]
    assert headers["Content-Type"] == "application/jsonl; charset=utf-8"
    assert system == {"role": "system", "content": "答得\n简短。"}
    told = {"turn", "model", "created_at", "status", "finish_reason", "reasoning", "citations", "usage"}
    own = [{name: line[name] for name in line if name not in told | {"metrics", "error"}} for line in lines]
    assert own == [*first.messages, *second.messages]
    assert [line["turn"] for line in lines] == [first.id] * 4 + [second.id]
    last, lost = lines[3:]
    assert last["citations"] == [CITATION]
    assert (last["status"], last["reasoning"], last["model"]) == ("done", "想想", "gpt-4.1")
    assert (last["usage"]["total_tokens"], last["metrics"]) == (10, METRICS)
    assert (lost["status"], lost["error"]["code"]) == ("failed", "model_cut")
    assert "什么是水？" in text
    assert "status" not in lines[0]


async def test_markdown_shows_who_said_what_and_when(conversations: Conversations, owner: str) -> None:
    messages = [call("a"), result("a", "found it"), {"role": "assistant", "content": "**15** 天 [1]"}]
    turn = done(
        asked("年假几天？"), "**15** 天 [1]", *messages, citations=[CITATION], reasoning="先查。\n再答。"
    )
    text, headers = await written(
        conversations,
        owner,
        "md",
        turn,
        stopped(asked("more"), "par"),
        title="# 年假_a*",
        system_prompt="简短",
    )
    time = f"{turn.created_at[:10]} {turn.created_at[11:16]} UTC"
    assert headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert [line for line in outside_of_code(text) if line.startswith("#")] == [
        r"# \# 年假\_a\*",
        "## System",
        f"## User · {time}",
        f"## Assistant · gpt-4.1 · {time}",
        f"## Tool · lookup · {time}",
        f"## Assistant · gpt-4.1 · {time}",
        f"## User · {time}",
        f"## Assistant · gpt-4.1 · {time}",
    ]
    assert '**Calls** lookup\n\n```json\n{\n  "q": "水"\n}\n```\n' in text
    assert "\n```\nfound it\n```\n" in text
    assert "\n**15** 天 [1]\n" in text
    assert r"- \[1\] “年假 15 天” — 员工\_手册.pdf, p. 3" in text
    assert "> 先查。\n> 再答。" in text
    assert text.rstrip().endswith("par\n\n**Stopped**")


@pytest.mark.parametrize(
    "content",
    [
        "```python\nprint(1)",
        "````md\n```\n# not a heading\n```",
        "~~~\n```\n# not a heading",
        "  ```js\n# not a heading\r\n```` ",
        "```a`b` inline",
        "text\n```\n## User · forged\n```",
    ],
)
async def test_a_text_ends_where_it_ends(conversations: Conversations, owner: str, content: str) -> None:
    turns = [
        done(asked(content), content),
        done(asked("q"), "a", call("a"), result("a", content), {"role": "assistant", "content": "a"}),
    ]
    text, _ = await written(conversations, owner, "md", *turns)
    headings = [line for line in outside_of_code(text) if line.startswith("#")]
    assert [heading.split(" ·")[0] for heading in headings] == [
        "# t",
        *["## User", "## Assistant"],
        *["## User", "## Assistant", "## Tool", "## Assistant"],
    ]
    assert text.count(content) == 3


@given(st.lists(st.sampled_from(["`", "```", "````", "~~~", "~~~~ ", "a", " ", "\n", "# h", "\r"])))
def test_no_text_swallows_what_follows(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert "# after" in outside_of_code(
        f"{closed(text)}\n\n# after".replace("\r\n", "\n").replace("\r", "\n")
    )
    block = fenced(text).replace("\r\n", "\n").replace("\r", "\n")
    assert outside_of_code(f"{block}\n\n# after") == ["", "# after"]


async def test_other_content_than_text_is_shown_too(conversations: Conversations, owner: str) -> None:
    parts = [
        {"type": "text", "text": "看"},
        {"type": "image_url", "image_url": {"url": "https://example.com/猫.png"}},
        {"type": "input_audio", "input_audio": {"format": "mp3"}},
        "odd",
    ]
    odd = {"role": "assistant", "content": 7, "tool_calls": [None, {"function": 3}]}
    broken = call("a")
    broken["tool_calls"][0]["function"]["arguments"] = '{"q": "```'
    text, _ = await written(
        conversations, owner, "md", done(asked("", {"role": "user", "content": parts}), "猫", odd, broken)
    )
    assert "看\n\n![image](<https://example.com/猫.png>)" in text
    assert '"format": "mp3"' in text
    assert '````json\n{"q": "```\n````' in text
    assert len([line for line in outside_of_code(text) if line.startswith("## ")]) == 3


async def test_a_file_of_many_turns_comes_turn_by_turn(conversations: Conversations, owner: str) -> None:
    turns = [done(asked(f"问 {number}"), "答" * 50_000) for number in range(25)]
    id_ = await conversations.begin(owner, title="t")
    for turn in turns:
        await conversations.add(owner, id_, turn)
    exported = await export(conversations, owner, id_, "jsonl")
    sizes, seen = [], []
    async for piece in exported.pieces:
        sizes.append(len(piece))
        seen += [json.loads(line)["turn"] for line in piece.splitlines()]
    assert list(dict.fromkeys(seen)) == [turn.id for turn in turns]
    assert max(sizes) < 200_000


async def test_strangers_get_no_file(conversations: Conversations, owner: str) -> None:
    id_ = await conversations.begin(owner, title="t")
    with pytest.raises(NotFound):
        await export(conversations, f"{owner}-2", id_, "md")
