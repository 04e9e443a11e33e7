"""The models that an owner has, on a real table."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import pytest

from freshet import wiring
from freshet.addresses import parse_networks
from freshet.asked import STACK_MODEL
from freshet.chat.configuration import Model, NewModel
from freshet.chat.models import MAX_MODELS, RAG_MODEL, Models
from freshet.errors import AddressRefused, Conflict, Forbidden, Invalid, NotFound, Unavailable
from freshet.ids import new_id
from freshet.llm import Endpoint, Price
from freshet.settings import settings
from freshet.stores.aws import Service
from freshet.stores.table import Table
from tests.stack import Stack

WriteFails = Callable[[int], AbstractContextManager[None]]

OWN = Endpoint("stack-model", base_url="http://10.1.2.3/v1", api_key="stacks-key", price=Price(1, 2, 0.5))


@pytest.fixture
def owner() -> str:
    return f"owner-{new_id()}"


@pytest.fixture
def models(cloud: Stack, dynamodb: Service) -> Models:
    return Models(Table(dynamodb, settings().chat_table), OWN, embedding_model="stack-embeddings")


@pytest.fixture
def dynamodb(cloud: Stack) -> Service:
    return wiring.dynamodb()


def new(name: str = "a", **members: Any) -> NewModel:
    return NewModel.model_validate({"name": name, "model": "m", **members})


async def names(models: Models, owner: str) -> list[tuple[int, str]]:
    return [(model.id, model.name) for model in await models.list(owner)]


async def test_the_stacks_own_is_there_from_the_start_and_tells_neither_key_nor_place(
    models: Models, owner: str
) -> None:
    (own,) = await models.list(owner)
    assert own == await models.get(owner, STACK_MODEL) == await models.named(owner, "stack-model")
    assert (own.id, own.name, own.editable, own.key, own.base_url) == (1, "stack-model", False, None, None)
    assert own.prices
    assert (own.prices.input, own.prices.cached, own.prices.output) == (1, 0.5, 2)
    assert not {"stacks-key", "10.1.2.3"} & set(own.model_dump_json().replace("/", '"').split('"'))


async def test_the_stacks_own_is_nobodys_to_change(models: Models, owner: str) -> None:
    with pytest.raises(Forbidden):
        await models.replace(owner, STACK_MODEL, new())
    with pytest.raises(Forbidden):
        await models.delete(owner, STACK_MODEL)


async def test_a_configuration_comes_back_as_it_was_made(models: Models, owner: str) -> None:
    full = new(
        "本地的千问",
        provider="anthropic",
        base_url="https://models.example/v1?api-version=1",
        key="my-key",
        headers={"x-team": "a"},
        secret_headers={"Helicone-Auth": "helicone"},
        params={
            "temperature": 0.1,
            "stop": ["。"],
            "extra": {"deep": [{"a": None}], "big": 1e300, "one": 1.0},
        },
        prices={"input": 2, "cached": 0.1, "output": 8, "currency": "CNY"},
        capabilities=["chat", "vision"],
        fallbacks=[1],
    )
    made = await models.create(owner, full)
    assert made == await models.get(owner, made.id) == await models.named(owner, "本地的千问")
    assert NewModel.model_validate(made.model_dump(include=set(NewModel.model_fields))) == full
    assert made.editable
    assert made.created_at == made.updated_at


async def test_a_model_that_takes_files_stays_one(models: Models, owner: str) -> None:
    made = await models.create(owner, new("qwen-long", files=True))
    assert (await models.get(owner, made.id)).files
    assert not (await models.replace(owner, made.id, new("qwen-long"))).files
    assert not (await models.get(owner, STACK_MODEL)).files


async def test_ids_rise_from_two_and_are_never_given_twice(models: Models, owner: str) -> None:
    assert [(await models.create(owner, new(name))).id for name in "abc"] == [2, 3, 4]
    await models.delete(owner, 4)
    assert (await models.create(owner, new("d"))).id == 5
    assert await names(models, owner) == [(1, "stack-model"), (2, "a"), (3, "b"), (5, "d")]


async def test_what_is_deleted_is_gone_and_its_name_free(models: Models, owner: str) -> None:
    made = await models.create(owner, new())
    await models.delete(owner, made.id)
    for gone in (models.get(owner, made.id), models.named(owner, "a"), models.delete(owner, made.id)):
        with pytest.raises(NotFound):
            await gone
    with pytest.raises(NotFound):
        await models.replace(owner, made.id, new())
    assert (await models.create(owner, new())).id != made.id


async def test_a_replaced_model_keeps_only_its_id_and_its_birth(models: Models, owner: str) -> None:
    made = await models.create(owner, new("a", key="k", fallbacks=[1]))
    now = await models.replace(owner, made.id, new("b", model="other"))
    assert now == await models.get(owner, made.id) == await models.named(owner, "b")
    assert (now.model, now.key, now.fallbacks, now.created_at) == ("other", None, [], made.created_at)
    assert now.updated_at
    with pytest.raises(NotFound):
        await models.named(owner, "a")
    await models.create(owner, new("a"))


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_a_replacement_that_breaks_off_is_whole_or_not_there(
    models: Models, owner: str, write_fails: WriteFails, number: int
) -> None:
    made = await models.create(owner, new("a"))
    with write_fails(number), suppress(Unavailable):
        await models.replace(owner, made.id, new("b", model="other"))
    now = await models.get(owner, made.id)
    assert (now.name, now.model) in {("a", "m"), ("b", "other")}
    assert await names(models, owner) == [(1, "stack-model"), (made.id, now.name)]
    assert await models.named(owner, now.name) == now
    await models.create(owner, new("b" if now.name == "a" else "a"))


async def test_of_replacements_at_once_the_last_is_whole(models: Models, owner: str) -> None:
    made = await models.create(owner, new("a"))
    await asyncio.gather(*(models.replace(owner, made.id, new(name, model=name)) for name in "abcd"))
    now = await models.get(owner, made.id)
    assert now.name == now.model
    assert await models.named(owner, now.name) == now
    for free in {*"abcd"} - {now.name}:
        await models.create(owner, new(free))


async def test_names_are_an_owners_own_and_unique(models: Models, owner: str) -> None:
    first, second = await models.create(owner, new("a")), await models.create(owner, new("b"))
    for taken in ("a", RAG_MODEL, "stack-model", "stack-embeddings"):
        with pytest.raises(Conflict):
            await models.create(owner, new(taken))
        with pytest.raises(Conflict):
            await models.replace(owner, second.id, new(taken))
    assert (await models.replace(owner, first.id, new("a"))).name == "a"
    assert (await models.create(f"{owner}-2", new("a"))).id == 2


async def test_of_many_that_take_a_name_at_once_one_gets_it(models: Models, owner: str) -> None:
    made = await asyncio.gather(
        *(models.create(owner, new("same")) for _ in range(5)),
        *(models.create(owner, new(f"other {n}")) for n in range(3)),
        return_exceptions=True,
    )
    won = [one for one in made if isinstance(one, Model)]
    assert [one.name for one in won].count("same") == 1
    assert len(won) == 4
    assert {type(one) for one in made} == {Model, Conflict}
    assert sorted(await names(models, owner)) == sorted(
        [(1, "stack-model"), *((one.id, one.name) for one in won)]
    )


async def test_the_bound_of_an_owner_holds(
    dynamodb: Service, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_MODELS == 100
    monkeypatch.setattr("freshet.chat.models.MAX_MODELS", 3)
    models = Models(Table(dynamodb, settings().chat_table), OWN)
    made = await asyncio.gather(
        *(models.create(owner, new(name)) for name in "abcdef"), return_exceptions=True
    )
    assert sum(isinstance(one, Model) for one in made) == 3
    assert len(await models.list(owner)) == 4
    full = next(one for one in made if isinstance(one, Model))
    await models.replace(owner, full.id, new("z"))


async def test_somebody_elses_model_is_not_there(models: Models, owner: str) -> None:
    made = await models.create(owner, new("mine"))
    other = f"{owner}-2"
    for asked in (
        *(models.get(other, made.id), models.named(other, "mine"), models.delete(other, made.id)),
        *(models.replace(other, made.id, new()), models.get(owner, 0), models.get(owner, -1)),
        models.get(owner, 10**30),
    ):
        with pytest.raises(NotFound):
            await asked
    assert (await models.get(owner, made.id)).name == "mine"


async def test_fallbacks_are_other_models_of_the_owner(models: Models, owner: str) -> None:
    first = await models.create(owner, new("a"))
    second = await models.create(owner, new("b", fallbacks=[first.id, STACK_MODEL]))
    await models.replace(owner, first.id, new("a", fallbacks=[second.id]))  # only direct ones are asked
    with pytest.raises(Invalid):
        await models.replace(owner, first.id, new("a", fallbacks=[first.id]))
    with pytest.raises(Invalid, match="99") as raised:
        await models.create(owner, new("c", fallbacks=[99]))
    assert raised.value.extra["errors"][0]["field"] == "fallbacks"
    with pytest.raises(Invalid):
        await models.create(f"{owner}-2", new("c", fallbacks=[first.id]))
    await models.delete(owner, second.id)
    assert (await models.get(owner, first.id)).fallbacks == [second.id]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "169.254.169.254",
        "10.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::ffff:10.0.0.1]",
    ],
)
async def test_a_place_that_may_not_be_reached_is_refused_when_it_is_saved(
    models: Models, owner: str, host: str
) -> None:
    with pytest.raises(AddressRefused) as raised:
        await models.create(owner, new(base_url=f"http://{host}:8080/v1"))
    assert raised.value.extra["errors"][0]["field"] == "base_url"
    assert len(await models.list(owner)) == 1


async def test_allowed_networks_and_unknown_names_are_taken(
    cloud: Stack, dynamodb: Service, owner: str
) -> None:
    allowed = parse_networks("127.0.0.0/8,::1/128")
    models = Models(Table(dynamodb, settings().chat_table), OWN, allowed)
    for number, host in enumerate(("127.0.0.1:11434", "localhost:8000", "vllm.invalid", "8.8.8.8")):
        await models.create(owner, new(f"m{number}", base_url=f"http://{host}/v1"))
    with pytest.raises(AddressRefused):
        await models.create(owner, new("x", base_url="http://10.0.0.1/v1"))
