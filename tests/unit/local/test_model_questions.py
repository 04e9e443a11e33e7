"""The stand-in for a model: a question alone says which of the product's tools it is for.

It is offered the tools as the product describes them; what it calls them with, and what it says to their
results, goes through the product.
"""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from freshet.chat.answer import answer
from freshet.chat.ask import Ask
from freshet.chat.builtin import CALCULATOR, CURRENT_TIME, SEARCH_DOCUMENTS, described, functions
from freshet.chat.calculator import calculator
from freshet.chat.search_documents import DocumentSearch
from freshet.rag.passage import Passage, Query
from freshet.runs.events import Content, Done, ToolCall
from tests.unit.llm.upstream import StandIn, started
from tests.unit.local.asking import Asking, asking, conversation, defined

pytestmark = pytest.mark.timeout(30)

TOOLS = {number: {"type": "function", "function": dict(one)} for number, one in described().items()}
ALL = tuple(TOOLS.values())
SEARCH = TOOLS[SEARCH_DOCUMENTS]
STRING = {"type": "string"}
WEATHER = defined("get_weather", "Get the weather of a city.", city=STRING)
STAND_IN = ("not a language model", "不是大语言模型")


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[StandIn]:
    async with started(pace_ms=0) as running:
        yield running


@pytest.fixture
async def ask(server: StandIn) -> AsyncIterator[Asking]:
    async with asking(server) as one:
        yield one


@pytest.mark.parametrize(
    "question",
    [
        "How many days of paid leave do employees get?",
        "how many days of paid leave",
        "员工每年有多少天带薪年假？",
        "员工每年有多少天带薪年假",
        "Do part-time staff get leave?",
        "Tell me about the remote work policy",
        "I'd like to know whether part-time staff get leave.",
        "介绍一下远程办公政策",
        "总结一下员工手册",
        # Words and numbers that other tools go by:
        "How much time off do employees get?",
        "What is the deadline date for expense reports?",
        "What is the time limit for expenses?",
        "What does the policy say on time in lieu?",
        "What is the maximum number of days?",
        "What is rule 7 of the handbook?",
        "Is support available 24/7?",
        "What changed on 2024/03/01?",
        "公司几点上班？",
        "现在报销需要多长时间？",
    ],
)
async def test_a_question_is_searched_for_as_it_stands(ask: Asking, question: str) -> None:
    assert await ask.calls(question, *ALL) == [("search_documents", {"query": question})]


@pytest.mark.parametrize(
    "prompt",
    [
        *("Hello", "How are you?", "Who are you?", "What can you do?", "Thank you", "What a nice day!"),
        *("How's it going?", "What's new?", "Can you help me?"),
        *("Write a poem about spring", "Can you write a poem about spring?", "Translate “bread” into French"),
        *("你好", "你好吗？", "你是谁？", "你能做什么？", "谢谢"),
        *("你会做什么？", "你是什么模型？", "最近怎么样？"),
        *("写一首关于人工智能的诗", "能帮我写一首诗吗？"),
    ],
)
async def test_small_talk_and_what_a_model_makes_up_itself_is_no_search(ask: Asking, prompt: str) -> None:
    assert await ask.calls(prompt, *ALL) == []
    assert await ask.calls(prompt, SEARCH) == []


async def test_arithmetic_and_the_time_are_not_looked_up_in_documents(ask: Asking) -> None:
    for question in ("What is 12*(3+4)?", "(12+30)×2 等于多少？", "What time is it in Tokyo?", "今天星期几"):
        assert await ask.calls(question, SEARCH) == []


