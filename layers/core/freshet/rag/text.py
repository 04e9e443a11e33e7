"""Where the sentences of a text are, for quotes; and which language our own few sentences are in."""

import re
from collections.abc import Iterator

from freshet.documents.sentences import clauses, sentences

MAX_QUOTE = 400  # characters; longer stretches without an end are cut after a comma or a blank

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def quotable(text: str) -> Iterator[tuple[int, int]]:
    """The (start, end) of each sentence, without surrounding white space."""
    begin = 0
    for sentence in sentences(text):
        for piece in clauses(sentence, MAX_QUOTE):
            stripped = piece.strip()
            if stripped:
                left = begin + len(piece) - len(piece.lstrip())
                yield left, left + len(stripped)
            begin += len(piece)


def is_chinese(text: str) -> bool:
    """Whether the text has Han characters."""
    return bool(_HAN.search(text))
