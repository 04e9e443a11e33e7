"""Room: how much may be said of each open answer, so that the attempt can be kept when all is said.

An attempt is kept in one piece, and a model's words have cost something: whether there is room for them is
known before the first is asked for. What does not belong here: how attempts are kept.
"""

from collections.abc import Callable, Sequence

import orjson

from freshet.errors import TooLarge
from freshet.exercises.attempts import packed
from freshet.exercises.grading.attempt import Attempt, Mark
from freshet.exercises.grading.rubric import mark_of, unearned
from freshet.exercises.grading.sheet import marked
from freshet.exercises.question import Essay, Question, ShortAnswer
from freshet.stores.table import MAX_ITEM_BYTES

LEAST_SAID = 250  # bytes of what is said of an answer: a sentence or two
_SURE = 0.9  # of the room: what is packed together may pack a little worse


def room_for(attempt: Attempt, waiting: Sequence[Question]) -> int:
    """How many bytes may be said of each waiting question. Work for a thread. Raises TooLarge."""
    open_ = {one.id: one for one in waiting if isinstance(one, Essay | ShortAnswer)}
    if not open_:
        return 0
    results = [
        marked(question, one.answer, mark_of(question, unearned(question)), "model")
        if (question := open_.get(one.question_id))
        else one
        for one in attempt.results
    ]
    graded = Attempt.of(attempt.id, attempt.exercise_id, results, created_at=attempt.created_at)
    each = int((MAX_ITEM_BYTES - len(packed(graded))) * _SURE) // len(open_)
    if each < LEAST_SAID:
        raise TooLarge("With what a model has to say of them, these are too many answers; submit fewer.")
    return each


def fitted(mark: Mark, room: int) -> Mark:
    """The mark with all that was said of the answer cut to the room, each text by the same share."""
    said = [mark.feedback, *(text for one in mark.criteria for text in (one.comment, one.quote))]
    size = sum(map(_size, said))
    if size <= room:
        return mark
    cut = _cutter(room / size)
    criteria = [
        one.model_copy(update={"comment": cut(one.comment), "quote": cut(one.quote)}) for one in mark.criteria
    ]
    return mark.model_copy(update={"feedback": cut(mark.feedback), "criteria": criteria})


def _cutter(share: float) -> Callable[[str], str]:
    def cut(text: str) -> str:
        room, text = int(_size(text) * share), text[: int(len(text) * share) + 1]
        while text and _size(text) > room:
            text = text[:-1]
        return text

    return cut


def _size(text: str) -> int:
    return len(orjson.dumps(text)) - 2  # without the quotation marks
