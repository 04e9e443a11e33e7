import asyncio
import io
import subprocess
import sys
import zipfile

import pytest
from hypothesis import given, settings

from freshet.errors import Invalid
from freshet.exercises.formats import FORMATS, Name, exported
from freshet.exercises.question import Question
from tests.unit.exercises.formats.questions import ALL, EXERCISE, SINGLE, any_questions

INTERACTIVE: list[Name] = ["gift", "moodle", "qti", "anki"]
SHEETS: list[Name] = ["csv", "md", "html"]


@pytest.mark.parametrize("name", INTERACTIVE + SHEETS)
async def test_the_same_exercise_is_the_same_bytes(name: Name) -> None:
    assert (await exported(name, EXERCISE, ALL)).data == (await exported(name, EXERCISE, ALL)).data


@pytest.mark.parametrize("name", ["qti", "anki"])
async def test_an_archive_tells_no_time(name: Name) -> None:
    file = await exported(name, EXERCISE, ALL)
    with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("name", INTERACTIVE + SHEETS)
async def test_an_exercise_without_questions_is_a_file_too(name: Name) -> None:
    assert (await exported(name, EXERCISE, [])).data


@pytest.mark.parametrize("name", INTERACTIVE)
async def test_what_always_holds_the_answers_is_refused_without_them(name: Name) -> None:
    with pytest.raises(Invalid, match=r"always holds the answers; without them there are: csv, md, html"):
        await exported(name, EXERCISE, ALL, answers=False)


@pytest.mark.parametrize("name", SHEETS)
async def test_a_sheet_without_answers_tells_nothing_of_them(name: Name) -> None:
    hidden = ["At sea level", "boils at 100", "steam", "299792", "too cold", "snow", "less dense", "heat.pdf"]
    with_key = (await exported(name, EXERCISE, ALL)).data.decode()
    sheet = (await exported(name, EXERCISE, ALL, answers=False)).data.decode()
    assert all(text in with_key.replace("\\", "") for text in hidden)
    assert not any(text in sheet for text in hidden)
    assert sheet.index("Earth") > sheet.index("Venus")  # not in their right order
    assert sheet.index("Mercury") > sheet.index("Earth")


async def test_a_file_is_named_after_the_exercise() -> None:
    file = await exported("html", EXERCISE.model_copy(update={"title": '练习: 1/2 "水"\n'}), [])
    assert file.filename == "练习 1 2 水.html"
    assert file.media_type == "text/html; charset=utf-8"
    assert file.headers["Content-Disposition"].endswith("%E7%BB%83%E4%B9%A0%201%202%20%E6%B0%B4.html")


async def test_a_question_of_no_language_is_in_that_of_its_exercise() -> None:
    chinese = EXERCISE.model_copy(update={"language": "zh-Hans"})
    file = await exported("moodle", chinese, [SINGLE.model_copy(update={"language": ""})])
    assert "出处：heat.pdf, 第 3 页" in file.data.decode()


@pytest.mark.parametrize("title", ["", "???", "\ud800\n"])
async def test_a_file_of_an_exercise_without_a_title_has_a_name(title: str) -> None:
    for name in (*INTERACTIVE, *SHEETS):
        file = await exported(name, EXERCISE.model_copy(update={"title": title}), ALL[:1])
        assert file.filename == f"exercise.{FORMATS[name].suffix}"


@settings(max_examples=10)
@given(questions=any_questions())
def test_whatever_the_texts_are_every_format_is_written(questions: list[Question]) -> None:
    for name in (*INTERACTIVE, *SHEETS):
        assert asyncio.run(exported(name, EXERCISE, questions)).data


def test_a_format_is_imported_when_it_is_first_asked_for() -> None:
    code = "import sys, freshet.exercises.formats; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "freshet.exercises.formats" in loaded
    assert not {"genanki", "xml.etree.ElementTree", "csv", "sqlite3"} & set(loaded)
