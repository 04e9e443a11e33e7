"""`stream: true` and `false` say the same, whatever the upstream sent and whichever way it was asked for."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from freshet.llm import Usage
from tests.functions.conftest import Site
from tests.functions.dialects import DIALECTS, Ask, Dialect, Failed, Said, playground
from tests.functions.tapes import END_USAGE, HAND_MADE, THE_END, Tape, playing, recorded_tapes
from tests.unit.llm.recorded import WIRE, Recording, Told

pytestmark = pytest.mark.timeout(300)  # 300 runs each: a busy machine takes a minute or two

AT_ONCE = 4
ENOUGH = 100  # of the recordings are answers
PROVIDERS = ("openai", "anthropic")

# Within one stream, as a router that lost its upstream has it.
BEGUN_AGAIN = {"anthropic-messages__vercel-anthropic__spliced-message-start", "a message that begins again"}

Outcome = Said | Failed
Heard = dict[str, tuple[Outcome, Outcome]]  # streamed and in one piece, by the tape's id


async def both(site: Site, tapes: Sequence[Tape], dialect: Dialect) -> Heard:
    """What is heard of each tape, asked for as a stream and in one piece."""
    places = asyncio.Semaphore(AT_ONCE)
    async with playing(tapes) as upstream:
        ids = {provider: await configured(site, provider, upstream) for provider in PROVIDERS}

        async def hear(tape: Tape) -> tuple[Outcome, Outcome]:
            ask = Ask(tape.id, ids[tape.provider], tape.provider, tape.tools)
            async with places:
                return await dialect(site, ask, True), await dialect(site, ask, False)

        heard = await asyncio.gather(*map(hear, tapes))
    return {tape.id: one for tape, one in zip(tapes, heard, strict=True)}


async def configured(site: Site, name: str, base_url: str) -> int:
    """The id of a model of that provider at the upstream."""
    model = {"name": name, "provider": name, "base_url": base_url, "model": "recorded"}
    answer = await site("chat", "POST", "/api/v1/models", json=model)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def different(heard: Heard, dialect: Dialect) -> Heard:
    """Where a stream says something else. OpenAI's protocol can't take back what it streamed, and says so."""
    found = {id_: (streamed, whole) for id_, (streamed, whole) in heard.items() if streamed != whole}
    for id_ in BEGUN_AGAIN & heard.keys() if dialect is not playground else ():
        streamed, whole = found.pop(id_)
        assert isinstance(streamed, Failed)
        assert streamed.code == "model_cut"
        assert isinstance(whole, Said)
    return found


def as_told(said: Said, dialect: Dialect) -> Told:
    """It as recordings are taken down: one answer, without what followed the calls that were run here."""
    calls = [(name, arguments or "{}") for _, name, arguments in said.calls]
    prompt, cached, completion = said.usage
    text = said.text or ""
    if dialect is playground and calls:
        assert text.endswith(THE_END)
        text = text.removesuffix(THE_END)
        prompt, completion = prompt - END_USAGE[0], completion - END_USAGE[1]
    return Told(text, said.reasoning, calls, said.finish, Usage(prompt, completion, cached))


def recorded(recording: Recording, told: Told, dialect: Dialect) -> Told:
    """What was recorded; as `told` has it where nothing was, or where the way of asking has its own words."""
    found = recording.says(told)
    calls = [(name, arguments or "{}") for name, arguments in found.calls]
    finish = found.finish if dialect is playground and not calls else told.finish
    return replace(found, usage=found.usage or told.usage, finish=finish, calls=calls)


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_recorded_streams_say_the_same_in_one_piece(site: Site, dialect: Dialect) -> None:
    tapes = recorded_tapes()
    if not tapes:
        pytest.skip(f"no recordings at {WIRE}")
    heard = await both(site, tapes, dialect)
    assert different(heard, dialect) == {}
    answers = {id_: said for id_, (_, said) in heard.items() if isinstance(said, Said)}
    assert len(answers) >= ENOUGH
    for tape in tapes:
        assert tape.recording
        assert tape.fails == (tape.id not in answers), tape.id
        if tape.id in answers.keys() - BEGUN_AGAIN and len(tape.turns) == 1:
            told = as_told(answers[tape.id], dialect)
            assert told == recorded(tape.recording, told, dialect), tape.id


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_streams_of_every_kind_say_the_same_in_one_piece(site: Site, dialect: Dialect) -> None:
    heard = await both(site, HAND_MADE, dialect)
    assert different(heard, dialect) == {}
