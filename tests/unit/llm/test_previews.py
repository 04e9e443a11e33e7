"""A string that is shown while it is written: never more than is certain, never taken back, never half."""

import json
import time
from collections.abc import Sequence
from contextlib import aclosing
from itertools import groupby, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, RootModel

from freshet.errors import ModelCut, ModelMalformed
from freshet.llm import LLMClient, Preview
from freshet.llm.events import Event, Reset, TextDelta, Usage
from freshet.llm.structured import items, preview, previewed, previewed_items, structured
from freshet.llm.structured.parse import mended
from tests.unit.llm.scripted import ASKED, Script, says
from tests.unit.llm.upstream import DONE, Answer, chunk, raw_server, sends


class Question(BaseModel):
    question: str
    options: list[str] = []
    n: int = 0


class Anything(RootModel[Any]):
    """Whatever JSON has."""


async def gathered(stream: Any) -> tuple[list[Any], Exception | None]:
    """What a stream yields, and the error that ended it."""
    found: list[Any] = []
    try:
        async with aclosing(stream) as opened:
            async for one in opened:
                found.append(one)  # noqa: PERF401 - what came before an error is wanted, too
    except Exception as error:
        return found, error
    return found, None


def watched(*pieces: str, model: type[BaseModel] = Question, field: str = "question") -> Any:
    return gathered(previewed_items(Script(says(*pieces)), ASKED, model, field))


def written(found: Sequence[Any]) -> list[str]:
    """The previewed strings, each in one piece."""
    previews = [one for one in found if isinstance(one, Preview)]
    return ["".join(one.text for one in group) for _, group in groupby(previews, lambda one: one.element)]


def cut(text: str, places: Sequence[float]) -> list[str]:
    bounds = [0, *sorted(int(place * len(text)) for place in places), len(text)]
    return [text[begin:end] for begin, end in pairwise(bounds)]


TRICKY = st.text('{}[]",:\\/ \n\té好的😀🇨🇳\u2028ab0', max_size=30)
OTHERS = st.dictionaries(
    st.sampled_from(["options", "n", "quote", "questions", "问"]),
    TRICKY | st.lists(TRICKY, max_size=2) | st.integers() | st.dictionaries(st.just("question"), TRICKY),
    max_size=3,
)
OBJECTS = st.tuples(OTHERS, TRICKY, OTHERS).map(lambda parts: {**parts[0], "question": parts[1], **parts[2]})
LAYOUTS = st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}])
FRAMES = st.sampled_from(['{"items": %s}', "%s", "好的，见 [1]：\n```json\n%s\n```\n完。"])
PLACES = st.lists(st.floats(0, 1), max_size=60)


@settings(max_examples=60)
@given(st.lists(OBJECTS, max_size=4), FRAMES, LAYOUTS, PLACES)
async def test_each_items_string_comes_before_it_whatever_the_order_of_the_keys_and_the_cuts(
    objects: list[dict[str, Any]], frame: str, layout: dict[str, Any], places: list[float]
) -> None:
    text = frame.replace("%s", json.dumps(objects, **layout))
    found, error = await watched(*cut(text, places), model=Anything)
    assert error is None
    shown = ""
    for one in found:
        if isinstance(one, Preview):
            assert one.text
            one.text.encode()  # half of a surrogate pair can't be
            shown += one.text
        else:
            assert shown == one.root["question"]
            shown = ""
    assert shown == ""
    assert [one.root for one in found if not isinstance(one, Preview)] == objects


