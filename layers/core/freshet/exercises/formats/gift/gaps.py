"""Cloze questions: GIFT has one gap a question, in the missing-word form.

So each gap is a question of its own, which shows the others as `⟦2⟧`; those that follow each other are put
together again.
"""

import re
from collections.abc import Iterator

from freshet.exercises.formats.text import pieces
from freshet.exercises.question import Blank, Cloze, Question

MARK = "{{1}}"
_OTHER = re.compile(r"⟦(\d{1,4})⟧")

Gap = tuple[int, int]


def parted(question: Cloze) -> Iterator[tuple[str, Blank, str]]:
    """Each gap with the text before and after it."""
    found = list(pieces(question))
    blanks = [at for at, piece in enumerate(found) if isinstance(piece, Blank)]
    numbers = {at: number for number, at in enumerate(blanks, 1)}
    shown = [f"⟦{numbers[at]}⟧" if isinstance(piece, Blank) else piece for at, piece in enumerate(found)]
    for at in blanks:
        blank = found[at]
        assert isinstance(blank, Blank)
        yield "".join(shown[:at]), blank, "".join(shown[at + 1 :])


def together(found: list[tuple[Question, Gap | None]]) -> list[Question]:
    """The questions, those that are gaps of one put together. A gap without the others is a question."""
    questions: list[Question] = []
    parts: list[Cloze] = []
    whole = ("", 0)
    for question, gap in found:
        number, count = gap or (0, 0)
        if number == 1 or (_name(question), count) != whole:
            questions += parts
            parts, whole = [], (_name(question), count)
        if not isinstance(question, Cloze) or number != len(parts) + 1:
            questions += [*parts, question]
            parts = []
            continue
        parts.append(question)
        if number == count:
            questions.append(_whole(parts))
            parts = []
    return questions + parts


def _name(part: Question) -> str:
    """What the parts of one question share of their ids."""
    return part.id.rpartition("-")[0]


def _whole(parts: list[Cloze]) -> Cloze:
    count = len(parts)

    def mark(other: re.Match[str]) -> str:
        return f"{{{{{other[1]}}}}}" if 1 < int(other[1]) <= count else other[0]

    blanks = [Blank(id=str(at), accepted=part.blanks[0].accepted) for at, part in enumerate(parts, 1)]
    text = _OTHER.sub(mark, parts[0].question)
    return parts[0].model_copy(
        update={"id": _name(parts[0]) or parts[0].id, "question": text, "blanks": blanks}
    )
