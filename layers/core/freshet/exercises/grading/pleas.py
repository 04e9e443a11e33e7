"""Pleas: what in an answer speaks to whoever grades it. It earns nothing, and the model does not see it.

An essay about grading, prompts or systems says the same words of somebody else. So a clause counts by its
form: an order to the grader, an address, a claim about `this answer`, each at its start; what stands between
quotation marks is told, not said. What does not belong here: fences around text (`freshet.rag.fences`).
"""

import re
import unicodedata

from freshet.exercises.grading.characters import plain
from freshet.exercises.grading.phrases import ASKING, CLAIM, ORDER

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


def without_pleas(answer: str) -> str:
    """The answer but for the clauses that speak to the grader."""
    said = _TOLD.sub(lambda told: "\0" * len(told[0]), answer)
    return "".join(
        answer[clause.start() : clause.end()] for clause in _CLAUSE.finditer(said) if not is_plea(clause[0])
    )


def is_plea(clause: str) -> bool:
    """Whether a clause speaks to whoever grades the answer."""
    said = _latin(plain(clause[:_LOOKED_AT]))
    start = mark.end() if (mark := _MARK.match(said)) else 0
    asked = asking.end() if (asking := ASKING.match(said, start)) else start
    return bool(CLAIM.match(said, start) or ORDER.match(said, asked))


def _latin(text: str) -> str:
    """The text with what looks like a Latin letter as that letter."""
    if text.isascii():
        return text
    return _ACCENT.sub("", unicodedata.normalize("NFD", text)).translate(_LATIN)