async def test_a_search_is_known_by_its_description_and_its_query_whatever_they_are_called(
    ask: Asking,
) -> None:
    chinese = defined("wendang", "在公司文档中检索", ["wenti"], wenti=STRING, question=STRING)
    knowledge = defined("kb", "Retrieves articles of the knowledge base.", question=STRING, limit=STRING)
    assert await ask.calls("员工有多少天年假？", chinese) == []  # its required argument may be anything
    ((name, arguments),) = await ask.calls("How long is parental leave?", WEATHER, knowledge)
    assert (name, arguments["question"]) == ("kb", "How long is parental leave?")
    web = defined("web_search", "在网上查找", query=STRING)
    question = "How many days of leave, says my document?"
    assert [name for name, _ in await ask.calls(question, web, SEARCH)] == ["search_documents"]
    assert [name for name, _ in await ask.calls("Who won the cup in 1998?", web, SEARCH)] == ["web_search"]


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("What is 12*(3+4)?", "84"),
        ("(12+30)×2 等于多少？", "84"),
        ("（１２＋３０）×２", "84"),
        ("请用 calculator 计算 (12+30)*2", "84"),
        ("17% of 350", "59.5"),
        ("What's 17 percent of 350?", "59.5"),
        ("350的17%是多少", "59.5"),
        ("350 的百分之 17 是多少？", "59.5"),
        ("200 * 15%", "30"),
        ("What is -5 * 3?", "-15"),
        ("How much is $1,250 plus $3,000.50?", "4250.5"),
        ("12乘以3再减去5", "31"),
        ("100 divided by 8", "12.5"),
        ("What is 2 to the power of 10?", "1024"),
        ("2的10次方是多少", "1024"),
        ("5 squared plus 2", "27"),
        ("What is the square root of 144?", "12"),
        ("144的平方根", "12"),
        ("sqrt(16) + max(1, 2)", "6"),
        ("10 % 3", "1"),
        ("What is 2(3+4)?", "14"),
        ("3x4=?", "12"),
        ("What is 5-3?", "2"),
        ("Compute 3/4 please", "0.75"),
    ],
)
async def test_arithmetic_goes_to_the_calculator_in_words_that_it_reads(
    ask: Asking, question: str, result: str
) -> None:
    ((name, arguments),) = await ask.calls(question, *ALL)
    assert name == "calculator"
    assert calculator(**arguments) == result


@pytest.mark.parametrize(
    "question",
    [
        *("24/7 support", "pages 10-15", "call 555-1234", "on 2024-03-01", "A-1234 + B-12", "C++ 11"),
        *(
            "x * 3 + 2",
            "f(3) + 2",
            "1 + 2 * y",
            "5 times a week",
            "20% of employees",
            "(" * 4000,
            "1+" * 2000,
        ),
    ],
)
async def test_what_only_looks_like_arithmetic_or_is_part_of_more_is_not_computed(
    ask: Asking, question: str
) -> None:
    assert await ask.calls(question, TOOLS[CALCULATOR]) == []


@pytest.mark.parametrize(
    ("question", "zones"),
    [
        ("what time is it?", [None]),
        ("现在几点？", [None]),
        ("今天星期几", [None]),
        ("今天几号？", [None]),
        ("What day is it today?", [None]),
        ("What is today's date?", [None]),
        ("What is the current date and time?", [None]),
        ("what time is it in Tokyo?", ["Asia/Tokyo"]),
        ("What's the time in san francisco", ["America/Los_Angeles"]),
        ("What is the current time in America/Argentina/Buenos_Aires?", ["America/Argentina/Buenos_Aires"]),
        ("东京现在几点？", ["Asia/Tokyo"]),
        ("纽约时间是多少", ["America/New_York"]),
        ("What time is it in New York and London?", ["America/New_York", "Europe/London"]),
        ("北京和巴黎现在几点了", ["Asia/Shanghai", "Europe/Paris"]),
        ("What time is it in UTC+8?", [None]),  # no zone by that name
    ],
)
async def test_the_time_is_asked_of_the_clock_with_the_zone_of_the_place(
    ask: Asking, question: str, zones: list[str | None]
) -> None:
    calls = await ask.calls(question, *ALL)
    assert calls == [("current_time", {"timezone": zone} if zone else {}) for zone in zones]
    for _, arguments in calls:
        told = functions()[CURRENT_TIME].function(**arguments)
        there = datetime.now(ZoneInfo(arguments.get("timezone", "UTC")))
        assert told["utc_offset"] == there.isoformat()[-6:]


