from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from fsrs import Card, Rating, Scheduler
from hypothesis import given
from hypothesis import strategies as st

from freshet.profile.practice import Practised, Review, card_of, rating_of, retrievability, review_of

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
SCORES = st.floats(0, 1)
RETENTIONS = st.floats(0.7, 0.97)
REVIEWS = st.lists(
    st.tuples(SCORES, st.integers(0, 90 * 24 * 60)), min_size=1, max_size=12, unique_by=lambda one: one[1]
).map(lambda some: [review(score, minutes=minutes) for score, minutes in some])


def review(score: float, *, days: float = 0, minutes: float = 0) -> Review:
    at = START + timedelta(days=days, minutes=minutes)
    return Review(f"attempt-{at.isoformat()}", score, at, [])


@pytest.mark.parametrize(
    ("score", "rating"),
    [
        (0, Rating.Again),
        (0.599, Rating.Again),
        (0.6, Rating.Hard),
        (0.799, Rating.Hard),
        (0.8, Rating.Good),
        (1, Rating.Good),
    ],
)
def test_a_score_rates_as_the_scale_says(score: float, rating: Rating) -> None:
    assert rating_of(score) is rating


def test_the_figures_are_those_of_fsrs() -> None:
    scheduler = Scheduler(
        desired_retention=0.85, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )
    card = Card(card_id=1)
    for rating, days in ((Rating.Good, 0), (Rating.Hard, 2), (Rating.Again, 2.2), (Rating.Good, 9)):
        card, _ = scheduler.review_card(card, rating, START + timedelta(days=days))
    folded = card_of(
        [review(0.9), review(0.7, days=2), review(0.2, days=2.2), review(1, days=9)], retention=0.85
    )
    assert (folded.stability, folded.difficulty, folded.due) == (card.stability, card.difficulty, card.due)
    now = START + timedelta(days=30)
    assert folded.stability
    assert retrievability(
        folded.stability, START + timedelta(days=9), now
    ) == scheduler.get_card_retrievability(card, now)


def test_a_memory_of_the_default_model_has_its_published_first_intervals() -> None:
    # The weights w0 to w2 of FSRS-6 are the stabilities after a first Again, Hard and Good.
    firsts = [card_of([review(score)], retention=0.9).stability for score in (0, 0.7, 1)]
    assert firsts == [0.212, 1.2931, 2.3065]


@given(REVIEWS, st.randoms(use_true_random=False), RETENTIONS)
def test_reviews_may_arrive_in_any_order(reviews: list[Review], chance: object, retention: float) -> None:
    shuffled = sorted(reviews, key=lambda _: chance.random())  # type: ignore[attr-defined]  # a Random
    one, other = card_of(reviews, retention=retention), card_of(shuffled, retention=retention)
    assert (one.stability, one.difficulty, one.due) == (other.stability, other.difficulty, other.due)


@given(REVIEWS, RETENTIONS)
def test_what_is_due_is_as_likely_known_as_the_profile_asks(reviews: list[Review], retention: float) -> None:
    known_last = review(0.9, days=91)
    card = card_of([*reviews, known_last], retention=retention)
    last = known_last.at
    assert (card.last_review, card.due >= last + timedelta(days=1)) == (last, True)
    days = (card.due - last).days
    assert card.stability
    known = [retrievability(card.stability, last, last + timedelta(days=days + n)) for n in (-1, 0, 1)]
    assert known[0] >= retention or days == 1
    assert known[2] <= retention


@given(st.floats(0.001, 40_000), st.integers(0, 40_000), st.integers(0, 1000))
def test_what_is_not_practised_is_forgotten_by_and_by(stability: float, days: int, more: int) -> None:
    moments = [
        START - timedelta(hours=1),
        START,
        START + timedelta(days=days),
        START + timedelta(days=days + more),
    ]
    known = [retrievability(stability, START, moment) for moment in moments]
    assert known[0] == known[1] == 1
    assert all(0 < later <= earlier <= 1 for earlier, later in pairwise(known))


@given(SCORES, SCORES, RETENTIONS)
def test_a_better_first_score_is_never_due_earlier(one: float, other: float, retention: float) -> None:
    worse, better = sorted((one, other))
    due = [card_of([review(score)], retention=retention).due for score in (worse, better)]
    assert due[0] <= due[1]


@given(REVIEWS, SCORES, SCORES)
def test_a_better_last_score_is_never_due_earlier(reviews: list[Review], one: float, other: float) -> None:
    worse, better = sorted((one, other))
    days = 100
    due = [card_of([*reviews, review(score, days=days)], retention=0.9).due for score in (worse, better)]
    assert due[0] <= due[1]


@given(REVIEWS, RETENTIONS, RETENTIONS)
def test_who_wants_to_be_surer_is_never_asked_later(reviews: list[Review], one: float, other: float) -> None:
    easier, surer = sorted((one, other))
    assert card_of(reviews, retention=surer).due <= card_of(reviews, retention=easier).due


def test_an_attempt_is_one_review_of_the_mean_by_points() -> None:
    at = "2026-03-01T16:00:00+08:00"
    found = review_of("a", [Practised("水", "e/q1", 1, at, 1), Practised("水", "e/q2", 0.5, at, 4)])
    assert (found.score, found.at, found.questions) == (0.6, START, ["e/q1", "e/q2"])


@given(st.lists(st.tuples(SCORES, st.floats(0.001, 1000)), min_size=1, max_size=20))
def test_a_review_scores_within_its_answers(answers: list[tuple[float, float]]) -> None:
    said = [Practised("x", "e/q", score, START.isoformat(), points) for score, points in answers]
    score = review_of("a", said).score
    assert 0 <= score <= 1
    assert min(one for one, _ in answers) - 1e-9 <= score <= max(one for one, _ in answers) + 1e-9


@given(REVIEWS)
def test_what_was_not_known_is_due_at_once(before: list[Review]) -> None:
    failed = review(0.3, days=91)
    assert card_of([*before, failed], retention=0.9).due == failed.at + timedelta(minutes=10)
    known = review(0.9, days=91)
    assert card_of([*before, known], retention=0.9).due >= known.at + timedelta(days=1)