@settings(max_examples=60)
@given(st.lists(OBJECTS, min_size=1, max_size=3), LAYOUTS, PLACES, st.floats(0, 1), st.booleans())
async def test_an_answer_that_is_cut_anywhere_and_begins_again_leaves_no_half_item_and_loses_none(
    objects: list[dict[str, Any]], layout: dict[str, Any], places: list[float], end: float, again: bool
) -> None:
    text = json.dumps({"items": objects}, **layout)
    broken = [TextDelta(piece) for piece in cut(text[: int(end * len(text))], places)]
    then: list[Event] = [Usage(1, 1), Reset("upstream_cut"), *says(*cut(text, places))] if again else []
    found, _ = await gathered(previewed_items(Script([*broken, *then]), ASKED, Anything, "question"))
    given_ = [one.root for one in found if not isinstance(one, Preview)]
    assert given_ == (objects if again else objects[: len(given_)])
    texts = [one["question"] for one in objects]
    for shown in written(found):
        assert any(text.startswith(shown) for text in texts)


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (['[{"question": "', "Wa", "s", " ist", "?", '"'], ["Wa", "s", " ist", "?"]),
        (['[{"question": "中', "国的", '首都？", "n": 1'], ["中", "国的", "首都？"]),
        (['[{"question": "a\\', "nb\\", "\\", '\\"'], ["a", "\nb", "\\", '"']),
        (['[{"question": "\\u4f', "60", "\\u597", "d"], ["你", "好"]),
        (['[{"question": "\\ud83d', "\\", "ude", "00!"], ["😀!"]),
        (['[{"question"', ":", ' "', "a"], ["a"]),
        (['[{"n": 1, "options": ["question", "b"], "que', 'stion": "a', "b"], ["a", "b"]),
        (['[{"options": [{"question": "no"}], "question": "a'], ["a"]),
        (['[{"question": "a\nb', "\n", "c"], ["a\nb", "\n", "c"]),  # a slip that is forgiven
        (['[{"question": "a', '", "question": "b', 'c"}'], ["a"]),  # never taken back
        (['[{"question": "a", "n": 1', ', "question": "ab"}'], ["a"]),
        (['[{"question": 5, "n": 1}'], []),
        (['[{"question": null'], []),
        (['[{"question": "\\ud83d', "x"], []),  # half a character is none
        (['[{"question": "ok ', "\\x", "y"], ["ok "]),
        (['["question", "x"]'], []),
        (['{"n": 1, "question": "no array"'], []),
    ],
)
async def test_what_is_certain_is_shown_at_once(pieces: list[str], shown: list[str]) -> None:
    found, _ = await watched(*pieces)
    assert [one.text for one in found if isinstance(one, Preview)] == shown


async def test_pieces_come_while_the_answer_is_written_and_the_item_when_it_is_complete() -> None:
    script = Script(says('[{"question": "Wh', 'y?", "options": ["a"', "]}", ', {"question": "N'))
    async with aclosing(previewed_items(script, ASKED, Question, "question")) as stream:
        assert await anext(stream) == Preview("Wh")
        assert await anext(stream) == Preview("y?")
        assert await anext(stream) == Question(question="Why?", options=["a"])
        assert await anext(stream) == Preview("N", element=1)
        assert script.closed == 0
    assert script.closed == 1


async def test_items_are_the_same_with_previews_and_without() -> None:
    text = json.dumps({"items": [{"question": "a", "n": 1}, {"question": "b", "n": "?"}, {"n": 3}]})
    second = '[{"question": "b", "n": 2}, {"question": "c"}]'
    with_, one = await gathered(
        previewed_items(Script(says(*text), says(second)), ASKED, Question, "question")
    )
    without, other = await gathered(items(Script(says(*text), says(second)), ASKED, Question))
    assert one is other is None
    assert [item for item in with_ if not isinstance(item, Preview)] == without
    assert [item.n for item in without] == [1, 2, 0]


async def test_a_misfit_was_shown_and_its_correction_is_not() -> None:
    script = Script(says('[{"question": "a", "n": "?"}, {"question": "b"}]'), says('[{"question": "a"}]'))
    found, error = await gathered(previewed_items(script, ASKED, Question, "question"))
    assert error is None
    assert found == [Preview("a"), Preview("b", 1), Question(question="b"), Question(question="a")]


