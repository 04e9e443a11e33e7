"""From configurations to models: what goes where, with whose key; and which clients stay open."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from freshet import wiring
from freshet.addresses import parse_networks
from freshet.asked import STACK_MODEL
from freshet.chat import clients as module
from freshet.chat.answer import options
from freshet.chat.clients import Clients
from freshet.chat.configuration import NewModel, merged
from freshet.chat.models import Models
from freshet.chat.probe import try_model
from freshet.errors import AddressRefused, ModelAuthentication, ModelClosed, ModelTimeout
from freshet.ids import new_id
from freshet.llm import Completion, Endpoint, Generation, LLMClient, Price
from freshet.settings import settings
from freshet.stores.secrets import OwnerSecrets
from freshet.stores.table import Table
from tests.stack import Stack
from tests.unit.llm.test_anthropic_stream import BEGIN, END, text
from tests.unit.llm.upstream import RawServer, hangs, raw_server, refuses, says, sends, until
from tests.unit.llm.upstream import models as upstream_of

pytestmark = pytest.mark.timeout(30)

LOOPBACK = parse_networks("127.0.0.0/8,::1/128")


@dataclass
class Rig:
    """Models and clients of an owner, beside a stack's own model."""

    models: Models
    secrets: OwnerSecrets
    stack: Endpoint
    owner: str = field(default_factory=lambda: f"owner-{new_id()}")
    generations: list[Generation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.own = LLMClient(model=self.stack.model, base_url=self.stack.base_url, api_key=self.stack.api_key)
        self.clients = self.with_networks(LOOPBACK)

    def with_networks(self, allowed: Any) -> Clients:
        return Clients(
            self.models,
            self.secrets.get,
            stack=self.stack,
            own=lambda: self.own,
            allowed=allowed,
            on_generation=self.generations.append,
        )

    async def add(self, url: str, name: str = "mine", **members: Any) -> int:
        new = {"name": name, "model": f"{name}-there", "base_url": url, **members}
        return (await self.models.create(self.owner, NewModel.model_validate(new))).id

    async def ask(self, id_: int, **params: Any) -> Completion:
        """An answer, as a chat asks for it."""
        model, client = await self.clients.get(self.owner, id_)
        return await client.complete("hi", **options(merged(model.params, params)))


@pytest.fixture
async def own() -> AsyncIterator[RawServer]:
    """Where the stack's own model is."""
    async with raw_server(says("the stack's")) as server:
        yield server


@pytest.fixture
async def rig(cloud: Stack, own: RawServer) -> AsyncIterator[Rig]:
    stack = Endpoint("stack-model", base_url=own.url, api_key="stacks-key", price=Price(1, 1))
    models = Models(Table(wiring.dynamodb(), settings().chat_table), stack, LOOPBACK)
    rig = Rig(models, wiring.owner_secrets(), stack)
    yield rig
    await rig.clients.aclose()
    await rig.own.aclose()


def header(server: RawServer, name: str, request: int = -1) -> str | None:
    lines = (line.partition(": ") for line in server.heads[request].split("\r\n"))
    return next((value for found, _, value in lines if found.lower() == name), None)


async def test_model_one_is_the_stacks_own_client(rig: Rig, own: RawServer) -> None:
    assert (await rig.ask(STACK_MODEL)).text == "the stack's"
    assert header(own, "authorization") == "Bearer stacks-key"
    assert (await rig.clients.named(rig.owner, "stack-model"))[1] is rig.own


async def test_a_local_model_without_a_key_answers_where_networks_are_allowed(rig: Rig) -> None:
    async with raw_server(says("von hier")) as ollama:
        id_ = await rig.add(ollama.url, "本地", params={"temperature": 0.5, "extra": {"keep_alive": "5m"}})
        answer = await rig.ask(id_, max_tokens=9)
    assert (answer.text, answer.cost) == ("von hier", None)
    assert header(ollama, "authorization") is None
    assert ollama.heads[0].startswith("POST /v1/chat/completions")
    body = ollama.bodies[0]
    assert {name: body[name] for name in ("model", "temperature", "max_tokens", "keep_alive", "stream")} == {
        "model": "本地-there",
        "temperature": 0.5,
        "max_tokens": 9,
        "keep_alive": "5m",
        "stream": True,
    }
    assert [one.outcome for one in rig.generations] == ["done"]


async def test_the_address_is_judged_when_it_is_used_whatever_was_saved(rig: Rig) -> None:
    async with raw_server(says("no")) as inside:
        id_ = await rig.add(inside.url)
        clients = rig.with_networks(())
        _, client = await clients.get(rig.owner, id_)
        with pytest.raises(AddressRefused):
            await client.complete("hi")
        await clients.aclose()
    assert inside.heads == []


async def test_anthropic_is_spoken_natively_with_the_owners_key_and_parameters(rig: Rig) -> None:
    await rig.secrets.put(rig.owner, "claude", "sk-ant-owner")
    async with raw_server(sends(BEGIN + text("bonjour") + END)) as anthropic:
        id_ = await rig.add(
            anthropic.url.removesuffix("/v1"),
            provider="anthropic",
            key="claude",
            params={"stop": "END", "seed": 5, "max_tokens": 50},
            prices={"input": 3, "output": 15, "currency": "EUR"},
        )
        answer = await rig.ask(id_, stop=["STOP"])
    assert answer.text == "bonjour"
    assert answer.cost == pytest.approx((7 * 3 + 3 * 15) / 1e6)
    assert answer.usage.currency == "EUR"
    assert header(anthropic, "x-api-key") == "sk-ant-owner"
    assert anthropic.heads[0].startswith("POST /v1/messages")
    assert (anthropic.bodies[0]["stop_sequences"], anthropic.bodies[0]["max_tokens"]) == (["STOP"], 50)
    assert "seed" not in anthropic.bodies[0]


async def test_headers_go_along_and_a_changed_secret_counts_at_once(rig: Rig) -> None:
    await rig.secrets.put(rig.owner, "gate", "one")
    async with raw_server(says("ok")) as gateway:
        id_ = await rig.add(gateway.url, headers={"x-team": "a"}, secret_headers={"Helicone-Auth": "gate"})
        await rig.ask(id_)
        await rig.secrets.put(rig.owner, "gate", "two")
        await rig.ask(id_)
    assert [header(gateway, "helicone-auth", n) for n in (0, 1)] == ["one", "two"]
    assert header(gateway, "x-team") == "a"


async def test_the_stacks_key_never_goes_with_an_owners_model_even_to_the_stacks_place(
    rig: Rig, own: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
    id_ = await rig.add(own.url, prices={"input": 1, "output": 1})
    assert (await rig.ask(id_)).text == "the stack's"
    _, client = await rig.clients.get(rig.owner, id_)
    assert client is not rig.own
    assert [header(own, name) for name in ("authorization", "x-api-key", "api-key")] == [None] * 3


async def test_a_secret_of_somebody_else_is_not_there(rig: Rig) -> None:
    await rig.secrets.put("somebody", "theirs", "sk-theirs")
    async with raw_server(says("no")) as server:
        for id_ in (
            await rig.add(server.url, "a", key="theirs"),
            await rig.add(server.url, "b", secret_headers={"x": "theirs"}),
        ):
            with pytest.raises(ModelAuthentication, match="PUT /api/v1/secrets/theirs"):
                await rig.ask(id_)
    assert server.heads == []


async def test_fallbacks_answer_each_with_its_own_place_key_price_and_parameters(
    rig: Rig, own: RawServer
) -> None:
    await rig.secrets.put(rig.owner, "k", "key-of-second")
    async with raw_server(refuses(402)) as first, raw_server(refuses(402)) as second:
        spare = await rig.add(second.url, "second", key="k", params={"top_p": 0.3, "temperature": 1.5})
        gone = await rig.add(second.url, "gone")
        keyless = await rig.add(second.url, "keyless", key="missing")
        headless = await rig.add(second.url, "headless", secret_headers={"x": "missing"})
        id_ = await rig.add(
            first.url,
            "first",
            params={"temperature": 0.1, "extra": {"only_first": 1}},
            fallbacks=[gone, keyless, headless, spare, STACK_MODEL],
        )
        await rig.models.delete(rig.owner, gone)
        answer = await rig.ask(id_)
    assert (answer.text, answer.usage.model, answer.cost) == ("the stack's", "stack-model", 1e-5)
    assert header(second, "authorization") == "Bearer key-of-second"
    assert header(own, "authorization") == "Bearer stacks-key"
    assert first.bodies[0]["only_first"] == 1
    assert (second.bodies[0]["temperature"], second.bodies[0]["top_p"]) == (0.1, 0.3)
    assert "only_first" not in second.bodies[0]
    assert {body["model"] for body in second.bodies} == {"second-there"}


async def test_what_the_product_is_wired_of_reaches_a_local_model(
    product: Stack, model_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_NETWORKS", "127.0.0.0/8")
    monkeypatch.setenv("SECRETS_PREFIX", "/freshet/tests/owners")
    owner = f"owner-{new_id()}"
    await wiring.owner_secrets().put(owner, "k", "any")
    new = NewModel(name="本地", model="freshet-stand-in", base_url=model_url, key="k")
    made = await wiring.models().create(owner, new)
    tried = await try_model(wiring.clients().get(owner, made.id, alone=True))
    assert tried.ok, tried.error
    assert tried.output
    assert tried.usage


async def test_alone_a_model_is_not_stood_in_for(rig: Rig) -> None:
    async with raw_server(refuses(401)) as server:
        id_ = await rig.add(server.url, fallbacks=[STACK_MODEL])
        _, client = await rig.clients.get(rig.owner, id_, alone=True)
        with pytest.raises(ModelAuthentication):
            await client.complete("hi")


async def test_a_client_is_kept_until_its_configuration_changes(rig: Rig) -> None:
    id_ = await rig.add("http://127.0.0.1:9/v1", key="k")
    _, client = await rig.clients.get(rig.owner, id_)
    assert (await rig.clients.named(rig.owner, "mine"))[1] is client
    changed = NewModel(name="mine", model="other", base_url="http://127.0.0.1:9/v1", key="k")
    await rig.models.replace(rig.owner, id_, changed)
    _, other = await rig.clients.get(rig.owner, id_)
    assert other is not client
    assert other.model == "other"


async def is_open(client: LLMClient) -> bool:
    """Whether it still asks, at a server that never answers."""
    try:
        await client.complete("hi", timeout=0.05)
    except ModelClosed:
        return False
    except ModelTimeout:
        return True
    raise AssertionError


async def test_of_many_clients_the_longest_unused_are_closed_but_none_that_is_at_work(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    async with upstream_of(None, **{f"m{n}-there": hangs() for n in range(5)}) as server:
        ids = [await rig.add(server.url, f"m{n}") for n in range(5)]

        async def get(number: int) -> LLMClient:
            return (await rig.clients.get(rig.owner, ids[number]))[1]

        first = [await get(n) for n in range(4)]
        assert [await is_open(client) for client in first] == [True] * 4  # somebody has them
        busy = asyncio.ensure_future(first[0].complete("hi"))
        await until(lambda: first[0].stats().running)
        monkeypatch.setattr(module, "PAUSE_S", 0.02)
        await asyncio.sleep(0.03)
        last = await get(4)
        assert [await is_open(client) for client in (*first[1:], last)] == [False, False, False, True]
        assert await get(0) is first[0]
        assert not busy.done()
        busy.cancel()
