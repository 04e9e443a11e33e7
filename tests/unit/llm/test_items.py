"""Items out of a stream: given while the model writes, none twice, none lost, bad ones asked for again."""

import json
import time
from collections.abc import Sequence
from contextlib import aclosing
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, RootModel

from freshet.errors import ModelCut, ModelMalformed, ModelRefused
from freshet.llm import LLMClient
from freshet.llm.events import Event, Finish, ReasoningDelta, Reset, TextDelta, Usage
from freshet.llm.structured import Schema, items
from freshet.llm.structured.elements import ANYTHING, Elements
from tests.unit.llm.scripted import ASKED, Script, says
from tests.unit.llm.upstream import DONE, chunk, raw_server, sends


class Item(BaseModel):
    n: int
    text: str = ""


class Anything(RootModel[Any]):
    """Whatever JSON has."""


def written(*numbers: int, **extra: Any) -> str:
    return json.dumps({"items": [{"n": number, **extra} for number in numbers]})


async def gathered(script: Script, model: type[BaseModel] = Item) -> tuple[list[Any], Exception | None]:
    """The items, and the error that ended them."""
    found: list[Any] = []
    try:
        async with aclosing(items(script, ASKED, model)) as stream:
            async for item in stream:
                found.append(item)  # noqa: PERF401 - what came before an error is wanted, too
    except Exception as error:
        return found, error
    return found, None


async def numbers(script: Script) -> list[int]:
    found, error = await gathered(script)
    assert error is None
    return [item.n for item in found]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('{}[]",:\\ \n好é😀abc'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('{}[]",\\好'), inner, max_size=3),
    max_leaves=8,
)


def cut(text: str, places: Sequence[float]) -> list[str]:
    bounds = [0, *sorted(int(place * len(text)) for place in places), len(text)]
    return [text[begin:end] for begin, end in pairwise(bounds)]


@settings(max_examples=100, deadline=None)
@given(
    elements=st.lists(st.dictionaries(st.text('"]}好a'), values, max_size=4), max_size=6),
    frame=st.sampled_from(
        [
            '{"items": %s}',
            "%s",
            '{"count": 2, "questions":%s}',
            "好的，见 [1]：\n```json\n%s\n```\n完。",
            '{"items":%s',
        ]
    ),
    layout=st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}]),
    places=st.lists(st.floats(0, 1), max_size=40),
)
async def test_any_array_of_objects_in_any_pieces_yields_exactly_its_elements(
    elements: list[dict[str, Any]], frame: str, layout: dict[str, Any], places: list[float]
) -> None:
    text = frame.replace("%s", json.dumps(elements, **layout))
    found, error = await gathered(Script(says(*cut(text, places))), Anything)
    assert error is None
    assert [item.root for item in found] == elements


@settings(max_examples=100, deadline=None)
@given(elements=st.lists(values, max_size=6), places=st.lists(st.floats(0, 1), max_size=20))
def test_elements_of_any_kind_are_cut_out_of_the_array_under_items(
    elements: list[Any], places: list[float]
) -> None:
    scanner = Elements(ANYTHING)
    pieces = cut(json.dumps({"items": elements}), places)
    assert [json.loads(raw) for piece in pieces for raw in scanner.feed(piece)] == elements
    assert (scanner.arrays, scanner.open, scanner.rest()) == (1, False, "")


async def test_an_item_is_given_before_the_next_one_is_written() -> None:
    script = Script(says('{"items": [{"n": 1}', ', {"n"', ": 2}", "]}"))
    async with aclosing(items(script, ASKED, Item)) as stream:
        assert (await anext(stream)).n == 1
        assert script.closed == 0
    assert script.closed == 1


async def test_the_request_asks_for_an_object_with_items() -> None:
    script = Script(says(written(1)))
    await gathered(script)
    assert script.requests[0].schema == Schema.of_items(Item)


async def test_reasoning_is_no_answer() -> None:
    answer = [ReasoningDelta('[{"n": 9}]'), *says(written(1))]
    assert await numbers(Script(answer)) == [1]


@pytest.mark.parametrize("gap", range(24))
async def test_a_second_array_in_the_same_piece_is_read_from_its_own_start(gap: int) -> None:
    assert await numbers(Script(says('[{"m": "\\""}]' + " " * gap + '[{"n": 1}, {"n": 2}]'))) == [1, 2]


