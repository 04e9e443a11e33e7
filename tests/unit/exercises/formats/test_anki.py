import asyncio
import html
import io
import json
import re
import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from freshet.download import writable
from freshet.exercises.exercise import Exercise
from freshet.exercises.formats import exported
from freshet.exercises.question import Cloze, Question
from tests.unit.exercises.formats.questions import (
    ALL,
    CLOZE,
    ESSAY,
    EXERCISE,
    ORDER,
    PAIRS,
    SHORT,
    SINGLE,
    TRUTH,
    any_questions,
    asked,
    squeezed,
)


class Collection:
    """A package as Anki opens it."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            assert json.loads(archive.read("media")) == {}
            database = archive.read("collection.anki2")
        connection = sqlite3.connect(":memory:")
        connection.deserialize(database)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = connection.execute("SELECT guid, mid, tags, flds, mod, id FROM notes ORDER BY id").fetchall()
        self.notes = [
            (guid, mid, tags.split(), fields.split("\x1f"), mod) for guid, mid, tags, fields, mod, _ in found
        ]
        at = {id_: index for index, (*_, id_) in enumerate(found)}
        cards = connection.execute("SELECT nid, ord, did FROM cards ORDER BY id").fetchall()
        self.cards = [(at[note], card) for note, card, _ in cards]
        ((decks, models),) = connection.execute("SELECT decks, models FROM col").fetchall()
        self.decks: dict[str, Any] = json.loads(decks)
        self.models: dict[str, Any] = json.loads(models)
        assert {str(deck) for *_, deck in cards} <= self.decks.keys()
        connection.close()

    def fields(self) -> list[str]:
        """Those of the first note."""
        fields: list[str] = self.notes[0][3]
        return fields


def collection(*questions: Question, exercise: Exercise = EXERCISE) -> Collection:
    return Collection(asyncio.run(exported("anki", exercise, questions)).data)


def told(field: str) -> str:
    """What a field says."""
    return html.unescape(re.sub(r"<[^>]*>", "\n", field))


def test_every_question_is_a_note_in_a_deck_of_the_exercise() -> None:
    found = collection(*ALL)
    assert len(found.notes) == len({guid for guid, *_ in found.notes}) == len(ALL)
    assert "热学 Heat" in {deck["name"] for deck in found.decks.values()}


def test_choices_are_on_the_front_and_the_right_one_on_the_back() -> None:
    front, back, about = collection(SINGLE).fields()
    assert front == f'{SINGLE.question}<ol type="A"><li>90</li><li>100</li><li>99</li></ol>'
    assert back == "B. 100<br>C. 99 (50%)"
    assert [line for line in told(about).split("\n") if line] == [
        *("Feedback", "A: too cold", "Explanation", "At sea level."),
        *("Source", "heat.pdf, p. 3, Heat — “Water boils at 100 °C.”"),
    ]


def test_the_other_types_have_their_answer_on_the_back() -> None:
    backs = [collection(one).fields()[1] for one in (TRUTH, SHORT, PAIRS, ORDER, ESSAY)]
    assert backs == [
        "False",
        "steam / a*b (50%)",
        "1. France → C. Paris<br>2. 德国 → A. 柏林",
        "C. Mercury<br>A. Venus<br>B. Earth",
        "Ice is less dense.<br><br>Its lattice is open.",
    ]
    assert "density (6 points)" in collection(ESSAY).fields()[2]


def test_a_blank_is_a_card() -> None:
    found = collection(CLOZE)
    text, about = found.fields()
    assert text == "{{c1::Ice}} melts at {{c2::0}} degrees, not at &#123;30&#125;."
    assert found.cards == [(0, 0), (0, 1)]
    assert "(1) Ice / snow (50%)" in about


def test_concepts_are_tags_without_blanks() -> None:
    assert collection(SINGLE).notes[0][2] == ["boiling_point", "水"]


def test_a_later_export_updates_the_notes_of_an_earlier_one() -> None:
    later = EXERCISE.model_copy(update={"updated_at": "2026-04-01T08:00:00.000+00:00", "title": "New"})
    before, after = collection(*ALL), collection(*ALL, exercise=later)
    assert [(guid, mid) for guid, mid, *_ in before.notes] == [(guid, mid) for guid, mid, *_ in after.notes]
    assert before.decks.keys() == after.decks.keys()
    assert before.models.keys() == after.models.keys()
    assert max(mod for *_, mod in before.notes) < min(mod for *_, mod in after.notes)


def test_other_exercises_are_other_notes_in_other_decks() -> None:
    other = collection(*ALL, exercise=EXERCISE.model_copy(update={"id": "01JOTHER"}))
    mine = collection(*ALL)
    assert not {guid for guid, *_ in mine.notes} & {guid for guid, *_ in other.notes}
    assert mine.decks.keys() & other.decks.keys() == {"1"}  # Anki's own


def test_nothing_is_left_in_the_folder_of_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert collection(*ALL).notes
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=30)
@given(questions=any_questions())
def test_all_texts_come_back_and_none_becomes_markup(questions: list[Question]) -> None:
    found = collection(*questions)
    assert len(found.cards) == len(questions) + 1  # the cloze question has two
    for question, (_, _, tags, fields, _) in zip(questions, found.notes, strict=True):
        said = squeezed(told("".join(fields)))
        assert all(squeezed(text) in said for text in (*asked(question), question.explanation))
        assert tags == [tag for concept in question.concepts if (tag := "_".join(writable(concept).split()))]
        markup = {tag.strip("/").split()[0] for tag in re.findall(r"<([^>]*)>", "".join(fields))}
        assert markup <= {"ol", "ul", "li", "b", "br", "p"}
        rest = re.sub(r"\{\{c[12]::[^{}:]*\}\}", "", fields[0]) if isinstance(question, Cloze) else fields[0]
        assert not set("{}[") & set(rest)
