import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from freshet.ids import new_id
from freshet.profile import mastery as slice_
from freshet.profile.mastery import KnownConcept, Mastery, Practised
from freshet.profile.practice import Review, card_of
from freshet.profile.profile import NewProfile, Profiles
from freshet.stores import table as table_
from freshet.stores.table import Page, Table

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
NOW = START + timedelta(days=60)


def said(concept: str, score: float, *, days: float = 0, **members: Any) -> Practised:
    at = (START + timedelta(days=days)).isoformat()
    return Practised(concept, members.pop("question", "e/q1"), score, at, **members)


async def known(mastery: Mastery, owner: str, now: datetime = NOW) -> dict[str, KnownConcept]:
    concepts, cursor = await mastery.concepts(owner, 100, now=now)
    assert cursor is None
    return {one.concept: one for one in concepts}


async def test_what_is_practised_is_known_by_its_first_spelling(mastery: Mastery, owner: str) -> None:
    await mastery.note(owner, new_id(), [said("Water Cycle", 1), said("細胞膜", 0.5)])
    await mastery.note(owner, new_id(), [said("water  cycle", 0.7, days=3), said("细胞膜", 0.5, days=3)])
    found = await known(mastery, owner)
    assert list(found) == ["Water Cycle", "細胞膜"]
    assert (found["Water Cycle"].reviews, found["Water Cycle"].score) == (2, 0.85)
    assert await known(mastery, f"{owner}-2") == {}


async def test_a_concept_is_what_fsrs_makes_of_its_reviews(mastery: Mastery, owner: str) -> None:
    scores = [(1.0, 0), (0.65, 2), (0.3, 10), (0.9, 12)]
    for score, days in scores:
        await mastery.note(owner, new_id(), [said("ice", score, days=days)])
    card = card_of(
        [Review(str(n), score, START + timedelta(days=days), []) for n, (score, days) in enumerate(scores)],
        retention=0.9,
    )
    ice = (await known(mastery, owner))["ice"]
    assert (ice.stability_days, ice.difficulty) == (card.stability, card.difficulty)
    assert datetime.fromisoformat(ice.due) == card.due
    assert datetime.fromisoformat(ice.last_practised) == START + timedelta(days=12)
    assert 0 < ice.retrievability < 0.9


async def test_an_attempt_counts_once_however_often_it_is_told_of(mastery: Mastery, owner: str) -> None:
    attempt = new_id()
    for _ in range(3):
        await mastery.note(owner, attempt, [said("ice", 1), said("ICE", 0.5, points=3, question="e/q2")])
    ice = (await known(mastery, owner))["ice"]
    assert (ice.reviews, ice.score, ice.state) == (1, 0.625, "new")
    assert ice.lately == ["e/q1", "e/q2"]


async def test_an_attempt_that_is_graded_anew_changes_what_follows_from_it(
    mastery: Mastery, owner: str
) -> None:
    first, second = new_id(), new_id()
    await mastery.note(owner, first, [said("ice", 0)])
    await mastery.note(owner, second, [said("ice", 1, days=5)])
    before = (await known(mastery, owner))["ice"]
    await mastery.note(owner, first, [said("ice", 1)])
    after = (await known(mastery, owner))["ice"]
    await mastery.note(f"{owner}-2", first, [said("ice", 1)])
    await mastery.note(f"{owner}-2", second, [said("ice", 1, days=5)])
    assert after == (await known(mastery, f"{owner}-2"))["ice"]
    assert after.stability_days > before.stability_days
    assert (after.reviews, after.last_practised) == (2, before.last_practised)


async def test_attempts_may_be_told_of_in_any_order(mastery: Mastery, owner: str) -> None:
    told = [(new_id(), [said("ice", score, days=days)]) for days, score in enumerate((1, 0.2, 0.7, 1))]
    for attempt, practised in told:
        await mastery.note(owner, attempt, practised)
    for attempt, practised in reversed(told):
        await mastery.note(f"{owner}-2", attempt, practised)
    assert await known(mastery, owner) == await known(mastery, f"{owner}-2")