async def test_a_clock_that_must_have_a_zone_gets_one(ask: Asking) -> None:
    for name in ("tz", "timeZone", "timezone"):
        clock = defined("get_current_time", "", [name], **{name: STRING})
        assert await ask.calls("What time is it?", clock) == [("get_current_time", {name: "UTC"})]
        assert await ask.calls("东京几点了？", clock) == [("get_current_time", {name: "Asia/Tokyo"})]


@pytest.mark.parametrize(
    ("question", "calls"),
    [
        (
            "How long is parental leave, and what is 12*4?",
            {
                "search_documents": {"query": "How long is parental leave"},
                "calculator": {"expression": "12*4"},
            },
        ),
        (
            "育儿假有多少天？东京现在几点？",
            {"search_documents": {"query": "育儿假有多少天？"}, "current_time": {"timezone": "Asia/Tokyo"}},
        ),
        ("What is the weather in Oslo?", {"get_weather": {"city": "Oslo"}}),
        (
            "What is the weather in Oslo and how many days of leave do I get?",
            {
                "get_weather": {"city": "Oslo"},
                "search_documents": {"query": "how many days of leave do I get?"},
            },
        ),
    ],
)
async def test_a_search_takes_the_part_of_a_question_that_no_other_tool_is_for(
    ask: Asking, question: str, calls: dict[str, Any]
) -> None:
    made = await ask.calls(question, WEATHER, *ALL)
    assert dict(made) == calls
    assert len(made) == len(calls)
    assert len(await ask.calls(question, WEATHER, *ALL, parallel_tool_calls=False)) == 1


async def test_a_choice_of_tools_holds_for_questions_too(ask: Asking) -> None:
    question = "How many days of paid leave do employees get?"
    named = {"type": "function", "function": {"name": "search_documents"}}
    found = [("search_documents", {"query": question})]
    assert await ask.calls(question, *ALL, tool_choice="none") == []
    assert await ask.calls(question, *ALL, tool_choice="required") == found
    assert await ask.calls(question, *ALL, tool_choice=named) == found
    assert len(await ask.calls("Hello", *ALL, tool_choice="required")) == 1


LEAVE = (
    "Paid leave\n\nEmployees get 25 days of paid leave per year. Leave is requested two weeks in advance.",
    "育儿假\n\n员工享有十六周带薪育儿假，可以分两次使用。差旅费在十四天内报销。",
)


class Shelf:
    """A retriever of LEAVE, whatever is searched for."""

    async def search(self, owner: str, query: Query) -> list[Passage]:
        return [
            Passage(f"d{n}", f"c{n}", f"{n}.md", text, 1, (), 0, len(text), 1.0)
            for n, text in enumerate(LEAVE)
        ]


async def chatted(server: StandIn, question: str, **params: Any) -> tuple[list[Any], dict[str, Any]]:
    """The events of the product's chat with all of its tools, and its final response."""
    search = DocumentSearch(Shelf(), "ada")
    tools = [search.tool(), *functions().values()]
    messages = [{"role": "user", "content": question}]
    async with server.client() as client:
        chat = answer(client, Ask(messages, tools, params=params), {}, search)
        events = [event async for event in chat]
    (done,) = [event for event in events if isinstance(event, Done)]
    return events, dict(done.final_response)


@pytest.mark.parametrize(
    ("question", "output", "quotes"),
    [
        (
            "How many days of paid leave do employees get?",
            "Employees get 25 days of paid leave per year [1].",
            ["Employees get 25 days of paid leave per year."],
        ),
        (
            "员工有多少周带薪育儿假？",
            "员工享有十六周带薪育儿假，可以分两次使用[2]。",
            ["员工享有十六周带薪育儿假，可以分两次使用。"],
        ),
        ("Who won the football cup in 1998?", "The sources do not contain the answer to this question.", []),
        ("谁赢得了一九九八年的足球比赛？", "所给资料中没有这个问题的答案。", []),
    ],
)
async def test_what_a_search_found_is_answered_with_citations_that_the_product_verifies(
    server: StandIn, question: str, output: str, quotes: list[str]
) -> None:
    events, final = await chatted(server, question)
    assert final["output"] == output
    assert "".join(event.text for event in events if isinstance(event, Content)) == output
    assert [citation["quote"] for citation in final["citations"]] == quotes
    assert len(final["tool_calls"]) == 1


