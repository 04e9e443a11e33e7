"""What the body of a request for a response comes to: a chat, or an error that names the member."""

from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from freshet.chat.ask import Ask
from freshet.chat.openai_api.response_request import ResponseRequest
from freshet.chat.openai_api.responses import conversation, conversation_of, run_id_of, run_id_of_item
from freshet.errors import Invalid, NotFound

RUN_ID = "01JD8ZQ4M3V5X7Y9ABCDEFGHJK"
WEATHER: dict[str, Any] = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}
SEARCH: dict[str, Any] = {"type": "file_search", "vector_store_ids": ["documents"]}
CALL = {"type": "function_call", "call_id": "c1", "name": "get_weather", "arguments": "{}", "id": "fc_1"}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "晴"}


def request(given: Any = "你好", **more: Any) -> ResponseRequest:
    return ResponseRequest.model_validate({"model": "m", "input": given, **more})


def ask(given: Any = "你好", **more: Any) -> Ask:
    return request(given, **more).ask()


def messages(*items: dict[str, Any], **more: Any) -> list[Any]:
    return [dict(message) for message in ask(list(items), **more).messages]


def chat_call(call_id: str, name: str = "get_weather") -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": "{}"}}


def test_a_text_is_what_the_user_says_and_instructions_go_first() -> None:
    assert ask("你好", instructions="Be brief.").messages == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "你好"},
    ]


def test_parts_that_are_all_text_are_one_text() -> None:
    text = [{"type": "input_text", "text": "一"}, {"type": "input_text", "text": "二"}]
    said: Any = [{"type": "output_text", "text": "Yes.", "annotations": [], "parsed": None}]

    assert messages(
        {"role": "developer", "content": "Rules"},
        {"role": "user", "content": text},
        {"type": "message", "role": "assistant", "content": said, "id": "msg_1", "status": "completed"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
    ) == [
        {"role": "system", "content": "Rules"},
        {"role": "user", "content": "一\n二"},
        {"role": "assistant", "content": "Yes."},
        {"role": "assistant", "content": "No."},
    ]


def test_an_image_stays_a_part_between_texts() -> None:
    image = {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "low"}

    (message,) = messages({"role": "user", "content": [{"type": "input_text", "text": "?"}, image]})
    assert message["content"] == [
        {"type": "text", "text": "?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}},
    ]


def test_calls_of_one_generation_are_one_message() -> None:
    other = {**OUTPUT, "call_id": "c2", "output": [{"type": "input_text", "text": "雨"}]}
    said = {"role": "assistant", "content": "One moment."}

    assert messages(
        {"role": "user", "content": "?"}, said, CALL, {**CALL, "call_id": "c2"}, OUTPUT, other
    ) == [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": "One moment.", "tool_calls": [chat_call("c1"), chat_call("c2")]},
        {"role": "tool", "tool_call_id": "c1", "content": "晴"},
        {"role": "tool", "tool_call_id": "c2", "content": "雨"},
    ]


def test_reasoning_and_searches_of_earlier_turns_are_left_out() -> None:
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": [], "content": []}
    search = {"type": "file_search_call", "id": "fs_1", "queries": ["x"], "status": "completed"}

    assert messages(reasoning, search, {"role": "user", "content": "?"}) == [{"role": "user", "content": "?"}]


def test_items_that_are_only_referred_to_are_those_of_earlier_runs() -> None:
    item_id = f"msg_{RUN_ID}_0"
    referring = request([{"type": "item_reference", "id": item_id}, {"role": "user", "content": "?"}])
    kept = {
        "type": "message",
        "id": item_id,
        "role": "assistant",
        "content": [{"type": "output_text", "text": "A"}],
    }

    assert referring.references() == {RUN_ID}
    assert [one["content"] for one in referring.ask(known={item_id: kept}).messages] == ["A", "?"]
    with pytest.raises(Invalid, match=f"Item with id '{item_id}' not found"):
        referring.ask()


def test_the_runs_that_may_be_referred_to_are_bounded() -> None:
    def referring(runs: int) -> ResponseRequest:
        ids = [f"msg_{RUN_ID[:-2]}{number:02d}_0" for number in range(runs)] * 2
        return request([{"type": "item_reference", "id": id_} for id_ in ids])

    assert len(referring(20).references()) == 20
    with pytest.raises(Invalid, match="At most 20 responses") as raised:
        referring(21).references()
    assert raised.value.extra["errors"][0]["field"] == "input"


def test_the_conversation_goes_on_without_the_earlier_instructions() -> None:
    first = request("?", instructions="Once.", tools=[WEATHER])
    answer = {
        "output": "",
        "messages": [{"role": "assistant", "content": "", "tool_calls": [chat_call("c1")]}],
    }
    kept = {**answer, "conversation": conversation(first.own_messages(), answer, first.toolset.functions)}

    second = request([OUTPUT]).ask(conversation_of(f"resp_{RUN_ID}", kept))
    assert [message["role"] for message in second.messages] == ["user", "assistant", "tool"]


def test_calls_that_nobody_will_answer_are_not_kept() -> None:
    calls = [chat_call("c1"), chat_call("c2", "search_documents")]
    mixed = {"output": "", "messages": [{"role": "assistant", "content": "", "tool_calls": calls}]}
    searched = [
        {"role": "assistant", "content": "", "tool_calls": [chat_call("c3", "search_documents")]},
        {"role": "tool", "tool_call_id": "c3", "content": "…"},
        {"role": "assistant", "content": "A"},
    ]

    assert conversation([], mixed, {"get_weather"})[0]["tool_calls"] == [chat_call("c1")]
    assert "tool_calls" not in conversation([], mixed, set())[0]
    assert conversation([], {"output": "A", "messages": searched}, set()) == searched


def test_an_answer_without_messages_is_its_text() -> None:
    asked = [{"role": "user", "content": "?"}]

    assert conversation(asked, {"output": "来自文档"}, set()) == [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": "来自文档"},
    ]


@pytest.mark.parametrize("kept", [None, {}, {"output": "half", "finish_reason": "stopped"}])
def test_a_response_without_an_answer_has_no_conversation(kept: dict[str, Any] | None) -> None:
    with pytest.raises(Invalid, match="no answer to go on from") as raised:
        conversation_of(f"resp_{RUN_ID}", kept)

    assert raised.value.extra["errors"][0]["field"] == "previous_response_id"


def test_members_become_those_of_the_chat_api() -> None:
    asked = ask(
        temperature=1,
        top_p=0.5,
        max_output_tokens=20,
        reasoning={"effort": "low", "summary": "auto"},
        text={"format": {"type": "json_object"}, "verbosity": "low"},
        tools=[{**WEATHER, "strict": True, "description": "天气"}],
        tool_choice={"type": "function", "name": "get_weather"},
        parallel_tool_calls=False,
        prompt_cache_key="k",
        safety_identifier="s",
        user="u",
    )

    assert asked.definitions == (
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "description": "天气",
                "parameters": {"type": "object"},
                "strict": True,
            },
        },
    )
    assert asked.params == {
        "temperature": 1.0,
        "top_p": 0.5,
        "max_tokens": 20,
        "reasoning_effort": "low",
        "verbosity": "low",
        "response_format": {"type": "json_object"},
        "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
        "parallel_tool_calls": False,
        "prompt_cache_key": "k",
        "safety_identifier": "s",
        "user": "u",
    }