async def test_an_empty_list_is_an_answer() -> None:
    assert await numbers(Script(says('{"items": [], "sources": [{"n": 1}]}'))) == []


async def test_prose_in_brackets_and_a_list_of_something_else_are_passed_over() -> None:
    script = Script(says('See [1], [{"page": 3}] and []. ', '[{"n": 1}, {"n": 2},]', ' Not [{"n": 3}].'))
    assert await numbers(script) == [1, 2]


async def test_a_trailing_comma_and_a_missing_end_are_forgiven() -> None:
    assert await numbers(Script(says('[{"n": 1,}, {"n": 2},'))) == [1, 2]


async def test_equal_items_of_one_answer_are_all_given() -> None:
    assert await numbers(Script(says(written(1, 1, 1)))) == [1, 1, 1]


def begun_again(first: str, second: str) -> list[Event]:
    return [TextDelta(first), Usage(1, 1), Reset("upstream_cut"), *says(second)]


@pytest.mark.parametrize(
    ("second", "then"),
    [
        ([1, 2, 3], [3]),  # the same again, and on
        ([7, 1, 2], [7]),  # moved
        ([1, 5, 6], [5, 6]),  # other ones
        ([2], []),
        ([1, 1, 2, 2], [1, 2]),  # as often as it is there
    ],
)
async def test_after_a_reset_only_what_was_not_given_is_given(second: list[int], then: list[int]) -> None:
    answer = begun_again('{"items": [{"n": 1}, {"n": 2}, {"n"', written(*second))
    assert await numbers(Script(answer)) == [1, 2, *then]


async def test_a_reset_inside_a_string_begins_the_reading_again() -> None:
    assert await numbers(Script(begun_again('[{"n": 1, "text": "\\', written(2)))) == [2]


async def test_misfits_of_a_void_answer_are_forgotten() -> None:
    script = Script(begun_again('[{"n": 1}, {"n": "?"}, ', written(1, 2)))
    assert await numbers(script) == [1, 2]
    assert len(script.requests) == 1


async def test_items_that_do_not_fit_are_asked_for_once_more_and_come_last() -> None:
    script = Script(says('[{"n": 1}, {"n": "two"}, {"n": 3}, {"m": 4}]'), says('[{"n": 2}, {"n": 4}]'))
    assert await numbers(script) == [1, 3, 2, 4]
    *before, answered, complaint = script.requests[1].messages
    assert before == ASKED.messages
    assert answered == {"role": "assistant", "content": '{"items": [{"n": "two"}, {"m": 4}]}'}
    assert "1. n: Input should be a valid integer" in complaint["content"]
    assert "2. n: Field required" in complaint["content"]


async def test_a_repaired_item_may_equal_another_one() -> None:
    assert await numbers(Script(says('[{"n": 1}, {"n": "one"}]'), says(written(1)))) == [1, 1]


async def test_a_repair_that_gives_everything_again_gives_nothing_twice() -> None:
    assert await numbers(Script(says('[{"n": 1}, {"n": "two"}, {"n": 3}]'), says(written(1, 2, 3)))) == [
        1,
        3,
        2,
    ]


async def test_a_repair_gives_no_more_than_was_asked_for() -> None:
    assert await numbers(Script(says('[{"n": 1}, {"n": "two"}]'), says(written(2, 7)))) == [1, 2]


async def test_a_repair_of_the_whole_answer_gives_nothing_twice() -> None:
    assert await numbers(Script(begun_again('[{"n": 1}, ', "no"), says(written(1, 2)))) == [1, 2]


async def test_an_item_that_does_not_fit_twice_is_named_after_all_good_ones_are_given() -> None:
    script = Script(says('[{"n": 1}, {"n": "two"}, {"n": "x"}, {"n": 4}]'), says('[{"n": 2}, {"n": "y"}]'))
    found, error = await gathered(script)
    assert [item.n for item in found] == [1, 4, 2]
    assert isinstance(error, ModelMalformed)
    assert "item 3: n: Input should be a valid integer" in error.detail
    assert len(script.requests) == 2


