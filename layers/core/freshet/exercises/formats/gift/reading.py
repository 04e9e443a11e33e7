"""Reading GIFT: the questions of a file, and what is wrong with the others.

What belongs here: a question's text, title, general feedback, and where its answers stand. What does not: the
answers (`kinds`) and where questions begin and end (`blocks`).
"""

import re
from dataclasses import dataclass, field

from freshet.exercises.formats.gift import remarks, texts
from freshet.exercises.formats.gift.blocks import Block, Category, blocks, whole
from freshet.exercises.formats.gift.gaps import MARK, Gap, together
from freshet.exercises.formats.gift.kinds import Section, beginning, kind_of, question
from freshet.exercises.formats.gift.source import Source, Unreadable, unescaped
from freshet.exercises.question import Question

MOST_QUESTIONS = 500
_MOST_PROBLEMS = 200  # by then it is another format
_MOST_CHARACTERS = 1_000_000  # of a question in the file
_MOST_BYTES = 290_000  # of a question: it is kept as one item
_MOST_ANSWERS = 200  # of a question
_GAP = "_____"
_GENERAL = "####"
# A picture inside of its tag; none can be kept.
_EMBEDDED = re.compile(r"data\\?:[\w./+-]{1,80};base64,[A-Za-z0-9+/]*")
_TOO_LONG = "This is too long for a question; is a blank line missing?"
_DESCRIPTION = "No braces: a description, not a question. It was left out: "


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What was not read, or not all of it, and the line in the file where that is."""

    line: int
    detail: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds. `categories` are paths, as `$course$/top/Planets`."""

    questions: list[Question]
    problems: list[LineProblem]
    categories: list[str]

    @property
    def title(self) -> str:
        """The name of the first category, empty if there is none."""
        path = self.categories[0] if self.categories else ""
        return path.replace("//", "\0").rpartition("/")[2].replace("\0", "/").strip()


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    questions: list[tuple[Question, Gap | None]] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)

    def take(self, part: Block | Category, most: int) -> bool:
        """Reads one part more; whether to go on."""
        if isinstance(part, Category):
            self.categories += [part.path] if len(self.categories) < most else []
        elif len(self.questions) == most:
            self._note(part.line, f"Only the first {most} questions were read. Split the file.")
            return False
        elif len(self.problems) >= _MOST_PROBLEMS:
            self._note(part.line, "Too many problems. What follows was not read.")
            return False
        else:
            self._read(part)
        return True

    def _read(self, block: Block) -> None:
        text = _EMBEDDED.sub("data", block.text)
        notices: list[tuple[str, int]] = []
        try:
            if len(text) + sum(map(len, block.comments)) > _MOST_CHARACTERS:
                raise Unreadable(_TOO_LONG)
            said = remarks.read(block.comments)
            found = _question(text, said, len(self.questions) + 1, notices)
            if len(found.model_dump_json().encode()) > _MOST_BYTES:
                raise Unreadable(_TOO_LONG)
            self.questions.append((found, said.gap))
        except Unreadable as refused:
            notices = [(str(refused), refused.at)]
        for detail, at in notices:
            self._note(block.line + text.count("\n", 0, at), detail)

    def _note(self, line: int, detail: str) -> None:
        self.problems.append(LineProblem(line=line, detail=detail))


def parse(text: str, *, most: int = MOST_QUESTIONS) -> Parsed:
    """The questions of a GIFT file, in their order, and the problems with the others.

    Their ids are those of the file, or their numbers. Never raises; time grows with the text's length only.
    """
    reading = _Reading()
    text = text.removeprefix("\ufeff").encode(errors="replace").decode()  # half a character is no text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for part in whole(blocks(text)):
        if not reading.take(part, most):
            break
    return Parsed(
        questions=together(reading.questions), problems=reading.problems, categories=reading.categories
    )


def _question(text: str, said: remarks.Remarks, number: int, notices: list[tuple[str, int]]) -> Question:
    title, source = _titled(Source.of(text).strip())
    before, answers, after = _around_braces(source)
    answers, general = _general(answers)
    kind = kind_of(answers, said.kind)
    gap = MARK if kind == "cloze" else "" if after.blank else _GAP
    stem, format_ = texts.read(Source.of(before.raw + gap + after.raw))
    if not stem:
        raise Unreadable("There is no question before the answers.", answers.at)
    if answers.signs.count("=") + answers.signs.count("~") > _MOST_ANSWERS:
        raise Unreadable(f"A question has at most {_MOST_ANSWERS} answers.", answers.at)
    common = {
        "id": said.id or str(number),
        "question": stem,
        "title": title,
        "explanation": texts.read(general, format_)[0] if general else "",
        **said.common(),
    }
    return question(kind, Section(answers, format_, said, common, notices))


def _titled(source: Source) -> tuple[str, Source]:
    if not source.signs.startswith("::"):
        return "", source
    title, rest = source.part(2).partition("::")
    if rest is None:
        return "", source
    return unescaped(texts.unwrapped(title.raw)).strip(), rest


def _around_braces(source: Source) -> tuple[Source, Source, Source]:
    """What stands before the braces, in them, and after them. Raises Unreadable."""
    begin, end = source.signs.find("{"), source.signs.find("}")
    if begin < 0 and end < 0:
        raise Unreadable(f"{_DESCRIPTION}{beginning(texts.read(source)[0])}", source.at)
    for sign, first in (("{", begin), ("}", end)):
        again = source.signs.find(sign, first + 1)
        if first < 0 or again >= 0 or end < begin:
            raise Unreadable(
                "A question has its answers in one pair of braces; all others are written \\{ and \\}.",
                source.at + max(again, first, begin, end),
            )
    return source.part(0, begin), source.part(begin + 1, end), source.part(end + 1)


def _general(answers: Source) -> tuple[Source, Source | None]:
    at = answers.signs.rfind(_GENERAL)
    return (answers, None) if at < 0 else (answers.part(0, at), answers.part(at + len(_GENERAL)))