def test_null_means_absent_and_what_was_not_said_is_left_to_the_model() -> None:
    names = ("instructions", "tools", "temperature", "text", "conversation", "max_tool_calls", "truncation")
    nothing = dict.fromkeys(names)

    assert ask(**nothing, parallel_tool_calls=True, tool_choice="none").params == {}
    assert ask(truncation="disabled", service_tier="auto").params == {}


@pytest.mark.parametrize("tier", ["priority", "flex"])
def test_no_tier_is_promised_that_nobody_keeps(tier: str) -> None:
    with pytest.raises(ValidationError, match="service_tier"):
        request(service_tier=tier)


def test_a_file_search_is_of_all_documents_or_of_those_named() -> None:
    def searched(**tool: Any) -> Any:
        return request(tools=[SEARCH | tool]).file_search()

    assert searched().document_ids is None
    assert list(searched(vector_store_ids=["01A", "01B", "01A"]).document_ids) == ["01A", "01B"]
    assert searched(max_num_results=3).limit == 3
    assert request(tools=[WEATHER]).file_search() is None
    assert ask(tools=[SEARCH], tool_choice={"type": "file_search"}).params["tool_choice"] == {
        "type": "function",
        "function": {"name": "search_documents"},
    }


def test_the_echo_is_small_json_of_what_was_said() -> None:
    assert request("x" * 1000).echo() == {"stream": False}
    said = request(
        stream=True,
        tools=[WEATHER, SEARCH],
        text={"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}},
        metadata={"键": "值"},
        include=["file_search_call.results"],
        previous_response_id="resp_1",
        top_logprobs=0,
    ).echo()

    assert orjson.loads(orjson.dumps(said)) == said
    assert said == {
        "stream": True,
        "tools": [{**WEATHER, "description": None, "strict": None}, SEARCH],
        "text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}},
        "metadata": {"键": "值"},
        "include": ["file_search_call.results"],
        "previous_response_id": "resp_1",
    }


def user(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"role": "user", "content": list(parts)}]


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"nonsense": 1}, "nonsense", "Unknown parameter: 'nonsense'."),
        ({"prompt": {"id": "pmpt_1"}}, "prompt", "`instructions`"),
        ({"background": True}, "background", "starting_after"),
        ({"top_logprobs": 2}, "top_logprobs", "not supported"),
        ({"include": ["everything"]}, "include[0]", "'everything'"),
        ({"tools": [{"type": "code_interpreter"}]}, "tools[0].type", "'code_interpreter'"),
        ({"tools": [{"type": "function"}]}, "tools[0].name", "Missing"),
        ({"tools": [WEATHER | {"parameters": "x"}]}, "tools[0].parameters", "schema"),
        ({"tools": [SEARCH, SEARCH]}, "tools[1]", "enough"),
        ({"tools": [{"type": "file_search"}]}, "tools[0].vector_store_ids", "['documents']"),
        ({"tools": [SEARCH | {"filters": {"type": "eq"}}]}, "tools[0].filters", "name the documents"),
        ({"tools": [SEARCH | {"max_num_results": 51}]}, "tools[0].max_num_results", "1 to 50"),
        (
            {"tools": [SEARCH | {"ranking_options": {"score_threshold": 0.5}}]},
            "tools[0].ranking_options",
            "ranking",
        ),
        ({"tool_choice": "any"}, "tool_choice", "'any'"),
        ({"tool_choice": "required"}, "tool_choice", "'tools' parameter"),
        ({"tool_choice": {"type": "function", "name": "f"}}, "tool_choice", "'f' not found"),
        ({"tool_choice": {"type": "allowed_tools"}}, "tool_choice.type", "'allowed_tools'"),
        ({"text": {"format": {"type": "json_schema"}}}, "text.format", "`schema`"),
        ({"input": [{"type": "computer_call"}]}, "input[0].type", "'computer_call'"),
        ({"input": [{"role": "tool", "content": "x"}]}, "input[0].role", "role"),
        ({"input": [{"role": ["user"], "content": "x"}]}, "input[0].role", "role"),
        ({"input": [{"role": "user"}]}, "input[0].content", "string or a list"),
        ({"input": user({"type": "input_text"})}, "input[0].content[0].text", "Missing"),
        ({"input": user({"type": "input_text", "text": 1})}, "input[0].content[0].text", "a string"),
        (
            {"input": user({"type": "input_file", "file_id": "f"})},
            "input[0].content[0].type",
            "/api/v1/documents",
        ),
        ({"input": user({"type": "input_image", "file_id": "f"})}, "input[0].content[0]", "`image_url`"),
        ({"input": [CALL]}, "input", "No tool output found for function call c1."),
        ({"input": [OUTPUT]}, "input", "No tool call found for function call output with call_id c1."),
        ({"input": [CALL | {"arguments": None}, OUTPUT]}, "input[0].arguments", "Missing"),
        ({"input": [{"type": ["message"]}]}, "input[0].type", "not supported"),
        ({"tool_choice": {"type": ["function"]}}, "tool_choice.type", "not supported"),
        ({"tool_choice": {"type": "function", "name": []}}, "tool_choice", "not found"),
        ({"tools": [WEATHER | {"description": "\ud83c"}]}, "tools[0].description", "surrogates"),
        ({"tools": [WEATHER | {"parameters": {"n": 2**64}}]}, "tools[0].parameters.n", "can't be passed on"),
        ({"\ud83c": 1}, "", "Invalid request: it can't be passed on"),
        ({"max_tool_calls": 3}, "max_tool_calls", "not supported here"),
        ({"truncation": "auto"}, "truncation", "not supported here"),
        ({"tools": [SEARCH | {"vector_store_ids": ["d"] * 101}]}, "tools[0].vector_store_ids", "at most 100"),
        ({"tools": [SEARCH | {"vector_store_ids": ["d" * 65]}]}, "tools[0].vector_store_ids", "1 to 64"),
        ({"tools": [SEARCH | {"vector_store_ids": ["d", ""]}]}, "tools[0].vector_store_ids", "1 to 64"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(Invalid) as raised:
        ask(**({"given": wrong["input"]} if "input" in wrong else wrong))

    assert raised.value.extra["errors"][0]["field"] == field
    assert words in raised.value.detail


def test_a_response_is_a_run() -> None:
    assert run_id_of(f"resp_{RUN_ID}") == RUN_ID
    assert run_id_of_item(f"fc_{RUN_ID}_12") == RUN_ID
    assert run_id_of_item("msg_68aa") is None


@pytest.mark.parametrize(
    "response_id", ["", RUN_ID, "resp_", f"resp_{RUN_ID}\n", f"resp_{RUN_ID.lower()}", "resp_../x"]
)
def test_what_is_no_response_is_not_found(response_id: str) -> None:
    with pytest.raises(NotFound):
        run_id_of(response_id)
