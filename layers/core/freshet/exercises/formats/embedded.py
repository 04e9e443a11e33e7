r"""Moodle's embedded answers (Cloze): a text with `{1:SHORTANSWER:=one~%50%another#feedback}` for each blank.

https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type. The text is HTML. In an answer Moodle
decodes entities first and then takes `\}` for `}`, `\#` for `#`. So all else that means something is an
entity: a backslash, too, and `&` as `&#38;`, for Moodle looks for no end after `&amp;`.
"""

from freshet.exercises.formats.markup import html
from freshet.exercises.formats.text import GAP, pieces, usable
from freshet.exercises.formats.words import number
from freshet.exercises.question import Accepted, Blank, Cloze

_ENTITIES = {character: f"&#{ord(character)};" for character in '&<>"{~=%\\'}
_ENDS = {"}": r"\}", "#": r"\#"}
_ANSWER = str.maketrans({**_ENTITIES, **_ENDS, "*": "&#92;*"})  # a plain `*` stands for anything
_FEEDBACK = str.maketrans({**_ENTITIES, **_ENDS})


def embedded(question: Cloze) -> str:
    """The question's text with its answers in it, as HTML."""
    points = weight(question)
    return "".join(
        _blank(piece, points) if isinstance(piece, Blank) else _text(piece) for piece in pieces(question)
    )


def weight(question: Cloze) -> int:
    """The points of each blank: Moodle has whole ones."""
    share = question.points / max(1, len(question.blanks))
    return int(share) if share.is_integer() and share >= 1 else 1


def _text(text: str) -> str:
    return html(text).replace("{", "&#123;")  # it begins no answer


def _blank(blank: Blank, points: int) -> str:
    accepted = "~".join(map(_alternative, usable(blank.accepted)))
    return f"{{{points}:SHORTANSWER:{accepted}}}" if accepted else GAP


def _alternative(one: Accepted) -> str:
    credit = "=" if one.credit == 1 else f"%{number(round(one.credit * 100, 5))}%"
    feedback = f"#{html(one.feedback).translate(_FEEDBACK)}" if one.feedback else ""
    return f"{credit}{one.text.strip().translate(_ANSWER)}{feedback}"
