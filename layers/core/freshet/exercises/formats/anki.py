"""Anki packages (.apkg), written by genanki.

A cloze question is a cloze note with a card for each blank; all others are a question on the front, with its
choices, and the answer on the back. Ids come from those of the exercise and its questions, times from its
last change: a second import updates what is there, and learners keep their schedule.

genanki's own writer leaves a file behind and asks the clock; its tables are written into memory here.
"""

import hashlib
import itertools
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from freshet.exercises.exercise import Exercise
from freshet.exercises.formats.packed import packed
from freshet.exercises.formats.sheet import Key, Line, Sheet, key, rubric, sheet
from freshet.exercises.formats.text import GAP, pieces, usable
from freshet.exercises.formats.words import Words, words
from freshet.exercises.question import Blank, Cloze, Question

if TYPE_CHECKING:
    from genanki import Deck, Model

_BASIC_ID, _CLOZE_ID = 1741900631, 1741900632  # of these note types, for good: Anki knows them by their ids
_STYLE = """.card {
  max-width: 40em; margin: 1em auto;
  font: 20px/1.5 sans-serif; text-align: start; white-space: pre-wrap;
}
.cloze { font-weight: bold; }
.about { color: #777; font-size: 16px; }
"""
_NOT_HTML = str.maketrans({"{": "&#123;", "}": "&#125;", "[": "&#91;"})  # of fields, clozes, sounds, LaTeX


def export(exercise: Exercise, questions: Sequence[Question], *, answers: bool) -> bytes:
    """A deck with a note a question. They always hold their answers."""
    from genanki import Deck, Package

    said = words(exercise.language)
    deck = Deck(_number(exercise.id), exercise.title.replace("::", ":") or exercise.id)  # `::` parts decks
    _add_notes(deck, exercise, questions, said)
    changed = datetime.fromisoformat(exercise.updated_at).timestamp()
    connection = sqlite3.connect(":memory:")
    try:
        Package(deck).write_to_db(connection.cursor(), changed, itertools.count(int(changed * 1000)))
        connection.commit()
        return packed({"collection.anki2": connection.serialize(), "media": b"{}"})
    finally:
        connection.close()


def _add_notes(deck: "Deck", exercise: Exercise, questions: Sequence[Question], said: Words) -> None:
    from genanki import Note, guid_for

    basic, cloze = _basic(), _cloze()
    for question in questions:
        model = cloze if isinstance(question, Cloze) else basic
        guid = guid_for(exercise.id, question.id, model.name)  # Anki turns no note into one of another type
        tags = _tags(question.concepts)
        deck.add_note(Note(model=model, fields=_fields(question, said), tags=tags, guid=guid))


def _fields(question: Question, said: Words) -> list[str]:
    told = key(question, said)
    if isinstance(question, Cloze):
        several = any(len(blank.accepted) > 1 for blank in question.blanks)
        about = _about(told, said, answer=told.answer if several else ())
        return [_title(question.title) + _clozes(question), about]
    about = _about(told, said, criteria=rubric(question, said))
    return [_front(sheet(question, said)), _lines(told.answer), about]


def _front(seen: Sheet) -> str:
    left = "".join(f"<li>{_html(line.text)}</li>" for line in seen.left)
    unit = f" ({_html(seen.unit)})" if seen.unit else ""
    return (
        f"{_title(seen.title)}{_html(seen.text)}{unit}"
        + (f"<ol>{left}</ol>" if left else "")
        + _choices(seen.choices)
    )


def _title(title: str) -> str:
    return f"<b>{_html(title)}</b><br>" if title.strip() else ""


def _choices(choices: Sequence[Line]) -> str:
    listed = "".join(f"<li>{_html(line.text)}</li>" for line in choices)
    lettered = any(line.label for line in choices)
    return f'<ol type="A">{listed}</ol>' if lettered else f"<ul>{listed}</ul>" if listed else ""


def _clozes(question: Cloze) -> str:
    numbers = itertools.count(1)
    return "".join(
        _hidden(piece, next(numbers)) if isinstance(piece, Blank) else _html(piece)
        for piece in pieces(question)
    )


def _hidden(blank: Blank, number: int) -> str:
    best = next(iter(usable(blank.accepted)), None)
    answer = _html(best.text).replace(":", "&#58;") if best else GAP  # `::` begins a hint
    return f"{{{{c{number}::{answer}}}}}"


def _about(told: Key, said: Words, *, answer: Sequence[str] = (), criteria: Sequence[str] = ()) -> str:
    """What there is to say about the answer."""
    parts = [
        (said.answer, _lines(answer)),
        (said.rubric, _lines(criteria)),
        (said.feedback, _lines(told.remarks)),
        (said.explanation, _html(told.explanation)),
        (said.source, _html(told.source)),
    ]
    return "".join(f"<p><b>{title}</b><br>{text}</p>" for title, text in parts if text)


def _lines(lines: Iterable[str]) -> str:
    return "<br>".join(map(_html, lines))


def _html(text: str) -> str:
    return escape(text).translate(_NOT_HTML).replace("\n", "<br>")


def _tags(concepts: Iterable[str]) -> list[str]:
    """Tags have no blanks in them."""
    return [tag for concept in concepts if (tag := "_".join(concept.split()))]


def _number(id_: str) -> int:
    """An id as genanki wants it: from 2^30 to 2^31."""
    return 1 << 30 | int.from_bytes(hashlib.sha256(id_.encode()).digest()[:4], "big") >> 2


def _basic() -> "Model":
    from genanki import Model

    template = {
        "name": "Card 1",
        "qfmt": "{{Front}}",
        "afmt": '{{FrontSide}}<hr id="answer">{{Back}}<div class="about">{{About}}</div>',
    }
    fields = [{"name": "Front"}, {"name": "Back"}, {"name": "About"}]
    return Model(_BASIC_ID, "Freshet", fields=fields, templates=[template], css=_STYLE)


def _cloze() -> "Model":
    from genanki import Model

    template = {
        "name": "Cloze",
        "qfmt": "{{cloze:Text}}",
        "afmt": '{{cloze:Text}}<div class="about">{{About}}</div>',
    }
    fields = [{"name": "Text"}, {"name": "About"}]
    return Model(
        _CLOZE_ID, "Freshet cloze", fields=fields, templates=[template], css=_STYLE, model_type=Model.CLOZE
    )
