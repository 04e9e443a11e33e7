"""Practice: what answers say of a concept, and what follows from all of it by FSRS.

The log of a concept has one review an attempt; the card is the fold of the log in the order of time. So an
attempt that is graded anew, or arrives late, changes what follows from it and nothing else.

FSRS is the memory model of https://github.com/open-spaced-repetition/free-spaced-repetition-scheduler; its
formulas are the `fsrs` package's. What does not belong here: where logs and cards are kept (`mastery`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fsrs import Card, Rating, Scheduler

# A score below the usual pass mark says that it was not remembered, one below what mastery learning asks for
# (Bloom 1968: 80 to 90 %) that it was, with effort. `Easy` is never given: it says that it took no effort,
# which a score can't tell, and lengthens all later intervals.
PASS, MASTERY = 0.6, 0.8
SOON = timedelta(minutes=10)  # Anki's step after a failure

_FORGETTING = Scheduler()  # how one forgets is the same for every retention asked for


@dataclass(frozen=True, slots=True)
class Practised:
    """What one answer says of one concept.

    `question` is `<exercise id>/<question id>`; `score` is within 0 to 1, and `points` is its weight; `at` is
    when it was answered, ISO 8601 with its offset.
    """

    concept: str
    question: str
    score: float
    at: str
    points: float = 1


@dataclass(frozen=True, slots=True)
class Review:
    """What an attempt says of one concept: the mean of its answers by their points, and when it was."""

    attempt_id: str
    score: float
    at: datetime
    questions: list[str]


def review_of(attempt_id: str, practised: Sequence[Practised]) -> Review:
    """The review that the answers of an attempt to questions of one concept make."""
    points = sum(one.points for one in practised)
    return Review(
        attempt_id=attempt_id,
        score=min(1.0, max(0.0, sum(one.score * one.points for one in practised) / points)),
        at=max(datetime.fromisoformat(one.at) for one in practised).astimezone(UTC),
        questions=list(dict.fromkeys(one.question for one in practised)),
    )


def rating_of(score: float) -> Rating:
    """A score as one of FSRS's ratings."""
    if score < PASS:
        return Rating.Again
    return Rating.Hard if score < MASTERY else Rating.Good


def in_order(reviews: Iterable[Review]) -> list[Review]:
    """By time; what is of the same time, by the attempts' ids."""
    return sorted(reviews, key=lambda review: (review.at, review.attempt_id))


def card_of(reviews: Iterable[Review], *, retention: float) -> Card:
    """The card after these reviews, in whatever order they come; `retention` says when it is due next.

    Without learning steps: these are minutes, and who does exercises comes back in days. Only what was not
    known is due at once: the model itself has no interval below a day.
    """
    scheduler = Scheduler(
        desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )
    card = Card(card_id=0)  # without an id it waits a millisecond for one
    for review in in_order(reviews):
        rating = rating_of(review.score)
        card, _ = scheduler.review_card(card, rating, review.at)
        if rating is Rating.Again:
            card.due = review.at + SOON
    return card


def retrievability(stability_days: float, last_practised: datetime, now: datetime) -> float:
    """How likely it is that it is still known, within 0 to 1; it falls from day to day."""
    card = Card(card_id=0, stability=stability_days, last_review=last_practised)
    return _FORGETTING.get_card_retrievability(card, now)