async def test_an_answer_in_which_nothing_fits_is_shown_again_as_it_is_written_anew() -> None:
    script = Script(says('[{"question": "a", "n": "?"}]'), says('[{"question": "b', '"}]'))
    found, error = await gathered(previewed_items(script, ASKED, Question, "question"))
    assert error is None
    assert found == [Preview("a"), Preview("b", 1), Question(question="b")]


async def test_after_a_reset_previews_begin_anew_and_items_stand() -> None:
    answer: list[Event] = [
        *map(TextDelta, ('[{"question": "a"}, {"question": "b', "c")),
        Usage(1, 1),
        Reset("upstream_cut"),
        *says('[{"question": "a"}, {"question": "b', 'd"}]'),
    ]
    found, _ = await gathered(previewed_items(Script(answer), ASKED, Question, "question"))
    assert written(found) == ["a", "bc", "a", "bd"]
    assert [one.question for one in found if isinstance(one, Question)] == ["a", "bd"]


class Feedback(BaseModel):
    feedback: str
    points: float = 0


def feedback(*answers: list[Event]) -> Any:
    events = structured(Script(*answers), ASKED, Feedback)
    return gathered(previewed(events, Feedback, "feedback"))


async def test_the_string_of_one_object_is_shown_and_the_object_comes_last() -> None:
    found, error = await feedback(says('{"feedback": "Gut', ' gemacht", "points', '": 2.5}'))
    assert error is None
    assert found == [Preview("Gut"), Preview(" gemacht"), Feedback(feedback="Gut gemacht", points=2.5)]


@pytest.mark.parametrize(
    "frame", ["%s", "Here {it} is:\n```json\n%s\n```\nDone {x}.", '%s {"feedback": "no"}']
)
@settings(max_examples=40)
@given(OTHERS, TRICKY, OTHERS, LAYOUTS, PLACES)
async def test_one_object_in_any_frame_and_any_pieces_shows_its_string_whole(
    frame: str, before: Any, text: str, after: Any, layout: dict[str, Any], places: list[float]
) -> None:
    answer = {**before, "feedback": text, **after}
    events = aiter_of(*cut(frame.replace("%s", json.dumps(answer, **layout)), places))
    found, _ = await gathered(previewed(events, Anything, "feedback"))
    assert "".join(written(found)) == text


async def aiter_of(*pieces: str) -> Any:
    for piece in pieces:
        yield TextDelta(piece)


async def test_an_answer_that_begins_again_is_told() -> None:
    broken: list[Event] = [TextDelta('{"feedback": "Gu'), Usage(1, 1), Reset("upstream_cut")]
    found, _ = await feedback([*broken, *says('{"feedback": "Ok"}')])
    assert found == [Preview("Gu"), Reset("upstream_cut"), Preview("Ok", 1), Feedback(feedback="Ok")]


async def test_an_answer_that_does_not_fit_is_told_and_shown_anew() -> None:
    found, _ = await feedback(says('{"feedback": "a", "points": "x"}'), says('{"feedback": "b"}'))
    assert found == [Preview("a"), Reset("invalid_json"), Preview("b", 1), Feedback(feedback="b")]


async def test_what_does_not_fit_twice_or_is_cut_is_an_error_after_its_previews() -> None:
    found, error = await feedback(says('{"feedback": "a"'), says('{"feedback": "b", "points": []}'))
    assert isinstance(error, ModelMalformed)
    assert found == [Preview("a"), Reset("invalid_json"), Preview("b", 1)]
    found, error = await feedback(says('{"feedback": "a', finish="length"))
    assert isinstance(error, ModelCut)
    assert found == [Preview("a")]


LONG = 60_000  # characters


