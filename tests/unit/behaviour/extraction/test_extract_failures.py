"""Models that return nonsense, half a JSON, wrong ids; runs that are killed; logs that are deleted."""

import asyncio
from contextlib import aclosing
from functools import partial

import pytest

from freshet.behaviour.extraction.extract import Extractor
from freshet.behaviour.requests import Extract
from freshet.errors import (
    FreshetError,
    ModelAuthentication,
    ModelBadRequest,
    ModelCut,
    ModelMalformed,
    NotFound,
)
from freshet.runs.events import Item
from tests.answering import collected
from tests.unit.behaviour.extraction.finding import (
    USER,
    Place,
    extracted,
    extractor,
    final,
    items,
    log_of,
    long_log_of,
    model,
    read,
    shown,
    stored,
    well,
    written,
)
from tests.unit.llm.upstream import Answer, aborts, chunk, refuses, says, sends, whole

pytestmark = pytest.mark.usefixtures("cloud")


def cut(prompt: str, share: float) -> Answer:
    """A good model's answer that breaks off, in pieces; the connection ends as if all were well."""
    text = written(*read(prompt))
    recorded = whole(*(text[at : at + 30] for at in range(0, len(text), 30)))
    return sends(recorded[: int(len(recorded) * share)], pause=0)


@pytest.mark.parametrize(
    ("nonsense", "expected"),
    [
        ("I'm sorry, 我不知道。", ModelMalformed),
        ('{"items": [{"title": 1}, 7, null', ModelMalformed),
        ('{"items": []}', None),
        (written(*[{"lines": "99", "title": "看新"}] * 3, {"lines": "x", "title": "!"}), None),
        (refuses(400), ModelBadRequest),
    ],
)
async def test_nonsense_is_never_kept(
    owner: str, place: Place, nonsense: Answer | str, expected: type[FreshetError] | None
) -> None:
    await place.log.append(owner, log_of(2))
    async with model(nonsense) as asked:
        events, error = await extracted(place, owner, asked)
        assert len(asked.prompts) <= 4
    assert items(events) == []
    assert await place.events.of(owner, USER) == []
    if expected:
        assert isinstance(error, expected)
        return
    assert error is None
    ended = final(events)
    assert (ended["event_count"], ended["failed_sessions"], ended["partial"]) == (0, 2, True)
    assert ended["problems"][0]["code"] == "model_malformed"
    if "99" in str(nonsense):
        assert ended["rejected"] == {"wrong_line": 6, "no_line": 2, "no_title": 2}


async def test_an_answer_that_breaks_off_is_completed_by_another(owner: str, place: Place) -> None:
    async def check(share: float) -> None:
        mine = f"{owner}-{share}"
        await place.log.append(mine, log_of(4))
        async with model(lambda prompt: cut(prompt, share), refuses(400), refuses(400)) as asked:
            first, error = await extracted(place, mine, asked)
        assert error is None or not items(first)
        if error is None:
            assert items(first) == shown(await stored(place, mine)), share
            assert final(first)["event_count"] == len(items(first))
        async with model() as asked:
            second, error = await extracted(place, mine, asked)
        assert error is None
        assert [one["title"] for one in items(second)] == ["看新", "看微", "看书"] * 4
        assert items(second) == shown(await stored(place, mine)), share

    await asyncio.gather(*(check(step / 12) for step in range(1, 12)))


async def test_a_batch_is_asked_about_once_more_as_far_as_it_is_missing(owner: str, place: Place) -> None:
    await place.log.append(owner, log_of(4))
    async with model(lambda prompt: aborts(*map(chunk, [written(*read(prompt))[:200]])), well) as asked:
        events, error = await extracted(place, owner, asked)
    assert error is None
    assert final(events)["event_count"] == 12
    assert not final(events)["partial"]
    assert final(events)["rejected"] == {}
    assert items(events) == shown(await stored(place, owner))


async def test_sessions_that_an_answer_leaves_out_are_asked_about_again(owner: str, place: Place) -> None:
    await place.log.append(owner, log_of(3))
    async with model(
        lambda prompt: says(written(*read(prompt)[3:6])), lambda prompt: says(written())
    ) as asked:
        events, _ = await extracted(place, owner, asked)
        assert [prompt.count("\nSession ") for prompt in asked.prompts] == [3, 2]
    assert (final(events)["event_count"], final(events)["failed_sessions"]) == (3, 2)
    async with model() as asked:
        events, _ = await extracted(place, owner, asked)
        assert [prompt.count("\nSession ") for prompt in asked.prompts] == [2]
    assert final(events)["event_count"] == 9


@pytest.mark.parametrize(("first", "second"), [(2, 1), (1, 1), (1, 2)])
async def test_what_two_broken_calls_left_is_counted_as_told_and_the_better_one_stays(
    owner: str, place: Place, first: int, second: int
) -> None:
    await place.log.append(owner, log_of(1))
    counts = []
    for share in (first, second):

        def broken(prompt: str, share: int = share) -> Answer:
            return says(written(*read(prompt)[:share])[:-2] + ', {"lines"')

        async with model(broken, refuses(400)) as asked:
            events, _ = await extracted(place, owner, asked)
        assert final(events)["event_count"] == len(items(events)) == share
        assert final(events)["partial"]
        counts.append(len(await stored(place, owner)))
    assert counts == [first, max(first, second)]


