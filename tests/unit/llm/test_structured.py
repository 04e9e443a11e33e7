"""Schemas that strict modes take, parsing what endpoints without them write, and the round of repair."""

from collections.abc import Callable, Iterator
from contextlib import aclosing
from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal

import jsonschema  # type: ignore[import-untyped]  # it has no types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

from freshet.errors import Invalid, ModelCut, ModelMalformed, ModelOverloaded, ModelRefused
from freshet.llm.events import Event, Finish, ReasoningDelta, Reset, TextDelta, ToolCallDelta, Usage
from freshet.llm.structured import Schema, parse, structured
from tests.unit.llm.scripted import ASKED, Script, says


class Level(Enum):
    """How hard it is."""

    EASY = "easy"
    HARD = "hard"


class Choice(BaseModel):
    kind: Literal["choice"]
    options: list[str] = Field(min_length=2, max_length=4)


class Gap(BaseModel):
    kind: Literal["gap"]
    answer: str = Field(pattern=r"^\w+$")


class Question(BaseModel):
    """One question."""

    title: str = Field(description="What is asked", min_length=3)
    level: Level = Field(description="As the learner feels it")
    points: int = Field(default=1, ge=0, le=10)
    hint: str | None = None
    due: date | None = None
    form: Annotated[Choice | Gap, Field(discriminator="kind")]


class Node(BaseModel):
    """A part of an outline."""

    text: str
    best: "Node | None" = Field(default=None, description="The part to begin with")
    parts: list["Node"] = []


class Empty(BaseModel):
    pass


class Counts(BaseModel):
    by_word: dict[str, int]


class Pair(BaseModel):
    ends: tuple[int, int]


class Whatever(BaseModel):
    value: Any


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str


class Exclusive(BaseModel):
    name: str = Field(json_schema_extra={"not": {"const": "admin"}})


QUESTION = {
    "title": "什么是光合作用？",
    "level": "easy",
    "points": 2,
    "hint": None,
    "due": "2026-11-21",
    "form": {"kind": "choice", "options": ["甲", "乙"]},
}
CORE = {
    *("type", "properties", "required", "additionalProperties", "items", "anyOf"),
    *("enum", "const", "$ref", "$defs", "description"),
}


def nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every schema in a schema."""
    yield schema
    below = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    below += [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
    for node in below:
        yield from nodes(node)


@pytest.mark.parametrize("model", [Question, Node, Empty, Choice])
def test_a_strict_schema_keeps_to_the_core_that_every_strict_mode_takes(model: type[BaseModel]) -> None:
    schema = Schema.of(model)
    assert schema.strict
    assert schema.json_schema["type"] == "object"
    for node in nodes(schema.json_schema):
        assert not node.keys() - CORE
        assert len(node) == 1 or "$ref" not in node
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])


def test_a_strict_schema_accepts_what_the_model_accepts_and_says_what_it_can_not_enforce() -> None:
    schema = Schema.of(Question).json_schema
    jsonschema.validate(QUESTION, schema)
    assert Question.model_validate(QUESTION).points == 2
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**QUESTION, "level": "medium"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({key: QUESTION[key] for key in QUESTION if key != "points"}, schema)
    properties = schema["properties"]
    assert properties["title"]["description"] == "What is asked (minLength: 3)"
    assert properties["points"]["description"] == "(default: 1, maximum: 10, minimum: 0)"
    assert properties["hint"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert properties["level"] == {
        "anyOf": [{"$ref": "#/$defs/Level"}],
        "description": "As the learner feels it",
    }


def test_a_recursive_model_has_an_object_at_the_top_and_refers_to_itself() -> None:
    schema = Schema.of(Node).json_schema
    jsonschema.validate(
        {"text": "a", "best": None, "parts": [{"text": "b", "best": None, "parts": []}]}, schema
    )
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"text": "a", "best": None, "parts": [{"text": "b"}]}, schema)


@pytest.mark.parametrize("model", [Counts, Pair, Whatever, Open, Exclusive])
def test_a_model_that_strict_modes_can_not_express_gets_a_plain_schema(model: type[BaseModel]) -> None:
    schema = Schema.of(model)
    assert schema.response_format()["json_schema"]["strict"] is False
    assert not [node for node in nodes(schema.json_schema) if isinstance(node.get("title"), str)]
    jsonschema.Draft202012Validator.check_schema(schema.json_schema)


def test_a_plain_schema_keeps_a_property_called_title_and_a_value_that_has_one() -> None:
    class Titled(BaseModel):
        title: dict[str, str] = {"title": "x"}

    properties = Schema.of(Titled).json_schema["properties"]
    assert properties["title"]["default"] == {"title": "x"}


@pytest.mark.parametrize("model", [RootModel[list[int]], RootModel[int | str], RootModel[Question | Node]])
def test_a_model_that_is_no_object_is_invalid_at_once(model: type[BaseModel]) -> None:
    with pytest.raises(Invalid, match="is no object"):
        Schema.of(model)


def test_a_model_without_a_json_schema_is_invalid() -> None:
    class Called(BaseModel):
        then: Callable[[], None]

    with pytest.raises(Invalid, match="Called has no JSON schema"):
        Schema.of(Called)


def test_a_name_is_one_that_endpoints_take() -> None:
    assert Schema.of(RootModel[dict[str, int]]).name == "RootModel_dict_str_int"
    assert Schema.of(type("题目", (Question,), {})).name == "answer"
    assert len(Schema.of(type("Long" * 30, (Question,), {})).name) == 64


def test_items_are_asked_for_as_an_object() -> None:
    schema = Schema.of_items(Question)
    assert schema.strict
    assert schema.name == "Question_items"
    jsonschema.validate({"items": [QUESTION]}, schema.json_schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"items": [{}]}, schema.json_schema)


def test_instructions_hold_the_schema_and_ask_for_json() -> None:
    instructions = Schema.of(Question).instructions()
    assert "JSON" in instructions
    assert '"What is asked (minLength: 3)"' in instructions


class Note(BaseModel):
    text: str
    n: int = 0


@pytest.mark.parametrize(
    "answer",
    [
        '{"text": "好", "n": 2}',
        '```json\n{"text": "好", "n": 2}\n```',
        '好的，见 [1]：\n{"text": "好", "n": 2}\n希望 {有帮助}。',
        '{"text": "好", "n": 2,}',
        'The form is {"text": ""}. So: {"text": "好", "n": 2}',
    ],
)
def test_json_is_found_in_what_is_written_around_it(answer: str) -> None:
    assert parse(answer, Note) == Note(text="好", n=2)


def test_slips_are_mended_outside_strings_only() -> None:
    assert parse('{"text": "a,]\nb\t,}", "n": 1,\n}', Note) == Note(text="a,]\nb\t,}", n=1)


def test_an_answer_that_does_not_fit_is_refused_with_paths_and_reasons_but_without_its_text() -> None:
    secret = "the learner's name"
    with pytest.raises(ModelMalformed) as refused:
        parse(
            f'{{"title": "{secret}", "level": "so-so", "form": {{"kind": "gap", "answer": "{secret}!"}}}}',
            Question,
        )
    assert "level: Input should be 'easy' or 'hard'" in refused.value.detail
    assert "form.gap.answer: String should match pattern" in refused.value.detail
    assert secret not in refused.value.detail


def test_the_reason_is_that_of_the_json_not_of_the_prose_around_it() -> None:
    with pytest.raises(ModelMalformed, match="text: Input should be a valid string"):
        parse('好的：{"text": 7}', Note)


def test_only_the_first_few_reasons_are_told() -> None:
    class Many(BaseModel):
        values: list[int]

    with pytest.raises(ModelMalformed, match="and 37 more") as refused:
        parse('{"values": [' + ", ".join(['"x"'] * 40) + "]}", Many)
    assert len(refused.value.detail) < 400


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I can't answer that.",
        '{"text": "cut off',
        '{"text": "a", "parts": [{"text": "whole"}, {"te',  # what is inside of a cut answer is not the answer
        "[" * 100_000,
        '{"' + '\\"' * 100_000,
        '{"text": "\\ud83d"}',
    ],
)
def test_what_holds_no_complete_json_is_refused(answer: str) -> None:
    with pytest.raises(ModelMalformed, match="does not fit Node"):
        parse(answer, Node)


@given(
    text=st.text(st.characters(exclude_categories=["Cs"])),
    around=st.tuples(st.text("ab，。\n`"), st.text("ab，。\n`")),
)
def test_any_text_survives_in_any_prose(text: str, around: tuple[str, str]) -> None:
    note = Note(text=text, n=len(text))
    assert parse(around[0] + note.model_dump_json(indent=2) + around[1], Note) == note


async def events_of(script: Script, model: type[BaseModel] = Note) -> list[Event]:
    async with aclosing(structured(script, ASKED, model)) as stream:
        return [event async for event in stream]


async def test_an_answer_that_fits_is_passed_through_as_it_comes() -> None:
    answer = [ReasoningDelta("{"), *says('{"text": ', '"好"}')]
    script = Script(answer)
    assert await events_of(script) == answer
    assert script.requests[0].schema == Schema.of(Note)


async def test_an_answer_that_does_not_fit_is_asked_for_once_more_with_the_reason() -> None:
    bad, good = says('{"text": 7}'), says('{"text": "7"}')
    script = Script(bad, good)
    assert await events_of(script) == [*bad, Reset("invalid_json"), *good]
    *before, answered, complaint = script.requests[1].messages
    assert before == ASKED.messages
    assert answered == {"role": "assistant", "content": '{"text": 7}'}
    assert complaint["role"] == "user"
    assert "text: Input should be a valid string" in complaint["content"]
    assert script.requests[1].schema == Schema.of(Note)


async def test_two_answers_that_do_not_fit_are_an_error() -> None:
    script = Script(says("no"), says('{"text": null}'), says('{"text": "too late"}'))
    with pytest.raises(ModelMalformed, match="text: Input should be a valid string"):
        await events_of(script)
    assert len(script.requests) == 2


async def test_an_empty_answer_is_not_repeated_to_the_model() -> None:
    script = Script(says(), says('{"text": "a"}'))
    await events_of(script)
    assert [message["role"] for message in script.requests[1].messages] == ["user", "user"]


async def test_what_came_before_a_reset_is_no_part_of_the_answer() -> None:
    answer = [TextDelta('{"text": '), Usage(1, 1), Reset("upstream_cut"), *says('{"text": "whole"}')]
    assert await events_of(Script(answer)) == answer


async def test_json_that_max_tokens_cut_is_not_asked_for_again() -> None:
    script = Script(says('{"text": "so lo', finish="length"))
    with pytest.raises(ModelCut, match="max_tokens"):
        await events_of(script)
    assert len(script.requests) == 1


async def test_an_answer_that_was_complete_when_it_was_cut_counts() -> None:
    answer = says('{"text": "whole"} I hope', finish="length")
    assert await events_of(Script(answer)) == answer


async def test_a_filtered_answer_is_a_refusal() -> None:
    with pytest.raises(ModelRefused, match="filtered"):
        await events_of(Script(says('{"text"', finish="content_filter")))


async def test_a_tool_call_is_passed_through() -> None:
    answer: list[Event] = [ToolCallDelta(0, "1", "search", "{}"), Finish("tool_calls"), Usage(7, 3)]
    assert await events_of(Script(answer)) == answer


async def test_errors_of_the_generation_pass_through() -> None:
    class Down(Script):
        async def __call__(self, request: Any) -> Any:
            async with aclosing(super().__call__(request)) as events:
                async for event in events:
                    yield event
            raise ModelOverloaded("down")

    with pytest.raises(ModelOverloaded):
        await events_of(Down([TextDelta("{")]))


async def test_breaking_off_closes_the_generation() -> None:
    script = Script(says("{", "}"))
    async with aclosing(structured(script, ASKED, Note)) as stream:
        await anext(stream)
    assert script.closed == 1


async def test_a_validator_s_own_words_reach_the_model() -> None:
    class Even(BaseModel):
        n: int

        @field_validator("n")
        @classmethod
        def even(cls, n: int) -> int:
            if n % 2:
                raise ValueError("必须是偶数")
            return n

    script = Script(says('{"n": 3}'), says('{"n": 4}'))
    await events_of(script, Even)
    assert "n: Value error, 必须是偶数" in script.requests[1].messages[-1]["content"]