async def _seconds(length: int) -> float:
    text = json.dumps(
        {"items": [{"question": "题目 and more. " * (length // 13), "n": 1}]}, ensure_ascii=False
    )
    pieces = [text[at : at + 4] for at in range(0, len(text), 4)]
    begun = time.perf_counter()
    found, error = await watched(*pieces)
    taken = time.perf_counter() - begun
    assert error is None
    assert len(found) > 100
    assert written(found) == [found[-1].question]
    return taken


async def test_showing_takes_time_in_proportion_to_the_element() -> None:
    short = min([await _seconds(LONG // 8) for _ in range(3)])
    long = min([await _seconds(LONG) for _ in range(2)])
    assert long < 8 * short * 4  # reading the whole element for each piece would take 64 times as long


async def test_what_has_to_be_mended_is_read_seldom_and_when_it_is_long_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A model that leaves raw line breaks in its strings makes every reading fifty times as dear."""
    read: list[int] = []

    def counted(text: str) -> str:
        read.append(len(text))
        return mended(text)

    monkeypatch.setattr(preview, "mended", counted)

    async def shown(length: int) -> tuple[int, int]:
        read.clear()
        found, _ = await watched('[{"question": "', *["题目\n"] * (length // 3), '"}]')
        assert [one.question for one in found if isinstance(one, Question)] == ["题目\n" * (length // 3)]
        return len("".join(written(found))), sum(read)

    whole, cost = await shown(6_000)
    assert whole == 6_000
    assert cost < 40 * 6_000
    part, most = await shown(60_000)
    assert 6_000 < part < 9_000
    assert most < 2 * cost


async def test_of_a_finished_string_no_more_is_read() -> None:
    """Else the options of a question would each cost as much as the question."""
    pieces = ['[{"question": "' + "q" * 50_000 + '", "n": 1, "options": ["', *["a" * 9] * 50_000]
    begun = time.perf_counter()
    found, _ = await watched(*pieces)
    assert time.perf_counter() - begun < 5  # 50,000 readings of 50 KB and more would be minutes
    assert written(found) == ["q" * 50_000]


FIRST = {"question": "第一题 😀？", "options": ["a", "b"], "n": 1}
SECOND = {"question": "Second?", "options": [], "n": 2}
TEXT = json.dumps({"items": [FIRST, SECOND]})
STREAM = b"".join(map(chunk, [TEXT[at : at + 7] for at in range(0, len(TEXT), 7)]))
WHOLE = STREAM + chunk(finish="stop") + DONE


def stops_at(byte: int) -> Answer:
    return sends(STREAM[:byte], pause=0)


@pytest.mark.usefixtures("short_backoff")
@pytest.mark.timeout(60)
async def test_a_stream_that_is_cut_at_any_byte_leaves_no_half_item_and_loses_none() -> None:
    places = range(0, len(STREAM), 53)
    answers = [answer for byte in places for answer in (stops_at(byte), sends(WHOLE, pause=0))]
    async with raw_server(*answers) as raw, LLMClient(base_url=raw.url, model="m") as client:
        for byte in places:
            stream = client.preview_items("出两道题", item_model=Question, field="question")
            found, error = await gathered(stream)
            assert error is None, byte
            given_ = [one.model_dump() for one in found if isinstance(one, Question)]
            assert given_ == [FIRST, SECOND], byte
            for shown in written(found):
                assert FIRST["question"].startswith(shown) or SECOND["question"].startswith(shown)  # type: ignore[attr-defined]  # both are texts
    assert len(raw.bodies) == len(answers)


async def test_an_object_comes_over_the_wire() -> None:
    text = '{"feedback": "讲得好", "points": 2}'
    answer = sends(*map(chunk, text), chunk(finish="stop"), DONE, pause=0)
    async with raw_server(answer) as raw, LLMClient(base_url=raw.url, model="m") as client:
        found, error = await gathered(client.preview("评分", response_model=Feedback, field="feedback"))
    assert error is None
    assert found == [*map(Preview, "讲得好"), Feedback(feedback="讲得好", points=2)]
    assert raw.bodies[0]["response_format"]["json_schema"]["name"] == "Feedback"
