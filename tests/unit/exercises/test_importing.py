import asyncio
import codecs
from typing import Any

import pytest

from freshet.errors import Invalid, Unavailable
from freshet.exercises.collection import Collection
from freshet.exercises.importing import import_gift
from freshet.exercises.requests import Listing
from freshet.ids import new_id
from freshet.stores.table import Item
from tests.stack import Stack
from tests.unit.exercises.kept import left_of

FILE = """$CATEGORY: $course$/top/光合作用

// [id:old-1] [tag:叶绿素] [tag:植物]
叶绿素吸收哪种光？{~绿光 =红光#对！}

What is the formula of water?{=H2O}

broken {

// [tag:植物] [tag:difficulty:hard] [points:2.5]
植物在夜里也呼吸。{T}
"""


async def test_a_file_becomes_an_exercise(exercises: Collection, owner: str) -> None:
    id_ = new_id()
    exercise, problems = await import_gift(exercises, owner, id_, FILE)
    assert exercise == await exercises.get(owner, id_)
    assert (exercise.title, exercise.state, exercise.origin) == ("光合作用", "ready", "imported")
    assert (exercise.questions, exercise.points, exercise.language) == (3, 4.5, "zh")
    assert exercise.concepts == ["叶绿素", "植物"]
    assert [problem.line for problem in problems] == [8]
    kept = await exercises.questions(owner, id_)
    assert [one.type for one in kept] == ["single_choice", "short_answer", "true_false"]
    assert [one.language for one in kept] == ["zh", "en", "zh"]
    assert (kept[2].difficulty, kept[2].points) == ("hard", 2.5)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig", "big5"])
async def test_a_file_in_any_encoding_is_read(exercises: Collection, owner: str, encoding: str) -> None:
    text = FILE.replace("\n", "\r\n")
    if encoding == "big5":
        text = text.translate(str.maketrans("绿叶种对红", "綠葉種對紅"))
    data = codecs.encode(text, encoding)
    exercise, problems = await import_gift(exercises, owner, new_id(), data, "自己的题")
    assert (exercise.title, exercise.questions, len(problems)) == ("自己的题", 3, 1)
    first = (await exercises.questions(owner, exercise.id))[0]
    assert first.question in text
    assert first.language == "zh"


async def test_an_import_that_fails_leaves_nothing_behind(
    exercises: Collection, owner: str, cloud: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = exercises._put

    async def fails(owner: str, exercise_id: str, item: Item) -> None:
        await put(owner, exercise_id, item)
        if item["id"] == "q2":
            raise Unavailable("The table is gone.", part="table")

    with monkeypatch.context() as broken:
        broken.setattr(exercises, "_put", fails)
        with pytest.raises(Unavailable):
            await import_gift(exercises, owner, new_id(), FILE)
    assert await left_of(cloud, owner) == []
    again, _ = await import_gift(exercises, owner, new_id(), FILE)
    assert [one.id for one in (await exercises.page(owner, Listing()))[0]] == [again.id]


async def test_an_import_that_is_not_waited_for_leaves_nothing_behind(
    exercises: Collection, owner: str, cloud: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = asyncio.Event()

    async def waits(*_: Any, **__: Any) -> None:
        kept.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(exercises, "end", waits)
    importing = asyncio.create_task(import_gift(exercises, owner, new_id(), FILE))
    await kept.wait()
    assert len(await left_of(cloud, owner)) == 4
    importing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await importing
    assert await left_of(cloud, owner) == []


async def test_a_question_has_only_so_many_concepts_of_such_a_length(
    exercises: Collection, owner: str
) -> None:
    tags = ["x" * 101, "概念", *(f"tag {number}" for number in range(25_000))]
    text = "".join(f"// [tag:{tag}]\n" for tag in tags) + "Ice floats.{T}"
    exercise, _ = await import_gift(exercises, owner, new_id(), text)
    (question,) = await exercises.questions(owner, exercise.id)
    assert question.concepts == ["概念", "tag 0", "tag 1", "tag 2", "tag 3"]


async def test_five_hundred_questions_keep_their_order(exercises: Collection, owner: str) -> None:
    text = "\n\n".join(f"Question {number}?{{={number}}}" for number in range(501))
    exercise, problems = await import_gift(exercises, owner, new_id(), text.encode())
    assert exercise.questions == 500
    assert [problem.line for problem in problems] == [1001]
    kept = await exercises.questions(owner, exercise.id)
    assert [one.question for one in kept] == [f"Question {number}?" for number in range(500)]
    assert len({one.id for one in kept}) == 500


@pytest.mark.parametrize(
    ("content", "detail", "lines"),
    [
        ("\n\nonly text\n\nopen {", "Line 3: No braces: a description", [3, 5]),
        ("", "no question", []),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "no question", None),
        ("// comments\n// alone", "no question", []),
    ],
)
async def test_a_file_without_questions_is_refused_with_its_lines(
    exercises: Collection, owner: str, content: str | bytes, detail: str, lines: list[int] | None
) -> None:
    with pytest.raises(Invalid, match=detail) as refused:
        await import_gift(exercises, owner, new_id(), content)
    errors = refused.value.extra["errors"]
    assert all(error["field"] == "content" and error["message"] for error in errors)
    if lines is not None:
        assert [error["line"] for error in errors if "line" in error] == lines
    assert await exercises.page(owner, Listing()) == ([], None)