async def test_attempts_at_once_lose_nothing_of_each_other(mastery: Mastery, owner: str) -> None:
    told = [(new_id(), [said("ice", 1, days=days), said("steam", 0, days=days)]) for days in range(6)]
    await asyncio.gather(*(mastery.note(owner, attempt, practised) for attempt, practised in told))
    for attempt, practised in told:
        await mastery.note(f"{owner}-2", attempt, practised)
    assert await known(mastery, owner) == await known(mastery, f"{owner}-2")


async def test_who_read_the_log_too_early_reads_it_again(
    mastery: Mastery, table: Table, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, raced = table.page, list[bool]()

    async def overtaken(*arguments: Any, **options: Any) -> Page:
        page = await read(*arguments, **options)
        if not raced:
            raced.append(True)
            await mastery.note(owner, new_id(), [said("Ice", 0, days=1)])
        return page

    monkeypatch.setattr(table, "page", overtaken)
    await mastery.note(owner, new_id(), [said("ice", 1)])
    ((name, ice),) = (await known(mastery, owner)).items()
    assert (name, ice.reviews, ice.score) == ("Ice", 2, 0.5)


async def test_many_concepts_of_an_attempt_are_all_noted(mastery: Mastery, owner: str) -> None:
    await mastery.note(owner, new_id(), [said(f"concept {number}", 1) for number in range(30)])
    first, cursor = await mastery.concepts(owner, 20, now=NOW)
    rest, end = await mastery.concepts(owner, 20, cursor, now=NOW)
    assert len({one.concept for one in (*first, *rest)}) == 30
    assert (len(first), end) == (20, None)


async def test_an_attempt_counts_for_so_many_concepts_and_no_more(
    mastery: Mastery, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slice_, "MAX_CONCEPTS", 3)
    told = [said(f"concept {number % 5}", number < 5, question=f"e/q{number}") for number in range(10)]
    await mastery.note(owner, new_id(), told)
    found = await known(mastery, owner)
    assert [(name, one.score) for name, one in found.items()] == [(f"concept {n}", 0.5) for n in range(3)]


async def test_concepts_that_begin_alike_keep_their_practice_apart(mastery: Mastery, owner: str) -> None:
    for concept, score in (("ice", 1), ("ice age", 0), ("ice/age", 0.7), ("ic", 0.2)):
        await mastery.note(owner, new_id(), [said(concept, score)])
    for _ in range(2):
        await mastery.note(owner, new_id(), [said("ice", 1)])
    found = await known(mastery, owner)
    assert {name: (one.reviews, one.score) for name, one in found.items()} == {
        "ice": (3, 1),
        "ice age": (1, 0),
        "ice/age": (1, 0.7),
        "ic": (1, 0.2),
    }


async def test_what_is_erased_is_gone_and_the_next_attempt_begins_anew(
    mastery: Mastery, table: Table, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_, "_AT_ONCE", 4)
    for days in range(3):
        await mastery.note(owner, new_id(), [said(f"概念 {n}", 1, days=days) for n in range(3)])
    await mastery.note(f"{owner}-2", new_id(), [said("ice", 1)])
    with monkeypatch.context() as broken:
        broken.setattr(mastery, "_fold", None)  # practice that nobody counted
        with pytest.raises(TypeError):
            await mastery.note(owner, new_id(), [said("orphan", 1)])
    for _ in range(2):
        await mastery.erase(owner)
        assert await known(mastery, owner) == {}
        assert (await table.page(f"{owner}/practice", limit=9)).items == []
    await mastery.note(owner, new_id(), [said("概念 1", 0, days=9)])
    assert [one.reviews for one in (await known(mastery, owner)).values()] == [1]
    assert list(await known(mastery, f"{owner}-2")) == ["ice"]


async def test_what_names_no_concept_is_left_out(mastery: Mastery, owner: str) -> None:
    await mastery.note(owner, new_id(), [said("?", 1), said(" ", 1)])
    await mastery.note(owner, new_id(), [])
    assert await known(mastery, owner) == {}


async def test_a_concept_is_new_then_learned_then_mastered(mastery: Mastery, owner: str) -> None:
    states = []
    for days in (0, 2, 8, 30):
        await mastery.note(owner, new_id(), [said("ice", 1, days=days)])
        ice = (await known(mastery, owner))["ice"]
        states.append((ice.state, ice.stability_days >= 21))
    assert states[:2] == [("new", False), ("learning", False)]
    assert states[-1] == ("mastered", True)
    await mastery.note(owner, new_id(), [said("ice", 0, days=31)])
    assert (await known(mastery, owner))["ice"].state == "learning"


async def test_what_is_most_likely_forgotten_is_due_first(mastery: Mastery, owner: str) -> None:
    await mastery.note(owner, new_id(), [said("well known", 1), said("fresh", 1, days=59)])
    await mastery.note(owner, new_id(), [said("well known", 1, days=3), said("missed", 0, days=40)])
    await mastery.note(owner, new_id(), [said("half", 0.7, days=40)])
    due, total = await mastery.due(owner, NOW, 10)
    assert ([one.concept for one in due], total) == (["missed", "half", "well known"], 3)
    assert [one.retrievability for one in due] == sorted(one.retrievability for one in due)
    due, total = await mastery.due(owner, NOW, 1)
    assert ([one.concept for one in due], total) == (["missed"], 3)


async def test_nothing_is_due_before_its_time(mastery: Mastery, owner: str) -> None:
    await mastery.note(owner, new_id(), [said("ice", 1)])
    when = datetime.fromisoformat((await known(mastery, owner))["ice"].due)
    assert (await mastery.due(owner, when - timedelta(milliseconds=1), 10))[1] == 0
    assert (await mastery.due(owner, when, 10))[1] == 1


async def test_all_that_is_due_is_counted_over_several_pages(
    mastery: Mastery, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slice_, "_PAGE", 4)
    await mastery.note(owner, new_id(), [said(f"concept {number}", 1) for number in range(11)])
    due, total = await mastery.due(owner, NOW, 3)
    assert (len(due), total) == (3, 11)


async def test_a_count_of_what_is_due_reads_no_more_than_a_page(
    mastery: Mastery, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mastery.note(owner, new_id(), [said(f"concept {number}", 1) for number in range(6)])
    assert await mastery.count_due(owner, START) == 0
    assert await mastery.count_due(owner, NOW) == 6
    monkeypatch.setattr(slice_, "_PAGE", 4)
    assert await mastery.count_due(owner, NOW) == 4


async def test_the_profile_says_how_sure_one_wants_to_be(
    mastery: Mastery, profiles: Profiles, owner: str
) -> None:
    await profiles.put(owner, NewProfile(retention=0.7))
    await mastery.note(owner, new_id(), [said("ice", 1)])
    lax = (await known(mastery, owner))["ice"]
    await profiles.put(owner, NewProfile(retention=0.97))
    assert (await known(mastery, owner))["ice"].due == lax.due
    await mastery.note(owner, new_id(), [said("ice", 1, days=1)])
    sure = (await known(mastery, owner))["ice"]
    assert datetime.fromisoformat(sure.due) < datetime.fromisoformat(lax.due)


async def test_a_card_follows_from_the_newest_reviews(
    mastery: Mastery, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slice_, "MAX_REVIEWS", 3)
    for days, score in enumerate((0, 0, 1, 1, 1)):
        await mastery.note(owner, new_id(), [said("ice", score, days=days)])
    ice = (await known(mastery, owner))["ice"]
    assert (ice.reviews, ice.score) == (3, 1)