async def test_each_part_of_a_question_is_answered_from_its_tool_in_one_round(server: StandIn) -> None:
    events, final = await chatted(server, "How many days of paid leave do I get, and what is 12*4?")
    first, second, last = final["output"].splitlines()
    assert first == "Employees get 25 days of paid leave per year [1]."
    assert second == "The tool calculator says: “48”"
    assert last.startswith("I am Freshet's local stand-in")
    assert len(final["citations"]) == 1
    assert len([event for event in events if isinstance(event, ToolCall) and event.id]) == 2


@pytest.mark.parametrize("choice", ["auto", "required"])
async def test_no_tool_is_called_again_once_it_has_answered(server: StandIn, choice: str) -> None:
    for question in ("How many days of paid leave?", "What is 12*4?", "现在几点？"):
        _, final = await chatted(server, question, tool_choice=choice)
        assert len(final["tool_calls"]) == 1
        assert final["finish_reason"] == "stop"
        assert final["output"]


async def test_a_note_after_the_results_does_not_start_the_calls_again(ask: Asking) -> None:
    told = conversation("What is 12*4?", ("calculator", "48"))
    choice = await ask.choice(*told, {"role": "system", "content": "Be brief."}, tools=list(ALL))
    assert "48" in choice["message"]["content"]


async def test_what_was_found_for_an_earlier_question_does_not_answer_the_next(ask: Asking) -> None:
    passages = '<source id="1" document="a.md">\nEmployees get 25 days of paid leave.\n</source>'
    told = conversation("How many days of leave?", ("search_documents", passages))
    said = {"role": "assistant", "content": "Employees get 25 days of paid leave [1]."}
    thanked = await ask.choice(*told, said, "Thank you", tools=list(ALL))
    assert any(note in thanked["message"]["content"] for note in STAND_IN)
    asked = await ask.choice(*told, said, "And how long is parental leave?", tools=list(ALL))
    (call,) = asked["message"]["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"query": "And how long is parental leave?"}


async def test_a_search_that_found_no_passage_is_quoted_as_other_results_are(ask: Asking) -> None:
    told = conversation("员工有多少天年假？", ("search_documents", "No passage was found."))
    content = (await ask.choice(*told, tools=list(ALL)))["message"]["content"]
    assert content.startswith("工具 search_documents 的结果：“No passage was found.”")


async def test_structured_output_is_filled_from_the_passages_not_from_their_fences(ask: Asking) -> None:
    passages = 'Rules.\n<source id="1" document="a.md">\n25 days of leave\n</source>'
    told = conversation("How many days of leave?", ("search_documents", passages))
    schema = {"type": "object", "properties": {"answer": STRING}, "required": ["answer"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    choice = await ask.choice(*told, tools=list(ALL), response_format=wanted)
    assert json.loads(choice["message"]["content"]) == {"answer": "25 days of leave"}


@pytest.mark.parametrize("question", ["How many days of paid leave?", "What is 12*4 + 1?", "东京现在几点？"])
async def test_streamed_and_not_a_question_makes_the_same_calls(ask: Asking, question: str) -> None:
    whole = await ask.calls(question, *ALL)
    streamed = await ask.post(question, tools=list(ALL), stream=True)
    assert whole == _streamed_calls(streamed.text.split("\n\n"))


def _streamed_calls(events: Sequence[str]) -> list[tuple[str, Any]]:
    chunks = [json.loads(event.removeprefix("data: ")) for event in events if event.startswith("data: {")]
    pieces = [piece for one in chunks for piece in one["choices"][0]["delta"].get("tool_calls", [])]
    arguments = "".join(piece["function"]["arguments"] for piece in pieces)
    return [(pieces[0]["function"]["name"], json.loads(arguments))]