async def test_one_bad_batch_leaves_the_others(owner: str, place: Place) -> None:
    await place.log.append(owner, long_log_of(6))
    async with model(lambda prompt: refuses(400) if " 10:02 " in prompt else well(prompt)) as asked:
        events, error = await extracted(place, owner, asked)
        assert len(asked.prompts) == 4
    assert error is None
    ended = final(events)
    assert (ended["event_count"], ended["failed_sessions"]) == (240, 2)
    detail = "The model's endpoint refused the request: no"
    assert ended["problems"] == [{"code": "model_bad_request", "detail": detail, "sessions": 2}]
    async with model() as asked:
        events, _ = await extracted(place, owner, asked)
        assert len(asked.prompts) == 1
    assert final(events)["event_count"] == 360


async def test_what_meets_every_call_ends_them(owner: str, place: Place) -> None:
    await place.log.append(owner, long_log_of(6))
    async with model(well, refuses(401)) as asked:
        events, error = await extracted(place, owner, asked, at_once=1)
        assert len(asked.prompts) == 2
    assert error is None
    assert final(events)["failed_sessions"] == 4
    async with model(refuses(401)) as asked:
        await place.log.append(f"{owner}-2", log_of(1))
        _, error = await extracted(place, f"{owner}-2", asked)
    assert isinstance(error, ModelAuthentication)


async def test_an_endless_answer_is_left(owner: str, place: Place) -> None:
    await place.log.append(owner, log_of(1))
    async with model(written(*[{"lines": "1-3", "title": f"看{number}"} for number in range(500)])) as asked:
        events, error = await extracted(place, owner, asked)
    assert error is None
    assert [one["title"] for one in items(events)] == ["看0"]
    assert final(events)["partial"]
    assert "far more events" in final(events)["problems"][0]["detail"]


async def test_drafts_in_any_order_are_taken(owner: str, place: Place) -> None:
    await place.log.append(owner, log_of(3))
    async with model(lambda prompt: says(written(*read(prompt)[::-1]))) as asked:
        events, _ = await extracted(place, owner, asked)
        assert len(asked.prompts) == 1
    assert len(items(events)) == 9
    assert [event.title for event in await stored(place, owner)] == ["看新", "看微", "看书"] * 3


def in_pieces(prompt: str) -> Answer:
    text = written(*read(prompt))
    return says(*(text[at : at + 20] for at in range(0, len(text), 20)), pause=0.002)


async def _killed(maker: Extractor, owner: str, after: int) -> None:
    """A run that is closed after so many events."""
    seen = 0
    events = maker.extract(owner, USER, Extract.model_validate({}))
    async with aclosing(events):
        async for event in events:
            seen += isinstance(event, Item)
            if seen >= after:
                return


async def test_a_run_after_a_killed_one_finds_the_same(owner: str, place: Place) -> None:
    async with model() as asked:
        await place.log.append(owner, log_of(4))
        wanted = items((await extracted(place, owner, asked))[0])

    async def check(moment: float) -> None:
        mine = f"{owner}-{moment}"
        await place.log.append(mine, log_of(4))
        async with model(in_pieces) as asked, extractor(place, asked) as maker:
            if moment >= 1:
                await _killed(maker, mine, int(moment))
            else:
                task = asyncio.create_task(collected(maker.extract(mine, USER, Extract.model_validate({}))))
                await asyncio.sleep(moment)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        async with model() as asked:
            events, error = await extracted(place, mine, asked)
            assert len(asked.prompts) <= 1
        assert error is None
        assert items(events) == wanted == shown(await stored(place, mine)), moment

    await asyncio.gather(*(check(moment) for moment in (0.02, 0.06, 0.1, 0.15, 0.2, 0.3, 1, 4, 7, 12)))


@pytest.mark.parametrize("goes_on", [True, False])
async def test_a_log_that_is_deleted_meanwhile_leaves_nothing(
    owner: str, place: Place, goes_on: bool
) -> None:
    await place.log.append(owner, long_log_of(4))

    async def after_deletion(writer: asyncio.StreamWriter, prompt: str) -> None:
        await place.log.delete(owner, USER)
        await place.log.append(owner, long_log_of(4))  # the same rows, in another log
        await (well(prompt) if goes_on else refuses(400))(writer)

    async with model(well, lambda prompt: partial(after_deletion, prompt=prompt)) as asked:
        events, error = await extracted(place, owner, asked, at_once=1)
    assert len(items(events)) >= 120
    assert isinstance(error, NotFound)
    assert "deleted" in error.detail
    assert await place.events.of(owner, USER) == []


async def test_a_failing_model_says_so_where_nothing_was_found(owner: str, place: Place) -> None:
    await place.log.append(owner, log_of(1))
    async with model(sends(chunk('{"items": [{"lines": '), chunk(finish="length"))) as asked:
        events, error = await extracted(place, owner, asked)
    assert isinstance(error, (ModelCut, ModelMalformed))
    assert not items(events)
