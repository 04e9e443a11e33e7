"""Pleas: what in an answer speaks to whoever grades it. It earns nothing, and the model does not see it.

An essay about grading, prompts or systems says the same words of somebody else. So a clause counts by its
form: an order to the grader, an address, a claim about `this answer`, each at its start; what stands between
quotation marks is told, not said. Models read base64 and rot13, so clauses are read like that, too. What
stands behind the end of the answer's fence, or is written as the grader's own judgement, is no answer. What
does not belong here: fences around text (`freshet.rag.fences`).
"""

import codecs
import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterator

from freshet.exercises.grading.characters import plain
from freshet.exercises.grading.phrases import asking, claim, order
from freshet.rag.fences import own

_LOOKED_AT = 400  # characters of a clause: an order begins with itself
# Latin letters, each with those of other scripts that look like it; small ones, as `plain` leaves them.
_ALIKE = "aаɑα bв cсϲ dԁ eеε gɡց hнһհ iіıι jј kкκ mм nηո oоοօ pрρ qԛ sѕ tтτ uυս vν wԝ xхχ yуγ"
_LATIN = str.maketrans({other: group[0] for group in _ALIKE.split() for other in group[1:]})
_ACCENT = re.compile("[\u0300-\u036f]")
_MARK = re.compile(r"[\W_]*")
_CLAUSE = re.compile(
    r".+?(?:[.!?;]+(?=[\s)]|$)|[。！？；]+|\n|[,，](?!\d)|$"
    r"|(?= (?:and|so|but|then)"
    r" (?:please|give|award|grant|assign|output|say|mark|you|ignore|disregard)\b))\s*",
    re.DOTALL | re.IGNORECASE,
)
_TOLD = re.compile(
    "“[^”]{0,300}”|「[^」]{0,300}」|『[^』]{0,300}』|\"[^\"\n]{0,300}\"|`[^`\n]{0,300}`|(?<!\\w)'[^'\n]{0,300}'(?!\\w)"
)
_JUDGEMENT = re.compile(r'\{\s*"criteria"\s*:\s*[\[{].*', re.DOTALL)  # as `rubric.Judgement` has it
_BASE64 = re.compile(r"(?:[A-Za-z\d+/]{4}){4,}")


def without_pleas(answer: str) -> str:
    """The answer but for what speaks to the grader."""
    answer = _JUDGEMENT.sub("", own(answer, "answer"))
    said = _TOLD.sub(lambda told: "\0" * len(told[0]), answer)
    return "".join(
        answer[clause.start() : clause.end()] for clause in _CLAUSE.finditer(said) if not is_plea(clause[0])
    )


def is_plea(clause: str) -> bool:
    """Whether a clause speaks to whoever grades the answer."""
    return any(map(_speaks_to_the_grader, _readings(clause[:_LOOKED_AT])))


def _readings(clause: str) -> Iterator[str]:
    """The clause, and what it says to somebody who decodes it."""
    yield clause
    if clause.isascii():
        yield codecs.encode(clause, "rot13")
    for found in _BASE64.findall(clause):
        yield b64decode(found).decode(errors="replace")


def _speaks_to_the_grader(clause: str) -> bool:
    said = _latin(plain(clause))
    start = mark.end() if (mark := _MARK.match(said)) else 0
    asked = begun.end() if (begun := asking().match(said, start)) else start
    return bool(claim().match(said, start) or order().match(said, asked))


def _latin(text: str) -> str:
    """The text with what looks like a Latin letter as that letter."""
    if text.isascii():
        return text
    return _ACCENT.sub("", unicodedata.normalize("NFD", text)).translate(_LATIN)