async def test_a_repair_that_leaves_items_out_is_an_error() -> None:
    found, error = await gathered(Script(says('[{"n": 1}, {"n": ""}, {"n": ""}]'), says(written(2))))
    assert [item.n for item in found] == [1, 2]
    assert "item 3" in str(error)


async def test_an_answer_that_stops_inside_an_item_is_repaired() -> None:
    script = Script(says('{"items": [{"n": 1}, {"n": 2, "te'), says(written(2)))
    assert await numbers(script) == [1, 2]
    assert "the answer ends in the middle of it" in script.requests[1].messages[-1]["content"]


@pytest.mark.parametrize("answer", ["没有题目。", "", '{"n": 1, "text": "[a]"}', '[{"m": 1}, {"m": 2}]'])
async def test_an_answer_in_which_nothing_fits_is_asked_for_again_as_a_whole(answer: str) -> None:
    script = Script(says(answer), says(written(1, 2, 3)))
    assert await numbers(script) == [1, 2, 3]
    answered = [m["content"] for m in script.requests[1].messages if m["role"] == "assistant"]
    assert answered == ([answer] if answer else [])


async def test_two_answers_without_a_list_are_an_error() -> None:
    found, error = await gathered(Script(says("no"), says("no!"), says(written(1))))
    assert found == []
    assert isinstance(error, ModelMalformed)
    assert "no list of items" in error.detail


async def test_a_cut_list_gives_its_complete_items_and_says_so() -> None:
    found, error = await gathered(Script(says('[{"n": 1}, {"n": 2}, {"n": 3', finish="length")))
    assert [item.n for item in found] == [1, 2]
    assert isinstance(error, ModelCut)
    assert "max_tokens" in error.detail


async def test_a_cut_between_items_is_a_cut() -> None:
    _, error = await gathered(Script(says('[{"n": 1}, ', finish="length")))
    assert isinstance(error, ModelCut)


async def test_a_cut_behind_the_list_is_none() -> None:
    assert await numbers(Script(says('[{"n": 1}] I ho', finish="length"))) == [1]


async def test_a_cut_repair_is_a_cut() -> None:
    script = Script(says('[{"n": 1}, {"n": ""}]'), says('[{"n": 2', finish="length"))
    found, error = await gathered(script)
    assert [item.n for item in found] == [1]
    assert isinstance(error, ModelCut)


async def test_a_filtered_list_is_a_refusal() -> None:
    _, error = await gathered(Script(says('[{"n": 1', finish="content_filter")))
    assert isinstance(error, ModelRefused)


async def test_a_second_answer_is_read_while_it_is_written_too() -> None:
    script = Script(says("no"), [TextDelta('[{"n": 1}'), TextDelta("]"), Finish("stop")])
    async with aclosing(items(script, ASKED, Item)) as stream:
        await anext(stream)
        assert script.closed == 1
    assert script.closed == 2


async def _seconds(count: int) -> float:
    text = json.dumps(
        {"items": [{"n": n, "text": '题目 "[{甲}]" ' * 8} for n in range(count)]}, ensure_ascii=False
    )
    script = Script(says(*(text[at : at + 4] for at in range(0, len(text), 4))))
    begun = time.perf_counter()
    assert len((await gathered(script))[0]) == count
    return time.perf_counter() - begun


async def test_reading_takes_time_in_proportion_to_the_answer() -> None:
    short = min([await _seconds(250) for _ in range(3)])
    long = min([await _seconds(2000) for _ in range(2)])
    assert long < 8 * short * 4  # a scan of the whole answer for each piece would take 64 times as long


async def test_items_come_over_the_wire_and_the_misfit_is_asked_for_in_a_second_request() -> None:
    first = sends(chunk('{"items": [{"n": 1, "text": "好'), chunk('"}, {"n": "?"}]}', "stop"), DONE)
    async with (
        raw_server(first, sends(chunk(written(2), "stop"), DONE)) as raw,
        LLMClient(base_url=raw.url, model="m", api_key="k") as client,
    ):
        found = [item async for item in client.stream_items("出两道题", item_model=Item)]
    assert found == [Item(n=1, text="好"), Item(n=2)]
    assert [body["response_format"]["json_schema"]["name"] for body in raw.bodies] == ["Item_items"] * 2
    assert raw.bodies[1]["messages"][1] == {"role": "assistant", "content": '{"items": [{"n": "?"}]}'}
